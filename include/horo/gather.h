/* Many calls at once, awaited together: all of them, the first that succeeds,
 * one for each of many items; and steps one after another.
 *
 *     struct horo_call calls[] = { HORO_CALL(fetch, &a),
 *                                  HORO_CALL(fetch, &b) };
 *     int rc = horo_gather(calls, 2, NULL);
 *
 * Each call runs as a task, in a scope of its own, and begins in its turn,
 * before those who are ready already. None of these functions returns before
 * every call that it began has ended, cancelled calls included: no call is ever
 * left running. All that a call needs is the caller's: the functions allocate
 * nothing but stacks, and calls that end without waiting share one.
 *
 * When the caller is cancelled, the calls are, as all that is inside a scope.
 * A call that is cancelled before its turn does not begin. */
#ifndef HORO_GATHER_H
#define HORO_GATHER_H

#include <horo/task.h>

HORO__BEGIN

/* One of many calls, in the caller's memory until all have returned. */
struct horo_call {
    horo_task_fn *fn;
    void *arg;
    int result; /* what fn(arg) returned; -ECANCELED if it did not begin */
};

/* HORO_CALL(fn, arg): the initialiser of a call yet to be made. Variadic, as
 * `arg` may be a compound literal, commas and all. */
#define HORO_CALL(fn, ...) \
    {                      \
        fn, __VA_ARGS__, 0 \
    }

/* A zeroed struct means the defaults; pass NULL for all of them. */
struct horo_gather_options {
    /* Calls that run at the same time; the next one begins when one has ended.
     * 0: all of them, so that each may wait for any other. */
    size_t limit;
    /* A call that fails leaves the others alone. */
    bool collect;
    /* Of each task, as in struct horo_spawn_options. */
    size_t stack_size;
};

/* Makes `count` calls and waits until all have ended; each finds its result in
 * its struct. A call that fails cancels the others, unless `collect` is set.
 * Suspends. Returns 0 when every call has succeeded, and at once when there is
 * none; otherwise the first of these that applies:
 *  - -ENOMEM, -EAGAIN, -EINVAL when a task could not be spawned, see
 *    horo_spawn(): the others are cancelled;
 *  - the failure that came first in time, -ECANCELED aside;
 *  - -ECANCELED, when a call was cancelled, or all of them with the caller.
 * With `collect`, results are in the structs alone: 0 as soon as all calls have
 * ended, however they fared, and -ECANCELED only if the caller was cancelled
 * and a call with it.
 *
 * -EINVAL for a call without function; -HORO_ENOTASK outside a task. */
HORO__API int horo_gather(struct horo_call *calls, size_t count,
                          const struct horo_gather_options *options);

/* Makes `count` calls until the first one succeeds; the others are cancelled
 * and awaited. Its index goes to `ret_winner` (may be NULL). Another call may
 * have succeeded all the same, since it was too late to stop it: results that
 * own something are to be looked for in every call. With limit 1 the calls are
 * made in turn. Suspends.
 *
 * Returns the winner's result; else -ECANCELED if the caller was cancelled and
 * a call with it; else the failure that came first in time, -ECANCELED aside;
 * else -ECANCELED. -EINVAL for no call at all, a call without function, and
 * `collect`, which no race can grant; errors of horo_spawn(), and
 * -HORO_ENOTASK, as horo_gather(). */
HORO__API int horo_race(struct horo_call *calls, size_t count,
                        const struct horo_gather_options *options,
                        size_t *ret_winner);

/* What horo_map() does with one item. >= 0 for success. */
typedef int horo_map_fn(void *arg, size_t index);

/* Calls fn(arg, index) for each index from 0 to count - 1, as horo_gather()
 * would, with the same result; fn puts its own where it likes. Suspends. */
HORO__API int horo_map(size_t count, horo_map_fn *fn, void *arg,
                       const struct horo_gather_options *options);

/* A step of horo_waterfall(): takes `*value` from the step before, and leaves
 * there what the next one gets. >= 0 for success. */
typedef int horo_step_fn(void **value);

/* Makes `count` steps, one after another, until one of them fails. `*value` is
 * what the first one gets, and in the end what the last one left: after
 * a failure too, so that the caller can free it. The steps run as the caller,
 * no task is spawned. Suspends.
 *
 * Returns the last step's result, 0 without any; the failure of the step that
 * failed; -EINVAL for a step that is NULL, before the first one is made;
 * -ECANCELED when the caller is cancelled already; -HORO_ENOTASK. */
HORO__API int horo_waterfall(horo_step_fn *const *steps, size_t count,
                             void **value);

HORO__END

#endif
