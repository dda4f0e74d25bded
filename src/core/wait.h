/* How a task waits for anything that is not an operation. For the layers
 * above: locks, queues, names. */
#ifndef HORO_CORE_WAIT_H
#define HORO_CORE_WAIT_H

#include <horo/error.h>
#include <horo/task.h>

/* Whether the current task may wait: 0; -ECANCELED in a cancelled scope;
 * -HORO_ENOTASK outside a task. Every suspending call begins with it. */
int horo__wait_check(void);

/* For a call that may suspend and did not have to: lets others run, now and
 * then, so that a task for which all is ready always does not keep the loop to
 * itself. */
void horo__wait_politely(void);

/* Suspends the current task, which must have arranged for a horo__wake(), and
 * returns the result given there. When its scope is cancelled meanwhile,
 * `interrupt` is called, once, with `awaited` for horo__awaited(): it must undo
 * the arrangement and horo__wake() the task with -ECANCELED, now or later.
 * Without `interrupt` the wait cannot be cut short. */
int horo__wait(void (*interrupt)(struct horo_task *task), void *awaited);

/* What a task waits for, as given to horo__wait(). */
void *horo__awaited(const struct horo_task *task);

/* Ends a wait. Only once for each wait. */
void horo__wake(struct horo_task *task, int result);

#endif
