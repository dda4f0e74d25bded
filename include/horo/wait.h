/* Waiting with conditions: for a call, but not too long; for the first, for all
 * of several futures; for one after another as they settle.
 *
 * Nothing here cancels what it waits for, except horo_wait_for() its own call:
 * futures go their way, watched or not. Futures belong to one loop; those of
 * another thread give -HORO_EOTHERLOOP. */
#ifndef HORO_WAIT_H
#define HORO_WAIT_H

#include <stddef.h>

#include <horo/future.h>
#include <horo/task.h>

HORO__BEGIN

/* Makes the call fn(arg), for at most `timeout` nanoseconds; zero or less means
 * that time is up already, and the call learns so when it first waits. It is
 * the same as a scope with that timeout around the call: it runs as the caller,
 * and has ended when this returns. Suspends. Returns what fn returns;
 * -ETIMEDOUT if the limit interrupted it; -ECANCELED when the caller is
 * cancelled already, with fn not called; -HORO_ENOTASK outside a task. */
HORO__API int horo_wait_for(horo_task_fn *fn, void *arg, horo_time timeout);

enum horo_wait_until {
    HORO_WAIT_ALL = 0,
    HORO_WAIT_FIRST_COMPLETED,
    /* Or all, when none fails; a cancelled future is no failure. */
    HORO_WAIT_FIRST_EXCEPTION
};

/* A zeroed struct means the defaults; pass NULL for all of them. */
struct horo_wait_options {
    enum horo_wait_until until;
    /* Nanoseconds from now; 0: no limit; negative: just look. */
    horo_time timeout;
};

/* Waits for `count` futures, each of which may stand there more than once.
 * When it returns, horo_future_state() tells which have settled; their errors
 * still count as unread. Suspends. Returns how many have settled, which may be
 * none when time is up; -EINVAL for no future at all; -ECANCELED when the
 * caller is cancelled; -EDEADLK for the caller's own; -HORO_EOTHERLOOP;
 * -ENOMEM, which cannot happen for up to eight futures; -HORO_ENOTASK. */
HORO__API int horo_wait(struct horo_future *const *futures, size_t count,
                        const struct horo_wait_options *options);

/* Futures in the order in which they settle:
 *
 *     horo_as_completed_open(&completed, futures, count);
 *     while ((rc = horo_as_completed_next(&completed, &index)) == 0) {
 *         ... futures[index] has settled ...
 *     }
 *     horo_as_completed_close(&completed);
 *
 * In the caller's memory; the fields are private. */
struct horo_as_completed {
    struct horo__link settled; /* horo__completion::place of those not told */
    struct horo__completion *places; /* one for each future; NULL: closed */
    struct horo_task *waiter;        /* in horo_as_completed_next() */
    size_t count;
    size_t left; /* not yet told */
};

/* Begins to watch the futures, which must stay where they are until the close.
 * Those that have settled already come first, in the order in which they did.
 * Never suspends. Returns 0; -HORO_EOTHERLOOP; -EDEADLK for the caller's own
 * future; -ENOMEM; -HORO_ENOTASK outside a task. After a failure `completed` is
 * closed already. */
HORO__API int horo_as_completed_open(struct horo_as_completed *completed,
                                     struct horo_future *const *futures,
                                     size_t count);

/* Waits for the next future to settle, and puts its index to `ret_index`; each
 * comes once. One task at a time may wait. Suspends. Returns 0; -HORO_EDONE
 * when all have come, or after the close; -ECANCELED when the caller is
 * cancelled, and nothing is lost: the next call goes on; -EBUSY while another
 * task waits; -HORO_ENOTASK outside a task. */
HORO__API int horo_as_completed_next(struct horo_as_completed *completed,
                                     size_t *ret_index);

/* Ends it, whether all have come or not; nobody may be waiting. A second close
 * is harmless. Never suspends. */
HORO__API void horo_as_completed_close(struct horo_as_completed *completed);

HORO__END

#endif
