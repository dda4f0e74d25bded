/* The life of a task: spawned into a scope, run, ended, joined. */
#include <horo/task.h>
#include <string.h>

#include "core/core.h"
#include "core/wait.h"
#include "sys/panic.h"

enum { TASK_ALIGNMENT = 64 /* a cache line */ };

/* The task struct takes the top of its stack, what is below is for frames. */
static struct horo_task *task_on(const struct horo__stack *stack)
{
    uintptr_t place = (uintptr_t)stack->top - sizeof(struct horo_task);

    return (struct horo_task *)(place & ~(uintptr_t)(TASK_ALIGNMENT - 1));
}

static void task_init(struct horo_task *task, struct horo_loop *loop,
                      const struct horo__stack *stack)
{
    struct horo__stack copy = *stack; /* the free record lies under the task */

    memset(task, 0, offsetof(struct horo_task, root));
    task->loop = loop;
    task->stack = copy;
    horo__context_init(&task->context, copy.bottom, task, &loop->idle.context);
}

static int check_spawn(const struct horo_scope *scope)
{
    if (!horo__loop) {
        return -HORO_ENOTASK;
    }
    if (scope->state == HORO__SCOPE_CLOSED) {
        return -ECANCELED;
    }
    return scope->task->loop == horo__loop ? 0 : -HORO_EOTHERLOOP;
}

int horo__spawn(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                const struct horo_spawn_options *options, const char *fn_name)
{
    struct horo_task *task;
    int rc = check_spawn(scope);

    if (rc == 0) {
        rc = horo__task_create(horo__loop, scope, fn, arg, options, fn_name,
                               &task);
    }
    if (rc == 0 && options && options->ret_task) {
        *options->ret_task = task;
    }
    return rc;
}

int horo__task_create(struct horo_loop *loop, struct horo_scope *scope,
                      horo_task_fn *fn, void *arg,
                      const struct horo_spawn_options *options,
                      const char *name, struct horo_task **ret_task)
{
    static const struct horo_spawn_options defaults;
    struct horo__stack stack;
    struct horo_task *task;
    int rc;

    options = options ? options : &defaults;
    if (loop->tasks_held >= loop->max_tasks) {
        return -EAGAIN;
    }
    rc = horo__ready_reserve(&loop->ready, loop->stats.tasks_live + 1);
    if (rc == 0) {
        rc = horo__stack_take(&loop->stacks,
                              options->stack_size ? options->stack_size
                                                  : loop->stack_size,
                              &stack);
    }
    if (rc < 0) {
        return rc;
    }
    task = task_on(&stack);
    task_init(task, loop, &stack);
    task->fn = fn;
    task->arg = arg;
    task->name = options->name ? options->name : name;
    task->is_joinable = options->ret_task || !scope;
    horo__annotate_birth(&task->annotation, &task->stack, task->name);
    horo__scope_enter(&task->root, task, scope);
    task->root.is_root = true;
    if (scope) {
        scope->live_tasks++;
    }
    loop->tasks_held++;
    loop->stats.tasks_live++;
    loop->stats.tasks_spawned++;
    horo__schedule(task);
    *ret_task = task;
    return 0;
}

void horo__task_free(struct horo_task *task)
{
    horo__list_remove(&task->root.beside);
    task->loop->tasks_held--;
    horo__stack_give(&task->loop->stacks, &task->stack);
}

/* Out of the way of horo__context_start(), whose frame stays for life. */
static _Noreturn __attribute__((noinline)) void task_end(struct horo_task *self,
                                                         int result)
{
    struct horo_loop *loop = self->loop;
    struct horo_scope *owner = self->root.parent;

    if (self->scope != &self->root) {
        horo__report(
            (const char *const[]){ "horo: task '", self->name,
                                   "' returned without closing its scope\n" },
            3);
        horo__check(self->scope == &self->root);
    }
    result = horo__scope_leave(&self->root, result);
    if (result < 0 && result != -ECANCELED && !self->is_joinable &&
        owner == &loop->idle.root) {
        horo__loop_report_error(loop, "task", self->name, result);
    }
    self->result = result;
    self->state = HORO__TASK_ENDED;
    loop->stats.tasks_live--;
    if (self->join) {
        /* The result goes over at once: by the time the joiner runs, the
         * scope may have closed and this task be gone. */
        self->join->result = result;
        horo__wake(self->join->joiner, 0);
        self->is_joinable = false;
    }
    if (!self->is_joinable) {
        horo__task_free(self);
    }
    if (owner) {
        horo__scope_task_ended(owner, result);
    }
    horo__switch_for_good(loop);
}

/* Where every task begins, on its own stack. */
void horo__context_start(struct horo__context *context)
{
    struct horo_task *self = (struct horo_task *)(void *)context;

    horo__annotate_arrive(&self->annotation, &self->loop->idle.annotation);
    task_end(self, self->fn(self->arg));
}

static void interrupt_join(struct horo_task *joiner)
{
    struct horo__join *join = horo__awaited(joiner);

    join->task->join = NULL;
    horo__wake(joiner, -ECANCELED);
}

static int check_join(struct horo_task *const *task)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    if (!task || !*task || !(*task)->is_joinable) {
        return -EINVAL;
    }
    if (*task == horo__loop->current) {
        return -EDEADLK;
    }
    if ((*task)->loop != horo__loop) {
        return -HORO_EOTHERLOOP;
    }
    return (*task)->join ? -EBUSY : 0;
}

/* Waits for a task that still runs; it frees itself then. */
static int join_running(struct horo_task *task, int *ret_result)
{
    struct horo__join join = { .joiner = horo__loop->current, .task = task };
    int rc;

    task->join = &join;
    rc = horo__wait(interrupt_join, &join);
    if (rc == 0) {
        *ret_result = join.result;
    }
    return rc;
}

int horo_task_join(struct horo_task **task, int *ret_result)
{
    int rc = check_join(task);
    int result = 0;

    if (rc < 0) {
        return rc;
    }
    if ((*task)->state == HORO__TASK_ENDED) {
        result = (*task)->result;
        horo__task_free(*task);
    } else {
        rc = join_running(*task, &result);
        if (rc < 0) {
            return rc;
        }
    }
    *task = NULL;
    if (ret_result) {
        *ret_result = result;
    }
    return 0;
}

void horo_task_cancel(struct horo_task *task)
{
    if (task->state != HORO__TASK_ENDED) {
        horo_scope_cancel(&task->root);
    }
}

struct horo_task *horo_task_self(void)
{
    return horo__task_self();
}

const char *horo_task_name(const struct horo_task *task)
{
    return task ? task->name : NULL;
}
