/* The life of a task: spawned into a scope, run, ended. */
#include <horo/task.h>
#include <string.h>

#include "core/core.h"
#include "core/future.h"
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

int horo__spawn_check(const struct horo_scope *scope,
                      const struct horo_spawn_options *options)
{
    if (!horo__loop || (options && options->eager && !horo__task_self())) {
        return -HORO_ENOTASK;
    }
    if (scope->state == HORO__SCOPE_CLOSED) {
        return -ESHUTDOWN;
    }
    return scope->task->loop == horo__loop ? 0 : -HORO_EOTHERLOOP;
}

int horo__spawn(struct horo_scope *scope, const char *fn_name, horo_task_fn *fn,
                void *arg, const struct horo_spawn_options *options)
{
    struct horo_task *task;
    int rc = horo__spawn_check(scope, options);

    if (rc == 0) {
        rc = horo__task_create(scope, fn, arg, options, fn_name, &task);
    }
    if (rc == 0) {
        horo__task_begin(task, options);
    }
    return rc;
}

int horo__task_create(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                      const struct horo_spawn_options *options,
                      const char *name, struct horo_task **ret_task)
{
    static const struct horo_spawn_options defaults;
    struct horo_loop *loop = scope->task->loop;
    struct horo__stack stack;
    struct horo_task *task;
    int rc;

    options = options ? options : &defaults;
    if (loop->stats.tasks_live >= loop->max_tasks) {
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
    if (options->future) {
        task->future = options->future;
        horo__future_init_task(task->future, task);
    }
    horo__annotate_birth(&task->annotation, &task->stack, task->name);
    horo__scope_enter(&task->root, task, scope);
    task->root.is_root = true;
    horo__scope_hold(scope);
    loop->stats.tasks_live++;
    loop->stats.tasks_spawned++;
    *ret_task = task;
    return 0;
}

void horo__task_begin(struct horo_task *task,
                      const struct horo_spawn_options *options)
{
    if (options && options->eager) {
        horo__run_eagerly(task);
    } else {
        horo__schedule(task);
        task->state = HORO_TASK_NEW;
    }
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
    if (result < 0 && result != -ECANCELED && !self->future &&
        !horo__scope_tells(owner)) {
        horo__loop_report_error(loop, "task", self->name, result);
    }
    loop->stats.tasks_live--;
    if (self->future) {
        horo__future_end(self, result);
    }
    horo__stack_give(&loop->stacks, &self->stack);
    horo__scope_task_ended(owner, result);
    horo__switch_for_good(loop);
}

/* Where every task begins, on its own stack. */
void horo__context_start(struct horo__context *context)
{
    struct horo_task *self = (struct horo_task *)(void *)context;

    horo__annotate_arrive(&self->annotation, &self->loop->idle.annotation);
    task_end(self, self->fn(self->arg));
}

struct horo_task *horo_task_self(void)
{
    return horo__task_self();
}

const char *horo_task_name(const struct horo_task *task)
{
    return task ? task->name : NULL;
}
