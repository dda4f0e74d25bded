/* Tasks: functions that run at once, each on a stack of its own, taking turns
 * on one thread. A task runs until it calls something that suspends. */
#ifndef HORO_TASK_H
#define HORO_TASK_H

#include <stddef.h>

#include <horo/future.h>
#include <horo/scope.h>

HORO__BEGIN

/* The body of a task. It must close the scopes that it opens: returning with
 * one open ends the program with a report, as the scope's memory, which other
 * tasks refer to, is gone. Its return value is the task's result: >= 0 for
 * success, a negative code for failure. */
typedef int horo_task_fn(void *arg);

/* A zeroed struct means the defaults; pass NULL for all of them. */
struct horo_spawn_options {
    /* Shown in reports and in the debugger; must outlive the task. Default:
     * the text of the `fn` argument. */
    const char *name;
    /* Stack, in bytes, of which up to 3 KiB are the library's own: rounded up to one of the size classes 16 KiB,
     * 64 KiB, 256 KiB, 1 MiB, 8 MiB. 0: the loop's default, 256 KiB. */
    size_t stack_size;
    /* Is made the future of the task: pending until it begins, then running,
     * settled with its result when it ends. It must live until then. */
    struct horo_future *future;
};

/* Starts a task in `scope`: fn(arg) will run when the caller next suspends.
 * `arg` stays the caller's; it must live until the task is done with it, for
 * which the scope's memory is the natural measure. Never suspends.
 *
 * Returns 0; -ENOMEM without memory for a stack; -EAGAIN beyond the loop's
 * max_tasks; -EINVAL for a stack_size over 8 MiB; -ESHUTDOWN for a closed
 * scope; -HORO_ENOTASK outside a loop; -HORO_EOTHERLOOP for a scope of another
 * loop. A scope that is merely cancelled accepts tasks: they start, and are
 * told at their first suspension, so that they can free what they own.
 *
 * Memory: one touched page (4 KiB) and its share of page tables. */
#define horo_spawn(scope, fn, arg, options) \
    horo__spawn(scope, fn, arg, options, #fn)
HORO__API int horo__spawn(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                          const struct horo_spawn_options *options,
                          const char *fn_name);

/* Lets every other task that is ready run before the caller goes on. Suspends.
 * Returns 0, -ECANCELED in a cancelled scope, -HORO_ENOTASK outside a task. */
HORO__API int horo_yield(void);

/* The running task; NULL outside a task. Never suspends. */
HORO__API struct horo_task *horo_task_self(void);

/* A task's name; NULL for NULL. Never suspends. */
HORO__API const char *horo_task_name(const struct horo_task *task);

/* The calling task's innermost scope; NULL outside a task. Every task has at
 * least one, whose tasks end before the task does. Never suspends. */
HORO__API struct horo_scope *horo_scope_self(void);

HORO__END

#endif
