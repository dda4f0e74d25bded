/* The loop: one for each thread that runs tasks. horo_run() is all that most
 * programs need of it. */
#ifndef HORO_LOOP_H
#define HORO_LOOP_H

#include <horo/future.h>
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
    /* Limit of tasks alive at once; 0: 4 194 304. */
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
 * own: -HORO_EBUSYLOOP when this thread has a loop already, -HORO_EBACKEND and
 * -HORO_ECLOCK for unknown names, -EINVAL for a stack_size over 8 MiB, -ENOSYS
 * or -EPERM for a backend that this system refuses, -ENOMEM, -EMFILE, -ENFILE.
 *
 * (The `...` stands for `arg, options`, see horo_spawn().) */
#define horo_run(fn, ...) horo__run(#fn, fn, __VA_ARGS__)
HORO__API int horo__run(const char *fn_name, horo_task_fn *fn, void *arg,
                        const struct horo_loop_options *options);

/* --- a loop as an object --- */

/* Makes a loop, without running it, for this thread, where all that follows
 * has to be called, but for horo_loop_post(). `options` may be NULL. Returns 0
 * or one of horo_run()'s own errors. */
HORO__API int horo_loop_create(const struct horo_loop_options *options,
                               struct horo_loop **ret_loop);

/* Cancels all tasks in the loop, runs it until they have ended, and posts and
 * their tasks as well, drops callbacks and watches that are left, frees it and
 * nulls `*loop`. Blocks the thread. NULL does nothing. Returns 0; or, with
 * nothing done, -HORO_EBUSYLOOP from within the loop or its error handler,
 * -HORO_EOTHERLOOP on another thread. */
HORO__API int horo_loop_destroy(struct horo_loop **loop);

/* Runs `fn(arg)` as the main task, and returns its result when it and its
 * tasks have ended; as asyncio's Runner.run() does, SIGINT included. Those of
 * other runs go on meanwhile. Blocks the thread. Errors of its own:
 * -HORO_EBUSYLOOP when the loop runs already, -HORO_EOTHERLOOP on another
 * thread, -EINVAL without loop, -ENOMEM, -EAGAIN, and -EINTR when the loop was
 * stopped before: the task then is one of the loop's scope, goes on when the
 * loop runs again, and `arg` has to live as long. (The `...` stands for `arg`,
 * see horo_spawn().) */
#define horo_loop_run(loop, fn, ...) horo__loop_run(loop, #fn, fn, __VA_ARGS__)
HORO__API int horo__loop_run(struct horo_loop *loop, const char *fn_name,
                             horo_task_fn *fn, void *arg);

/* Runs the loop until `future`, one of this loop, has settled, and returns what
 * horo_future_result() does then; its callbacks that were added before have been
 * called. Blocks the thread. Errors of its own: -EINTR when the loop was stopped
 * before; -ECANCELED after a Ctrl-C as below; -HORO_EBUSYLOOP, -HORO_EOTHERLOOP,
 * -EINVAL. */
HORO__API int horo_loop_run_until(struct horo_loop *loop,
                                  struct horo_future *future);

/* Runs the loop until it is stopped. Blocks the thread. Returns 0; -ECANCELED
 * after a Ctrl-C, of which the first stops the loop and the second ends the
 * program, as above; -HORO_EBUSYLOOP, -HORO_EOTHERLOOP, -EINVAL. */
HORO__API int horo_loop_run_forever(struct horo_loop *loop);

/* Has the function that runs the loop return soon: what was ready when the
 * loop last looked at timers and the kernel has its turn before, and what that
 * asks for waits until the loop runs again. Before a run: of that run. Never
 * suspends. Returns 0, -HORO_EOTHERLOOP on another thread, -EINVAL. */
HORO__API int horo_loop_stop(struct horo_loop *loop);

/* A scope around all tasks of the loop, those of horo_loop_run() included. One
 * may spawn into it from anywhere on this thread, while the loop does not run
 * as well. It ends with the loop, so that its tasks may outlast whoever spawned
 * them; and it keeps going when they fail, which the error handler is told of.
 * NULL for NULL. */
HORO__API struct horo_scope *horo_loop_scope(struct horo_loop *loop);

/* This thread's loop; NULL when it has none. */
HORO__API struct horo_loop *horo_loop_self(void);

/* The backend in use: "uring", "epoll". Static string; NULL for NULL. */
HORO__API const char *horo_loop_backend(const struct horo_loop *loop);

/* Has the loop call fn(arg) soon, between two tasks; callable from any thread,
 * and the way to wake a loop from outside. `fn` must not suspend (calls that
 * would return -HORO_ENOTASK); it may spawn and cancel. Posts of one thread
 * keep their order. Returns 0, -ENOMEM, -EAGAIN beyond the loop's max_posts, or
 * -ESHUTDOWN once the loop's last task has ended, as it is destroyed, when `fn`
 * will not be called. What was accepted before is called, and a task that it
 * then spawns is run, cancelled from the beginning, and awaited.
 *
 * The caller answers for the loop still being there: a thread that posts has
 * to be joined, or told to stop, before horo_run() or horo_loop_destroy()
 * returns. */
HORO__API int horo_loop_post(struct horo_loop *loop, void (*fn)(void *arg),
                             void *arg);

/* An error that nobody can read any more. */
struct horo_error_report {
    int code;         /* negative */
    const char *what; /* it befell: "task", "future" */
    const char *name; /* the task's, or NULL */
};

typedef void horo_error_fn(void *arg, const struct horo_error_report *report);

/* Has fn(arg, report) called, as a callback, once for each error that nobody
 * can read any more: that of a failed task without future in the loop's scope,
 * or in one that keeps going after an earlier failure; or of a future that is
 * ended unread. It can neither run nor destroy the loop (-HORO_EBUSYLOOP).
 * Replaces the function given before; NULL: none, and errors are but counted
 * (errors_unhandled). Never suspends. Returns 0, -HORO_EOTHERLOOP on another
 * thread, -EINVAL without loop. */
HORO__API int horo_loop_on_error(struct horo_loop *loop, horo_error_fn *fn,
                                 void *arg);

/* --- what this thread's loop does --- */

/* What a loop has done so far; values only grow, but for those named live. */
struct horo_loop_stats {
    uint64_t tasks_live;
    uint64_t tasks_spawned;
    uint64_t operations_live;
    uint64_t timers_live;
    uint64_t stacks_live;      /* in use or kept for reuse */
    uint64_t turns;            /* rounds of the loop */
    uint64_t parks;            /* waits in the kernel */
    uint64_t spins;            /* busy waits */
    uint64_t stack_bytes;      /* address space reserved for stacks */
    uint64_t errors_unhandled; /* that no handler was there for */
};

/* Copies the counters of this thread's loop. Returns 0 or -HORO_ENOTASK. */
HORO__API int horo_loop_stats(struct horo_loop_stats *ret_stats);

enum horo_task_state {
    HORO_TASK_NEW = 0, /* has not run yet */
    HORO_TASK_READY,
    HORO_TASK_RUNNING,
    HORO_TASK_WAITING
};

/* One live task, as it is at the moment of asking; the pointers are good until
 * the caller suspends. */
struct horo_task_info {
    const struct horo_task *task;
    const char *name;
    /* In whose scope it is; NULL for the main task and others in the scope of
     * the loop itself. */
    const struct horo_task *owner;
    enum horo_task_state state;
    /* While it waits: for what, in a word ("time", "tasks", "future", "lock",
     * "receive" ...), else NULL; */
    const char *waits_for;
    /* and the task for whose result or end it waits: by closing a scope, or
     * with horo_future_wait(), horo_wait(), horo_as_completed_next() or the
     * HORO_DONE of horo_select() for the future of a task. The first of them
     * that is left, if there are several; NULL if there is none. */
    const struct horo_task *awaits;
};

/* Describes this thread's live tasks, owners before those whom they own, in up
 * to `max` of `infos`. Returns how many there are, which may be more; 0 without
 * a loop. Never suspends. */
HORO__API size_t horo_loop_tasks(struct horo_task_info *infos, size_t max);

HORO__END

#endif
