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

int horo_loop_create(const struct horo_loop_options *options,
                     struct horo_loop **ret_loop)
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
    if (rc < 0) {
        horo__loop_destroy(loop);
        return rc;
    }
    *ret_loop = loop;
    return 0;
}

int horo__run(const char *fn_name, horo_task_fn *fn, void *arg,
              const struct horo_loop_options *options)
{
    struct horo_loop *loop;
    int rc = horo_loop_create(options, &loop);

    if (rc < 0) {
        return rc;
    }
    rc = horo__loop_run(loop, fn_name, fn, arg);
    (void)horo_loop_destroy(&loop); /* it is ours, and does not run */
    return rc;
}
