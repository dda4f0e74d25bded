/* A lock held for a block, as Python's `async with lock`:
 *
 *     HORO_WITH(lock, &lock, rc) {
 *         ...
 *     }
 *     if (rc < 0) ... the lock was not acquired and the block did not run
 *
 * The first word says what it is: lock, semaphore, limiter, and for
 * a read-write lock read_lock or write_lock. `rc`, an int variable, receives
 * what acquiring returned. The block runs once if that was 0, and whichever
 * way it is left releases: at its end, by break or continue (which leave this
 * block, not a loop around it), by return, by goto; in C++ also by an
 * exception. Needs the cleanup attribute of GCC and Clang.
 *
 * Inside, the lock is the block's: who releases it there himself must not do
 * more in the block than leave it. Where releasing fails, nobody is told: that
 * of a lock, a write_lock or a limiter does in a task that did not acquire it,
 * to which a generator's body can come by a yield inside the block. It then
 * stays locked; see horo/generator.h. */
#ifndef HORO_WITH_H
#define HORO_WITH_H

#include <horo/limiter.h>
#include <horo/lock.h>
#include <horo/rwlock.h>
#include <horo/semaphore.h>

#define HORO_WITH(kind, object, rc) HORO__WITH(kind, object, rc, __COUNTER__)

/* A name of its own for each block, so that they may be nested. */
#define HORO__WITH(kind, object, rc, number) \
    HORO__WITH_NAMED(kind, object, rc, number)
#define HORO__WITH_NAMED(kind, object, rc, number)           \
    for (horo__with_##kind horo__with_##number               \
         __attribute__((cleanup(horo__with_##kind##_end))) = \
             horo__with_##kind##_begin(object, &(rc));       \
         horo__with_##number; horo__with_##kind##_end(&horo__with_##number))

/* What is held is a pointer: NULL when nothing is. */
#define HORO__WITH_KIND(kind, type, acquire, release)                    \
    typedef type *horo__with_##kind;                                     \
    static inline type *horo__with_##kind##_begin(type *object, int *rc) \
    {                                                                    \
        *rc = acquire(object);                                           \
        return *rc < 0 ? (type *)0 : object;                             \
    }                                                                    \
    static inline void horo__with_##kind##_end(type **held)              \
    {                                                                    \
        if (*held) {                                                     \
            (void)release(*held); /* -EPERM: the block has done so */    \
            *held = (type *)0;                                           \
        }                                                                \
    }

HORO__WITH_KIND(lock, struct horo_lock, horo_lock_acquire, horo_lock_release)
HORO__WITH_KIND(semaphore, struct horo_semaphore, horo_semaphore_acquire,
                horo_semaphore_release)
HORO__WITH_KIND(limiter, struct horo_limiter, horo_limiter_acquire,
                horo_limiter_release)
HORO__WITH_KIND(read_lock, struct horo_rwlock, horo_rwlock_acquire_read,
                horo_rwlock_release_read)
HORO__WITH_KIND(write_lock, struct horo_rwlock, horo_rwlock_acquire_write,
                horo_rwlock_release_write)

#endif
