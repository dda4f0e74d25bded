/* The loop as an object: run, stopped, run again, and destroyed with all that
 * is in it. */
#include <horo/loop.h>

#include "core/core.h"
#include "core/future.h"

static int check_run(const struct horo_loop *loop)
{
    if (!loop) {
        return -EINVAL;
    }
    if (loop != horo__loop) {
        return -HORO_EOTHERLOOP;
    }
    return loop->is_running ? -HORO_EBUSYLOOP : 0;
}

/* Turns the loop until is_over(arg), or until it has been stopped and the batch
 * is done. Returns 0; -ECANCELED after SIGINT; -EINTR when stopped before. */
static int turn_until(struct horo_loop *loop, struct horo_task *main_task,
                      bool (*is_over)(const void *arg), const void *arg)
{
    bool is_done = is_over(arg);

    if (!loop->keep_sigint) {
        horo__interrupt_install(loop, main_task);
    }
    loop->is_running = true;
    while (!is_done) {
        horo__loop_turn(loop);
        is_done = is_over(arg);
        if (loop->is_stopping && horo__batch_is_over(loop)) {
            break;
        }
    }
    loop->is_running = false;
    loop->is_stopping = false;
    if (!loop->keep_sigint) {
        horo__interrupt_remove(loop);
    }
    if (is_done) {
        return 0;
    }
    return loop->is_interrupted ? -ECANCELED : -EINTR;
}

static bool has_ended(const void *arg)
{
    return horo__future_is_settled(arg);
}

int horo__loop_run(struct horo_loop *loop, const char *fn_name,
                   horo_task_fn *fn, void *arg)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_task *main_task;
    int rc = check_run(loop);

    if (rc == 0) {
        rc = horo__task_create(&loop->idle.root, fn, arg, &options, fn_name,
                               &main_task);
    }
    if (rc < 0) {
        return rc;
    }
    horo__task_begin(main_task, &options);
    rc = turn_until(loop, main_task, has_ended, &end);
    if (rc < 0) {
        main_task->future = NULL; /* from here on the loop's */
        return rc;
    }
    return end.result;
}

static void note_end(void *arg)
{
    *(bool *)arg = true;
}

static bool is_noted(const void *arg)
{
    return *(const bool *)arg;
}

/* Ends by a callback, so that those that were added before come first. */
int horo_loop_run_until(struct horo_loop *loop, struct horo_future *future)
{
    struct horo_callback end = { 0 };
    bool is_over = false;
    int rc = check_run(loop);

    if (rc == 0) {
        rc = future ? horo_future_on_done(future, &end, note_end, &is_over)
                    : -EINVAL;
    }
    if (rc == 0) {
        rc = turn_until(loop, NULL, is_noted, &is_over);
        (void)horo_call_cancel(&end);
    }
    return rc < 0 ? rc : horo_future_result(future, NULL);
}

static bool never(const void *arg)
{
    (void)arg;
    return false;
}

int horo_loop_run_forever(struct horo_loop *loop)
{
    int rc = check_run(loop);

    if (rc == 0) {
        rc = turn_until(loop, NULL, never, NULL);
        rc = rc == -EINTR ? 0 : rc; /* stopping is the way to end it */
    }
    return rc;
}

int horo_loop_stop(struct horo_loop *loop)
{
    if (!loop) {
        return -EINVAL;
    }
    if (loop != horo__loop) {
        return -HORO_EOTHERLOOP;
    }
    loop->is_stopping = true;
    horo__limit_budget(loop, horo__batch_left(loop));
    return 0;
}

struct horo_scope *horo_loop_scope(struct horo_loop *loop)
{
    return loop ? &loop->idle.root : NULL;
}

int horo_loop_destroy(struct horo_loop **loop_place)
{
    struct horo_loop *loop = loop_place ? *loop_place : NULL;
    int rc = loop ? check_run(loop) : 0;

    if (!loop || rc < 0) {
        return rc;
    }
    *loop_place = NULL;
    horo_scope_cancel(&loop->idle.root);
    loop->is_running = true;
    horo__loop_run_out(loop);
    horo__overflow_unwatch(loop);
    horo__loop_destroy(loop);
    return 0;
}
