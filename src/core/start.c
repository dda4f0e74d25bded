/* Starting a task and waiting until it is ready.
 *
 * The task is born in a scope of the starter's, and moves over to the scope
 * that it is meant for when it is ready. So all that may happen before is what
 * happens in any scope: the starter is cancelled, the task fails, and so on.
 * Meanwhile the other scope is kept open for it. */
#include <horo/task.h>

#include "core/core.h"
#include "core/future.h"

/* A call of horo_start(), on the starter's stack. */
struct horo__start {
    struct horo_scope nursery;
    struct horo_scope *scope; /* where the task goes when it is ready */
    struct horo_future end;   /* if the caller gave none */
    bool is_over;
    void *value;
};

/* Spawns into the nursery, and returns when that is empty. */
static int run_nursery(struct horo__start *start, horo_task_fn *fn, void *arg,
                       const struct horo_spawn_options *options,
                       const char *name)
{
    struct horo_task *task;
    int rc = horo_scope_open(&start->nursery, NULL);

    if (rc == 0) {
        rc = horo__task_create(&start->nursery, fn, arg, options, name, &task);
    }
    if (rc == 0) {
        task->start = start;
        horo__task_begin(task, options);
    }
    return horo_scope_close(&start->nursery, rc);
}

int horo__start(struct horo_scope *scope, const char *fn_name, horo_task_fn *fn,
                void *arg, const struct horo_spawn_options *options,
                void **ret_value)
{
    struct horo_spawn_options effective =
        options ? *options : (struct horo_spawn_options){ 0 };
    struct horo__start start = { .scope = scope };
    int rc = horo__wait_check();

    if (rc == 0) {
        rc = horo__spawn_check(scope, options);
    }
    if (rc < 0) {
        return rc;
    }
    effective.future = effective.future ? effective.future : &start.end;
    horo__scope_hold(scope);
    rc = run_nursery(&start, fn, arg, &effective, fn_name);
    if (!start.is_over) {
        horo__scope_let_go(scope);
        rc = rc < 0 ? rc : effective.future->result;
        return rc < 0 ? rc : -HORO_EINVALIDSTATE;
    }
    if (ret_value) {
        *ret_value = start.value;
    }
    return 0;
}

int horo_started(void *value)
{
    struct horo_task *self = horo__task_self();
    struct horo__start *start;

    if (!self) {
        return -HORO_ENOTASK;
    }
    if (self->is_started) {
        return -HORO_EINVALIDSTATE;
    }
    self->is_started = true;
    start = self->start;
    if (start) {
        start->is_over = true;
        start->value = value;
        self->start = NULL;
        if (self->future == &start->end) {
            self->future = NULL; /* it goes with the call */
        }
        horo__scope_move_task(self, start->scope);
    }
    return 0;
}
