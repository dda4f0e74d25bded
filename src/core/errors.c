/* Errors that nobody can read any more, each reported once. */
#include <horo/loop.h>

#include "core/core.h"

int horo_loop_on_error(struct horo_loop *loop, horo_error_fn *fn, void *arg)
{
    if (!loop) {
        return -EINVAL;
    }
    if (loop != horo__loop) {
        return -HORO_EOTHERLOOP;
    }
    loop->on_error = fn;
    loop->on_error_arg = arg;
    return 0;
}

void horo__loop_report_error(struct horo_loop *loop, const char *what,
                             const char *name, int code)
{
    struct horo_error_report report = { .code = code,
                                        .what = what,
                                        .name = name };
    struct horo_task *current = loop->current;
    bool was_running = loop->is_running;

    if (!loop->on_error) {
        loop->stats.errors_unhandled++;
        return;
    }
    /* As a callback: whoever is in trouble right now cannot wait as well. And
     * he will go on: the loop must be neither run nor destroyed meanwhile. */
    loop->current = &loop->idle;
    loop->is_running = true;
    loop->on_error(loop->on_error_arg, &report);
    loop->is_running = was_running;
    loop->current = current;
}
