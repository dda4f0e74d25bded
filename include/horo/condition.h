/* A condition: waiting, with a lock, for a change in what the lock protects.
 *
 *     rc = horo_lock_acquire(&lock);
 *     while (rc == 0 && !is_full(&pot)) {
 *         rc = horo_condition_wait(&changed, &lock);
 *     }
 *
 * The wait lets go of the lock and has it again when it returns, whatever it
 * returns. By then others may have held the lock and changed things again:
 * hence the loop. */
#ifndef HORO_CONDITION_H
#define HORO_CONDITION_H

#include <stddef.h>

#include <horo/lock.h>

HORO__BEGIN

/* All zeros: nobody waits. In the caller's memory, for tasks of one loop; the
 * fields are private. Calls from other threads than the loop's are the caller's
 * fault and are not detected: there, horo_loop_post() a function that makes
 * them. Belongs to the lock it was last waited with, which must live as
 * long. */
struct horo_condition {
    struct horo__waiters waiters;
    struct horo_lock *lock; /* NULL: nobody has waited yet */
};

/* Releases the lock, which the caller must hold, waits to be notified, and
 * takes the lock again, in line with all who want it. Suspends. A cancelled
 * caller waits for the lock, too: that part cannot be cut short. Returns,
 * always with the lock, 0; -ECANCELED in a cancelled scope, when
 * a notification that it was given has gone to another. Returns with nothing
 * done -EPERM when the caller does not hold the lock, cancelled or not; -EINVAL
 * while others wait with another lock; -HORO_ENOTASK outside a task. */
HORO__API int horo_condition_wait(struct horo_condition *condition,
                                  struct horo_lock *lock);

/* Notifies those `count` that have waited longest, or all if there are less;
 * the lock goes to them when the caller releases it. Never suspends. Returns 0,
 * or -EPERM when the caller does not hold the lock. */
HORO__API int horo_condition_notify(struct horo_condition *condition,
                                    size_t count);

/* Notifies all who wait; otherwise as above. */
HORO__API int horo_condition_notify_all(struct horo_condition *condition);

HORO__END

#endif
