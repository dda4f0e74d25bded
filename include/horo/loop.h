/* The loop: one for each thread that runs tasks. */
#ifndef HORO_LOOP_H
#define HORO_LOOP_H

#include <horo/task.h>

HORO__BEGIN

struct horo_loop;

enum horo_clock {
    HORO_CLOCK_REAL = 0,
    /* Time stands still while anything can run, and jumps to the next timer
     * when all tasks wait. Operations in flight on real descriptors get
     * a short real wait before each jump. For tests. */
    HORO_CLOCK_VIRTUAL
};

/* A zeroed struct means the defaults; pass NULL for all of them. The
 * environment's HORO_BACKEND and HORO_CLOCK (real, virtual) override
 * `backend` and `clock`. */
struct horo_loop_options {
    /* "uring", "epoll", or NULL for the best that this system allows. */
    const char *backend;
    enum horo_clock clock;
    /* Default stack of a task, in bytes; 0: 256 KiB. */
    size_t stack_size;
    /* Limit of tasks alive, or ended and not yet joined, at once;
     * 0: 4 194 304. */
    size_t max_tasks;
    /* Limit of posts that have not run yet; 0: 1 048 576. */
    size_t max_posts;
    /* Longest busy wait before the thread sleeps, in nanoseconds; 0: 50 us;
     * negative: never. It is used only while events come that soon. */
    horo_time spin;
    /* Leave SIGINT alone. By default, if SIGINT has its default action, the
     * first one cancels the main task and the second ends the program, as
     * Python's asyncio.run() does. */
    bool keep_sigint;
    /* Leave SIGSEGV alone. By default, if SIGSEGV has its default action, the
     * overflow of a task's stack is reported on standard error with the
     * task's name before the program ends. */
    bool keep_sigsegv;
};

/* Runs `fn(arg)` as the main task of a new loop on this thread, and returns
 * its result when it and all its tasks have ended. Blocks the thread.
 * `options` may be NULL. As with any scope that was cancelled and felt it, the
 * result after a Ctrl-C is -ECANCELED, whatever `fn` returned. Errors of its
 * own: -HORO_EBUSYLOOP when this thread runs a loop already, -HORO_EBACKEND and
 * -HORO_ECLOCK for unknown names, -EINVAL for a stack_size over 8 MiB, -ENOSYS or -EPERM for a backend that this
 * system refuses, -ENOMEM, -EMFILE, -ENFILE. */
#define horo_run(fn, arg, options) horo__run(fn, arg, options, #fn)
HORO__API int horo__run(horo_task_fn *fn, void *arg,
                        const struct horo_loop_options *options,
                        const char *fn_name);

/* This thread's loop; NULL when it runs none. */
HORO__API struct horo_loop *horo_loop_self(void);

/* The backend in use: "uring", "epoll". Static string; NULL for NULL. */
HORO__API const char *horo_loop_backend(const struct horo_loop *loop);

/* Has the loop call fn(arg) soon, between two tasks; callable from any thread,
 * and the way to wake a loop from outside. `fn` must not suspend (calls that
 * would return -HORO_ENOTASK); it may spawn and cancel. Posts of one thread
 * keep their order. Returns 0, -ENOMEM,
 * -EAGAIN beyond the loop's max_posts, or -ESHUTDOWN once the loop's main
 * task has ended, when `fn` will not be called.
 *
 * The caller answers for the loop still being there: a thread that posts has
 * to be joined, or told to stop, before horo_run() returns. */
HORO__API int horo_loop_post(struct horo_loop *loop, void (*fn)(void *arg),
                             void *arg);

/* What a loop has done so far; values only grow, but for those named live. */
struct horo_loop_stats {
    uint64_t tasks_live;
    uint64_t tasks_spawned;
    uint64_t operations_live;
    uint64_t timers_live;
    uint64_t stacks_live; /* in use or kept for reuse */
    uint64_t turns;       /* rounds of the loop */
    uint64_t parks;       /* waits in the kernel */
    uint64_t spins;       /* busy waits */
    uint64_t stack_bytes; /* address space reserved for stacks */
};

/* Copies the counters of this thread's loop. Returns 0 or -HORO_ENOTASK. */
HORO__API int horo_loop_stats(struct horo_loop_stats *ret_stats);

HORO__END

#endif
