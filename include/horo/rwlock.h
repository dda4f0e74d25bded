/* A read-write lock: many readers or one writer at a time.
 *
 *     struct horo_rwlock lock = { 0 };
 *
 * Readers and writers wait in one line and are let in in the order in which
 * they came, readers that follow each other together: neither can starve the
 * other. So a reader must not read a second time before it has released:
 * a writer may be waiting in between, for the reader and before it. */
#ifndef HORO_RWLOCK_H
#define HORO_RWLOCK_H

#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

struct horo_task;

/* All zeros: free. In the caller's memory, for tasks of one loop; the fields
 * are private. Calls from other threads than the loop's are the caller's fault
 * and are not detected: there, horo_loop_post() a function that makes them.
 * There is nothing to release but the lock itself. */
struct horo_rwlock {
    struct horo_task *writer; /* NULL: nobody writes */
    size_t readers;           /* that read now */
    struct horo__waiters waiters;
};

/* Waits until it may read. Suspends. Returns 0; -ECANCELED in a cancelled
 * scope, without the lock; -EDEADLK when the caller is the writer;
 * -HORO_ENOTASK outside a task. */
HORO__API int horo_rwlock_acquire_read(struct horo_rwlock *lock);

/* Ends reading. Never suspends. Returns 0, or -EPERM when nobody reads; which
 * of the readers calls is not known. */
HORO__API int horo_rwlock_release_read(struct horo_rwlock *lock);

/* Waits until it may write. Suspends. Returns as horo_rwlock_acquire_read().
 * A reader that does not release before waits for ever. */
HORO__API int horo_rwlock_acquire_write(struct horo_rwlock *lock);

/* The same without waiting: -EAGAIN when others are in the way, or in line.
 * Never suspend, also work in a cancelled scope. Return 0; -EAGAIN; -EDEADLK
 * and -HORO_ENOTASK as above. */
HORO__API int horo_rwlock_try_acquire_read(struct horo_rwlock *lock);
HORO__API int horo_rwlock_try_acquire_write(struct horo_rwlock *lock);

/* Ends writing. Never suspends. Returns 0, or -EPERM when the caller is not
 * the writer. */
HORO__API int horo_rwlock_release_write(struct horo_rwlock *lock);

HORO__END

#endif
