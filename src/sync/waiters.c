/* The line, on the core's way of waiting. */
#include "sync/waiters.h"

#include <errno.h>
#include <horo/task.h>

#include "core/wait.h"

void horo__waiter_leave(struct horo_task *task)
{
    horo__waiter_wake(horo__awaited(task), -ECANCELED);
}

int horo__waiters_wait(struct horo__waiters *line, struct horo__waiter *waiter,
                       const struct horo__wait_kind *kind)
{
    waiter->task = horo_task_self();
    waiter->result = 0;
    horo__waiters_append(line, waiter);
    return horo__wait(kind, waiter);
}

void horo__waiter_wake(struct horo__waiter *waiter, int result)
{
    horo__waiters_remove(waiter);
    horo__wake(waiter->task, result);
}

void horo__waiters_wake_all(struct horo__waiters *line, int result)
{
    struct horo__waiter *waiter;

    while ((waiter = horo__waiters_first(line))) {
        horo__waiter_wake(waiter, result);
    }
}
