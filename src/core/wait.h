/* How a task waits for anything that is not an operation. For the layers
 * above: locks, queues, names. */
#ifndef HORO_CORE_WAIT_H
#define HORO_CORE_WAIT_H

#include <horo/error.h>
#include <horo/task.h>

/* Whether the current task may wait: 0; -ECANCELED in a cancelled scope;
 * -HORO_ENOTASK outside a task. Every suspending call begins with it. */
int horo__wait_check(void);

/* The same, for those who note the task: on success `ret_self` receives it. One
 * call instead of two, which is felt where nothing else costs more. */
int horo__wait_check_self(struct horo_task **ret_self);

/* The same for a call that often need not suspend: it lets others run first,
 * now and then, so that a task for which all is ready always does not keep the
 * loop to itself. */
int horo__wait_politely(void);

/* One way to wait. */
struct horo__wait_kind {
    /* What is waited for, in a word, for horo_loop_tasks(). */
    const char *word;
    /* Called once when the scope of the task that waits is cancelled: it must
     * undo what the task arranged and horo__wake() it with -ECANCELED, now or
     * later. NULL when the wait cannot be cut short. */
    void (*interrupt)(struct horo_task *task);
    /* The task whose result or end is waited for, one of them if there are
     * several; NULL, or returning NULL, when it is no task's. */
    struct horo_task *(*awaits)(const struct horo_task *task);
};

/* Suspends the current task, which must have arranged for a horo__wake(), and
 * returns the result given there. `kind` is static; `awaited` is for
 * horo__awaited(). */
int horo__wait(const struct horo__wait_kind *kind, void *awaited);

/* What a task waits for, as given to horo__wait(). */
void *horo__awaited(const struct horo_task *task);

/* Ends a wait. Only once for each wait. */
void horo__wake(struct horo_task *task, int result);

#endif
