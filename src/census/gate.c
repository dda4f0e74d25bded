/* The gate, on the core's way of waiting. */
#include "census/gate.h"

#include <errno.h>
#include <horo/task.h>

#include "core/wait.h"

static void interrupt(struct horo_task *task)
{
    struct horo__gate *gate = horo__awaited(task);

    gate->waiter = NULL;
    horo__wake(task, -ECANCELED);
}

int horo__gate_wait(struct horo__gate *gate)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    if (gate->is_open) {
        gate->is_open = false;
        return 0;
    }
    if (gate->waiter) {
        return -EBUSY;
    }
    gate->waiter = horo_task_self();
    return horo__wait(interrupt, gate);
}

void horo__gate_open(struct horo__gate *gate)
{
    struct horo_task *waiter = gate->waiter;

    if (waiter) {
        gate->waiter = NULL;
        horo__wake(waiter, 0);
    } else {
        gate->is_open = true;
    }
}
