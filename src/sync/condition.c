/* The condition. Who is notified moves straight from its line to the lock's,
 * and runs when it has the lock:
 *
 *            wait                 notify                  its turn
 *   RUNNING ------> in our line ----------> in the lock's -------> RUNNING
 *                        \                      ^  \ ^
 *                         +---- cancelled ------+   +-- cancelled: notifies
 *                               -ECANCELED              another, -ECANCELED */
#include <horo/condition.h>
#include <horo/task.h>
#include <stdint.h>

#include "core/wait.h"
#include "sync/lock.h"

/* A task that waits; on its stack. */
struct waiting {
    struct horo__waiter waiter; /* in the condition's line, then the lock's */
    struct horo_condition *condition;
};

static bool is_held_by_caller(const struct horo_lock *lock)
{
    return lock->holder && lock->holder == horo_task_self();
}

static void notify(struct horo_condition *condition, size_t count)
{
    struct horo__waiter *waiter;

    while (count-- > 0 && (waiter = horo__waiters_first(&condition->waiters))) {
        horo__waiters_remove(waiter);
        horo__lock_give(condition->lock, waiter);
    }
}

static void cancel(struct horo_task *task)
{
    struct waiting *waiting = horo__awaited(task);
    struct horo_condition *condition = waiting->condition;

    waiting->waiter.result = -ECANCELED;
    if (waiting->waiter.line == &condition->waiters) {
        horo__waiters_remove(&waiting->waiter);
        horo__lock_give(condition->lock, &waiting->waiter);
    } else {
        notify(condition, 1);
    }
}

static const struct horo__wait_kind kind = { "condition", cancel, NULL };

int horo_condition_wait(struct horo_condition *condition,
                        struct horo_lock *lock)
{
    struct waiting waiting = { .condition = condition };
    int rc = horo__wait_check();

    if (rc == -HORO_ENOTASK) {
        return rc;
    }
    if (!is_held_by_caller(lock)) { /* first: -ECANCELED means with the lock */
        return -EPERM;
    }
    if (rc < 0) {
        return rc;
    }
    if (condition->lock != lock) {
        if (!horo__waiters_is_empty(&condition->waiters)) {
            return -EINVAL;
        }
        condition->lock = lock;
    }
    waiting.waiter.task = lock->holder;
    horo__waiters_append(&condition->waiters, &waiting.waiter);
    (void)horo_lock_release(lock); /* we hold it */
    rc = horo__wait(&kind, &waiting);
    if (rc == 0) {
        rc = horo__wait_check();
        if (rc < 0) { /* cancelled since the lock became ours */
            notify(condition, 1);
        }
    }
    return rc;
}

int horo_condition_notify(struct horo_condition *condition, size_t count)
{
    if (condition->lock && !is_held_by_caller(condition->lock)) {
        return -EPERM;
    }
    notify(condition, count);
    return 0;
}

int horo_condition_notify_all(struct horo_condition *condition)
{
    return horo_condition_notify(condition, SIZE_MAX);
}
