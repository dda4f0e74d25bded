/* Scopes: the owner of tasks, the carrier of deadlines and of cancellation.
 *
 * A scope is opened and closed by one task, like a block. Tasks are born in a
 * scope (horo_spawn in horo/task.h), and it does not close before they have
 * ended. Its deadline and its cancellation reach everything inside it: the
 * body, the scopes nested in it, its tasks, and theirs.
 *
 * Cancellation is level-triggered. In a cancelled scope every call that
 * suspends returns -ECANCELED, at once and each time, until the scope is
 * closed; there is nothing to swallow. Cleanup that has to wait opens a
 * shielded scope, which has a time limit of its own. */
#ifndef HORO_SCOPE_H
#define HORO_SCOPE_H

#include <stdbool.h>

#include <horo/time.h>

HORO__BEGIN

struct horo_local_binding;
struct horo_task;

/* Lives in the caller's memory, usually on its stack, from open to close.
 * The fields are private. */
struct horo_scope {
    struct horo_scope *parent; /* the scope around this one */
    struct horo_task *task;    /* the task whose block this is */
    struct horo_scope
        *reason;              /* the cancelled one that is felt here, or NULL */
    struct horo__link inside; /* horo_scope::beside of those within */
    struct horo__link beside; /* in the parent's `inside` */
    struct horo__timer deadline; /* armed when the scope has one */
    struct horo_local_binding
        *bindings;       /* the newest first, see horo/local.h */
    unsigned live_tasks; /* spawned here and not yet ended */
    int failure;         /* the first failed task's result, or 0 */
    unsigned char state;
    bool is_root; /* the implicit scope around a whole task */
    bool shield;
    bool keep_going;
    bool cancelled; /* by horo_scope_cancel() or a failed task */
    bool expired;   /* by its deadline */
    bool delivered; /* someone inside was told because of this scope */
    bool timed_out; /* and it was because of the deadline */
};

/* A zeroed struct means: no deadline, not shielded, a failure cancels. */
struct horo_scope_options {
    /* Limits the whole scope, in nanoseconds from now. 0: no limit; negative:
     * already over. */
    horo_time timeout;
    /* The same as a moment of horo_now(); the earlier of both counts. 0: no
     * limit. */
    horo_time deadline;
    /* Cancellation from outside does not reach in. For cleanup that must wait;
     * a timeout or deadline is then required. */
    bool shield;
    /* A task that fails does not cancel the others (a server's connections).
     * The first failure is what the scope returns; later ones go to the loop's
     * error handler (horo_loop_on_error), or to the task's future if it has one
     * (horo_future_fini). */
    bool keep_going;
};

/* Opens a scope inside the calling task's innermost one. `options` may be
 * NULL. Never suspends. Returns 0; -HORO_ENOTASK outside a task; -EINVAL for a
 * shield without a limit. After a failure `scope` is closed already: spawning
 * into it fails, and horo_scope_close() returns the same code. */
HORO__API int horo_scope_open(struct horo_scope *scope,
                              const struct horo_scope_options *options);

/* Closes the scope, which must be the calling task's innermost one, after all
 * tasks in it have ended; suspends until they have, however the scope fares:
 * cancellation makes them end sooner, it never lets one be left behind.
 *
 * `rc` is the result of the block. A negative `rc` cancels the tasks that are
 * still running. Returns the first of these that applies:
 *  - the first failure (negative result, -ECANCELED aside) of a task, if it
 *    came before the block ended in one of its own;
 *  - `rc`, if it is negative and not -ECANCELED;
 *  - -ETIMEDOUT, if this scope's deadline interrupted anything in it;
 *  - -ECANCELED, if this scope's cancellation interrupted anything in it;
 *  - `rc`, which is then the block's success or, as -ECANCELED, the news that
 *    an outer scope was cancelled.
 * -EINVAL, with nothing done, when `scope` is not the caller's innermost. */
HORO__API int horo_scope_close(struct horo_scope *scope, int rc);

/* Cancels all that is inside `scope`. May be called by any task or callback of
 * the same loop, repeatedly. Never suspends, never fails. */
HORO__API void horo_scope_cancel(struct horo_scope *scope);

/* Moves the deadline to `moment` of horo_now(); 0 removes it, and lowers the
 * shield, if there is one, as nothing may be shielded without limit. A deadline
 * that has already struck stays struck. Never suspends, never fails. */
HORO__API void horo_scope_set_deadline(struct horo_scope *scope,
                                       horo_time moment);

/* Raises or lowers the shield of an open scope. Returns 0, or -EINVAL when
 * raising it over a scope without deadline. Never suspends. */
HORO__API int horo_scope_set_shield(struct horo_scope *scope, bool shield);

/* True when a call that suspends would return -ECANCELED in this scope. */
HORO__API bool horo_scope_is_cancelled(const struct horo_scope *scope);

/* True when this scope's own deadline interrupted something in it. */
HORO__API bool horo_scope_timed_out(const struct horo_scope *scope);

HORO__END

#endif
