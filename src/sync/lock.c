/* The lock: a holder and a line. */
#include <horo/lock.h>

#include <horo/task.h>

#include "base/check.h"
#include "core/wait.h"
#include "sync/lock.h"

static const struct horo__wait_kind waiting = { "lock", horo__waiter_leave,
                                                NULL };

/* Out of the way of those who need not wait. */
static __attribute__((noinline)) int wait_for_lock(struct horo_lock *lock)
{
    struct horo__waiter waiter;
    int rc = horo__waiters_wait(&lock->waiters, &waiter, &waiting);

    if (rc == 0) {
        rc = horo__wait_check();
        if (rc < 0) { /* cancelled since it became ours */
            (void)horo_lock_release(lock);
        }
    }
    return rc;
}

int horo_lock_acquire(struct horo_lock *lock)
{
    struct horo_task *self;
    int rc = horo__wait_check_self(&self);

    if (horo__unlikely(rc < 0)) {
        return rc;
    }
    if (!lock->holder) {
        lock->holder = self;
        return 0;
    }
    return lock->holder == self ? -EDEADLK : wait_for_lock(lock);
}

int horo_lock_try_acquire(struct horo_lock *lock)
{
    struct horo_task *self = horo_task_self();

    if (!self) {
        return -HORO_ENOTASK;
    }
    if (lock->holder) {
        return lock->holder == self ? -EDEADLK : -EAGAIN;
    }
    lock->holder = self;
    return 0;
}

int horo_lock_release(struct horo_lock *lock)
{
    struct horo_task *self = horo_task_self();
    struct horo__waiter *next = horo__waiters_first(&lock->waiters);

    if (horo__unlikely(!self || lock->holder != self)) {
        return -EPERM;
    }
    if (next) {
        lock->holder = next->task;
        horo__waiter_wake(next, next->result);
    } else {
        lock->holder = NULL;
    }
    return 0;
}

void horo__lock_give(struct horo_lock *lock, struct horo__waiter *waiter)
{
    if (lock->holder) {
        horo__waiters_append(&lock->waiters, waiter);
    } else {
        lock->holder = waiter->task;
        horo__waiter_wake(waiter, waiter->result);
    }
}

struct horo_task *horo_lock_holder(const struct horo_lock *lock)
{
    return lock->holder;
}
