/* Who runs next: the ready queue, first come first served, and the switch
 * from one task straight to the next. */
#include "core/core.h"
#include "core/wait.h"

/* Between two looks at timers and kernel at most so many tasks are run. Each
 * look costs about as much as a hundred switches. */
enum { TASKS_PER_TURN = 64 };

__thread struct horo_loop *horo__loop __attribute__((tls_model("initial-exec")));

void horo__schedule(struct horo_task *task)
{
    struct horo_loop *loop = task->loop;

    task->state = HORO__TASK_READY;
    task->next = NULL;
    if (loop->ready_first) {
        loop->ready_last->next = task;
    } else {
        loop->ready_first = task;
    }
    loop->ready_last = task;
}

static inline struct horo_task *take_next(struct horo_loop *loop)
{
    struct horo_task *next = loop->ready_first;

    if (!next || loop->budget == 0) {
        return &loop->idle;
    }
    loop->budget--;
    loop->ready_first = next->next;
    next->state = HORO__TASK_RUNNING;
    return next;
}

/* Inlined at each use: the jump then has a predictor entry of its own. */
static inline __attribute__((always_inline)) void
switch_tasks(struct horo_loop *loop, struct horo_task *from, struct horo_task *to)
{
    loop->current = to;
    loop->immediate = 0;
    horo__annotate_leave(&from->annotation, &to->annotation, false);
    horo__context_switch(&from->context, &to->context);
    horo__annotate_arrive(&from->annotation, &loop->idle.annotation);
}

void horo__switch_away(struct horo_loop *loop)
{
    struct horo_task *self = loop->current;
    struct horo_task *next = take_next(loop);

    if (next != self) {
        switch_tasks(loop, self, next);
    }
}

void horo__switch_for_good(struct horo_loop *loop)
{
    struct horo_task *self = loop->current;
    struct horo_task *next = take_next(loop);

    loop->current = next;
    loop->immediate = 0;
    horo__annotate_leave(&self->annotation, &next->annotation, true);
    horo__annotate_death(&self->annotation);
    horo__context_switch(&self->context, &next->context);
    __builtin_unreachable();
}

void horo__run_ready(struct horo_loop *loop)
{
    loop->budget = TASKS_PER_TURN;
    if (loop->ready_first) {
        switch_tasks(loop, &loop->idle, take_next(loop));
    }
}

int horo__wait_check(void)
{
    struct horo_task *self = horo__task_self();

    if (horo__unlikely(!self)) {
        return -HORO_ENOTASK;
    }
    if (horo__unlikely(self->scope->reached)) {
        return horo__scope_deliver(self->scope);
    }
    return 0;
}

int horo__wait(void (*interrupt)(struct horo_task *task), void *awaited)
{
    struct horo_task *self = horo__loop->current;

    self->state = HORO__TASK_WAITING;
    self->interrupt = interrupt;
    self->awaited = awaited;
    horo__switch_away(self->loop);
    if (horo__unlikely(self->wait_result == -ECANCELED && self->scope->reached)) {
        return horo__scope_deliver(self->scope);
    }
    return self->wait_result;
}

void *horo__awaited(const struct horo_task *task)
{
    return task->awaited;
}

void horo__wake(struct horo_task *task, int result)
{
    horo__check(task->state == HORO__TASK_WAITING);
    task->wait_result = result;
    task->interrupt = NULL;
    horo__schedule(task);
}

int horo_yield(void)
{
    int rc = horo__wait_check();

    if (rc == 0) {
        struct horo_task *self = horo__loop->current;

        horo__schedule(self);
        horo__switch_away(self->loop);
    }
    return rc;
}
