/* Tasks in line, first come first served, for what another task will give
 * them. Who gives takes the first one out of the line and gives it by name:
 * nobody can come in between, and nothing is given twice. Waiters live on the
 * stacks of the tasks that wait; nothing is allocated. */
#ifndef HORO_SYNC_WAITERS_H
#define HORO_SYNC_WAITERS_H

#include <horo/detail.h>
#include <stdbool.h>
#include <stddef.h>

struct horo__wait_kind;
struct horo_task;

/* A task in a line; to be embedded where more has to be known of it. */
struct horo__waiter {
    struct horo__waiter *next;  /* who came later; NULL for the last */
    struct horo__waiter *prev;  /* who came earlier; NULL for the first */
    struct horo__waiters *line; /* where it stands; NULL once it is out */
    struct horo_task *task;
    int result; /* for the one who gives; 0 unless another one set it */
};

static inline bool horo__waiters_is_empty(const struct horo__waiters *line)
{
    return !line->first;
}

/* The one whose turn it is; NULL when nobody waits. */
static inline struct horo__waiter *
horo__waiters_first(const struct horo__waiters *line)
{
    return line->first;
}

static inline void horo__waiters_append(struct horo__waiters *line,
                                        struct horo__waiter *waiter)
{
    waiter->next = NULL;
    waiter->prev = line->last;
    waiter->line = line;
    if (line->last) {
        line->last->next = waiter;
    } else {
        line->first = waiter;
    }
    line->last = waiter;
}

/* Takes it out of the line in which it stands, if it does. */
static inline void horo__waiters_remove(struct horo__waiter *waiter)
{
    struct horo__waiters *line = waiter->line;

    if (!line) {
        return;
    }
    *(waiter->prev ? &waiter->prev->next : &line->first) = waiter->next;
    *(waiter->next ? &waiter->next->prev : &line->last) = waiter->prev;
    waiter->line = NULL;
}

/* Puts the current task at the end of the line, in `waiter`, and suspends it;
 * `kind` says for what, and its interrupt() is horo__waiter_leave(). Call
 * horo__wait_check() before. Returns the result given to horo__waiter_wake(),
 * or -ECANCELED when the task was cancelled before its turn came.
 * It is out of the line then, which may be news for those behind.
 *
 * A task that was given something can still be cancelled before it runs: ask
 * horo__wait_check() again, and pass on what was given when that fails. */
int horo__waiters_wait(struct horo__waiters *line, struct horo__waiter *waiter,
                       const struct horo__wait_kind *kind);

/* Takes a task that was cancelled out of its line. */
void horo__waiter_leave(struct horo_task *task);

/* Takes a waiter out of its line and ends its wait. What it was given has to
 * be its own already. `waiter` may be gone as soon as the caller suspends. */
void horo__waiter_wake(struct horo__waiter *waiter, int result);

/* Ends the wait of everybody in the line. */
void horo__waiters_wake_all(struct horo__waiters *line, int result);

#endif
