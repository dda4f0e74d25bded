/* A wait for one of several things, perhaps on several threads, of which the
 * first to come wins: whoever has something for the task must claim the
 * selection before it gives; who comes later finds it taken and turns to the
 * next in line. A wait for a single thing is a selection of one. */
#ifndef HORO_SYNC_SELECTION_H
#define HORO_SYNC_SELECTION_H

#include <horo/detail.h>
#include <stdbool.h>

#include "core/post.h"
#include "core/wait.h"

struct horo_loop;

/* On the stack of the task that waits. */
struct horo__selection {
    struct horo_task *task;
    struct horo_loop *loop;
    const void *winner; /* NULL: open. Atomic */
    bool is_shared;     /* other threads may claim it */
    struct horo__post post;
};

/* For the current task. */
void horo__selection_init(struct horo__selection *selection, bool is_shared);

/* Ends the wait in favour of `winner`, which is not NULL, and wakes the task;
 * false, with nothing done, when it has been ended before. From another thread
 * only while holding a mutex which the task locks before it goes on: else its
 * loop might be gone before its inbox is shut. */
bool horo__selection_settle(struct horo__selection *selection,
                            const void *winner);

/* Suspends the task until the selection is settled; `kind` says for what, and
 * its interrupt() is horo__selection_interrupt(). Returns 0, or -ECANCELED
 * when the task was cancelled before; nobody can settle it any more then.
 *
 * A task can be cancelled after that as well, before it runs: ask
 * horo__wait_check() again where what was given can be given back. */
int horo__selection_wait(struct horo__selection *selection,
                         const struct horo__wait_kind *kind);

/* Ends the wait of a task that was cancelled. */
void horo__selection_interrupt(struct horo_task *task);

/* Whether the selection was settled in favour of `candidate`. Others may still
 * be finding out that they have come too late. */
static inline bool
horo__selection_was_won_by(const struct horo__selection *selection,
                           const void *candidate)
{
    return __atomic_load_n(&selection->winner, __ATOMIC_RELAXED) == candidate;
}

#endif
