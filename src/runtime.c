/* The composition root: the one place that knows all backends, and where
 * a program enters the library. */
#include <horo/loop.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backends.h"
#include "core/core.h"

/* Best first. */
static const struct horo__backend_class *const backends[] = {
#if defined(HORO_HAVE_LIBURING)
    &horo__uring_backend,
#endif
    &horo__epoll_backend,
    NULL,
};

/* The environment has the last word. */
static int read_environment(struct horo_loop_options *options)
{
    const char *backend = getenv("HORO_BACKEND");
    const char *clock = getenv("HORO_CLOCK");

    if (backend && *backend) {
        options->backend = backend;
    }
    if (clock && strcmp(clock, "virtual") == 0) {
        options->clock = HORO_CLOCK_VIRTUAL;
    } else if (clock && strcmp(clock, "real") == 0) {
        options->clock = HORO_CLOCK_REAL;
    } else if (clock && *clock) {
        return -HORO_ECLOCK;
    }
    return options->clock == HORO_CLOCK_REAL ||
                   options->clock == HORO_CLOCK_VIRTUAL
               ? 0
               : -HORO_ECLOCK;
}

static int run_main(struct horo_loop *loop, horo_task_fn *fn, void *arg,
                    const struct horo_loop_options *options, const char *name)
{
    struct horo_task *main_task;
    int rc = horo__task_create(loop, NULL, fn, arg, NULL, name, &main_task);

    if (rc < 0) {
        return rc;
    }
    if (!options->keep_sigint) {
        horo__interrupt_install(loop, main_task);
    }
    while (main_task->state != HORO__TASK_ENDED) {
        horo__loop_turn(loop);
    }
    if (!options->keep_sigint) {
        horo__interrupt_remove(loop);
    }
    rc = main_task->result;
    horo__task_free(main_task);
    return rc;
}

int horo__run(horo_task_fn *fn, void *arg,
              const struct horo_loop_options *options, const char *fn_name)
{
    struct horo_loop_options effective =
        options ? *options : (struct horo_loop_options){ 0 };
    struct horo_loop *loop;
    int rc = read_environment(&effective);

    if (rc == 0) {
        rc = horo__loop_create(&effective, backends, &loop);
    }
    if (rc < 0) {
        return rc;
    }
    if (!effective.keep_sigsegv) {
        rc = horo__overflow_watch(loop);
    }
    if (rc == 0) {
        rc = run_main(loop, fn, arg, &effective, fn_name);
    }
    horo__overflow_unwatch(loop);
    horo__loop_destroy(loop);
    return rc;
}
