/* Futures: a result that is still to come, as a value that can be passed on.
 *
 * There is one handle for whatever will have a result: a task's, which
 * horo_spawn() fills in (horo_spawn_options::future in horo/task.h) and the end
 * of the task settles; and a plain one, which whoever promised the result
 * settles with horo_future_set(), horo_future_fail() or horo_future_cancel().
 *
 *                set, fail; the task's end
 *     PENDING --------------------------------> DONE
 *        |    \                                  ^
 *        |     `-- the task begins --> RUNNING --|
 *        |                                |      |
 *        |  cancel; the task's result     |      '
 *        `---------- is -ECANCELED -------+--> CANCELLED
 *
 * A future belongs to the loop of the thread that made it or, if there was none
 * yet, to the first loop in which it is used, even if only by asking for the
 * result. From then on other threads, and whoever comes when that loop has
 * ended, get -HORO_EOTHERLOOP; threads reach it with horo_loop_post(). Before
 * the first use it is one thread's business to hand it on to another. */
#ifndef HORO_FUTURE_H
#define HORO_FUTURE_H

#include <stdbool.h>

#include <horo/callback.h>

HORO__BEGIN

struct horo_loop;
struct horo_task;

enum horo_future_state {
    HORO_FUTURE_PENDING = 0,
    HORO_FUTURE_RUNNING, /* a task's, which has begun */
    HORO_FUTURE_DONE,    /* with a value or an error */
    HORO_FUTURE_CANCELLED
};

/* Lives in the caller's memory, at one address, until it has settled, or the
 * loop has ended; who has been waiting for it until then does not need it
 * afterwards. While it is a live task's, it can be given to no other one and
 * not be made anew: the program ends when that task does. The fields are
 * private. */
struct horo_future {
    struct horo__link listeners; /* horo__listener::link, while pending */
    struct horo__link callbacks; /* horo_callback::link, while pending */
    struct horo__link beside;    /* in line to be told of */
    uint64_t home;               /* horo_loop::serial; 0: none yet; atomic */
    struct horo_task *task;      /* whose result it will be, while that lives */
    void *value;
    uint64_t order; /* which of the loop's futures settled before */
    int result;
    unsigned char state; /* without RUNNING, which the task knows */
    bool is_read;        /* its error has been seen here; */
    bool is_told;        /* or a scope has to tell it */
};

/* Makes a plain future, pending. Never suspends, never fails. */
HORO__API void horo_future_init(struct horo_future *future);

/* Ends the use of a future that nobody waits for, nor has a callback on. If it
 * failed and nobody has read the error, that goes to the loop's error handler
 * (horo_loop_on_error), once; on the loop's thread, while there is the loop.
 *
 * A task's future must not be ended while the task lives, and mostly needs no
 * end, since the failure is told by the scope. That is not so, and only this
 * call reports what nobody has read, if the scope keeps going and returns
 * another failure, that came first; or is the loop's own, horo_loop_scope().
 * NULL is ignored. Never suspends. */
HORO__API void horo_future_fini(struct horo_future *future);

/* Settles a plain future with a value, or with an error `code` < 0;
 * -ECANCELED counts as cancelling it. Those who wait become ready to run.
 * Never suspends. Return 0; -HORO_EINVALIDSTATE if the future has settled
 * already; -EPERM for a task's; -HORO_EOTHERLOOP; -EINVAL for a `code` >= 0. */
HORO__API int horo_future_set(struct horo_future *future, void *value);
HORO__API int horo_future_fail(struct horo_future *future, int code);

/* Cancels a plain future, which settles at once; or asks the task to end: all
 * that it waits for, now and later, returns -ECANCELED, and the future settles
 * when the task has ended, perhaps with some other result. May be called
 * repeatedly. Never suspends. Returns 0; -HORO_EINVALIDSTATE if the future has
 * settled already, which for a task is the harmless news that it has ended;
 * -HORO_EOTHERLOOP. */
HORO__API int horo_future_cancel(struct horo_future *future);

/* What has become of it so far. Never suspends. */
HORO__API enum horo_future_state
horo_future_state(const struct horo_future *future);

/* The result, without waiting: a task's result, or 0 for a plain future that
 * was set, whose value then goes to `ret_value` (may be NULL; a task's is
 * NULL); an error; -ECANCELED when it was cancelled; -HORO_EINVALIDSTATE while
 * it is pending or running; -HORO_EOTHERLOOP. Never suspends. */
HORO__API int horo_future_result(struct horo_future *future, void **ret_value);

/* Waits until the future has settled, and returns what horo_future_result()
 * does. Any number of tasks may wait; cancelling one of them leaves the future
 * alone. Suspends. More errors: -ECANCELED when the caller is cancelled
 * (horo_future_state() tells that from a future that was); -EDEADLK for the
 * caller's own future; -HORO_ENOTASK outside a task.
 *
 * A failed task has told its scope, which cancels the rest unless it keeps
 * going: waiting is for the result, not for safety. */
HORO__API int horo_future_wait(struct horo_future *future, void **ret_value);

/* Has fn(arg) called soon after the future has settled, or soon, if it has:
 * between tasks, never from within the call that settles it, behind those who
 * wait or were added before. horo_call_cancel() takes the callback back, and
 * says how many it took: 1 or 0. Never suspends. Returns 0; -HORO_EOTHERLOOP;
 * or what horo_call_soon() does, like -EBUSY for a callback that is pending. */
HORO__API int horo_future_on_done(struct horo_future *future,
                                  struct horo_callback *callback,
                                  horo_callback_fn *fn, void *arg);

HORO__END

#endif
