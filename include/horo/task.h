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
    /* Stack, in bytes, of which up to 3 KiB are the library's own: rounded up
     * to one of the size classes 16 KiB, 64 KiB, 256 KiB, 1 MiB, 8 MiB. 0: the
     * loop's default, 256 KiB. */
    size_t stack_size;
    /* Is made the future of the task: pending until it begins, then running,
     * settled with its result when it ends. It must live until then, and not
     * be that of another live task. */
    struct horo_future *future;
    /* Run it at once: it gets as far as its first suspension, or its end,
     * before horo_spawn() returns. Nobody else runs meanwhile, but what it does
     * may well concern the caller. -HORO_ENOTASK from a callback. */
    bool eager;
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
 * Memory: one touched page (4 KiB) and its share of page tables.
 *
 * (The `...` stands for `arg, options`: so a compound literal may be given for
 * them, whose commas separate a macro's arguments.) */
#define horo_spawn(scope, fn, ...) horo__spawn(scope, #fn, fn, __VA_ARGS__)
HORO__API int horo__spawn(struct horo_scope *scope, const char *fn_name,
                          horo_task_fn *fn, void *arg,
                          const struct horo_spawn_options *options);

/* Starts a task, as horo_spawn() does, and waits until it says that it is
 * ready, by horo_started(value); that `value` then goes to `ret_value` (may be
 * NULL). A server, for example, that is listening, whose port is `value`.
 *
 * Until it is ready it belongs to the caller, is cancelled along with the
 * caller, and in any case awaited; its failure is the caller's result and
 * nobody else's. Once ready it is in `scope`, like any other task there; that
 * does not close before. So at horo_started() not only cancellation and
 * deadlines begin to come from there, but local values (horo/local.h), too:
 * those bound only around the caller are no longer seen.
 *
 * Suspends. Returns 0; the result of a task that failed before it was ready;
 * -HORO_EINVALIDSTATE if it ended well, but never was; -ECANCELED in
 * a cancelled scope; or what horo_spawn() does. */
#define horo_start(scope, fn, ...) horo__start(scope, #fn, fn, __VA_ARGS__)
HORO__API int horo__start(struct horo_scope *scope, const char *fn_name,
                          horo_task_fn *fn, void *arg,
                          const struct horo_spawn_options *options,
                          void **ret_value);

/* Says that the calling task is ready, to whoever started it with
 * horo_start(); in a task that was spawned it does nothing, so that one
 * function serves both. Never suspends. Returns 0; -HORO_EINVALIDSTATE the
 * second time; -HORO_ENOTASK outside a task. */
HORO__API int horo_started(void *value);

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
