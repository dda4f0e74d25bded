/* See selection.h. */
#include "sync/selection.h"

#include <horo/loop.h>

static void wake_selected(void *arg)
{
    const struct horo__selection *selection = arg;

    horo__wake(selection->task, 0);
}

void horo__selection_init(struct horo__selection *selection, bool is_shared)
{
    selection->task = horo_task_self();
    selection->loop = horo_loop_self();
    selection->winner = NULL;
    selection->is_shared = is_shared;
}

static bool claim(struct horo__selection *selection, const void *winner)
{
    const void *nobody = NULL;

    if (selection->is_shared) {
        return __atomic_compare_exchange_n(&selection->winner, &nobody, winner,
                                           false, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE);
    }
    if (selection->winner) {
        return false;
    }
    selection->winner = winner;
    return true;
}

bool horo__selection_settle(struct horo__selection *selection,
                            const void *winner)
{
    if (!claim(selection, winner)) {
        return false;
    }
    if (!selection->is_shared || selection->loop == horo_loop_self()) {
        horo__wake(selection->task, 0);
        return true;
    }
    selection->post = (struct horo__post){
        .fn = wake_selected,
        .arg = selection,
        .is_embedded = true,
    };
    horo__loop_deliver(selection->loop, &selection->post);
    return true;
}

/* When another thread has claimed the selection already, its post is under
 * way, and will wake the task. */
void horo__selection_interrupt(struct horo_task *task)
{
    struct horo__selection *selection = horo__awaited(task);

    if (claim(selection, task)) {
        horo__wake(task, -ECANCELED);
    }
}

int horo__selection_wait(struct horo__selection *selection,
                         const struct horo__wait_kind *kind)
{
    return horo__wait(kind, selection);
}
