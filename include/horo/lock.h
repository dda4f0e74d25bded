/* A lock: one task at a time. On one loop nothing else runs between two calls
 * that suspend, so a lock is for what must stay together across one.
 *
 *     struct horo_lock lock = { 0 };
 *
 *     rc = horo_lock_acquire(&lock);
 *     if (rc == 0) {
 *         ...
 *         (void)horo_lock_release(&lock);
 *     }
 *
 * or, released on every way out, HORO_WITH() of horo/with.h. Tasks wait in
 * line; a release hands the lock to the first of them. */
#ifndef HORO_LOCK_H
#define HORO_LOCK_H

#include <horo/detail.h>

HORO__BEGIN

struct horo_task;

/* All zeros: free. In the caller's memory, for tasks of one loop; the fields
 * are private. Calls from other threads than the loop's are the caller's fault
 * and are not detected: there, horo_loop_post() a function that makes them.
 * There is nothing to release but the lock itself. */
struct horo_lock {
    struct horo_task *holder; /* NULL: free */
    struct horo__waiters waiters;
};

/* Takes the lock, waiting for it in line. Suspends. Returns 0; -ECANCELED in
 * a cancelled scope, without the lock; -EDEADLK when the caller holds it
 * already; -HORO_ENOTASK outside a task. */
HORO__API int horo_lock_acquire(struct horo_lock *lock);

/* Takes the lock if it is free. Never suspends, also works in a cancelled
 * scope. Returns 0; -EAGAIN when another task holds it; -EDEADLK and
 * -HORO_ENOTASK as above. */
HORO__API int horo_lock_try_acquire(struct horo_lock *lock);

/* Hands the lock to the first in line. Never suspends, also works in
 * a cancelled scope. A task has to do so before it ends. Returns 0, or -EPERM
 * when the calling task does not hold the lock. */
HORO__API int horo_lock_release(struct horo_lock *lock);

/* The task that holds the lock; NULL when it is free. Never suspends. */
HORO__API struct horo_task *horo_lock_holder(const struct horo_lock *lock);

HORO__END

#endif
