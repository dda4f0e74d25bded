/* A capacity limiter: so many tasks at a time, as a semaphore, but it knows
 * which tasks they are. A task borrows one token at most, returns its own, and
 * the number of tokens may be changed while they are in use. */
#ifndef HORO_LIMITER_H
#define HORO_LIMITER_H

#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

struct horo_task;

/* In the caller's memory, for tasks of one loop; the fields are private. Calls
 * from other threads than the loop's are the caller's fault and are not
 * detected: there, horo_loop_post() a function that makes them. */
struct horo_limiter {
    size_t total;
    size_t borrowed;              /* may be more than a total just lowered */
    struct horo_task **borrowers; /* hashed, see src/sync/limiter.c */
    size_t capacity;              /* of `borrowers`, a power of two */
    struct horo__waiters waiters;
};

/* Makes a limiter with `total` tokens. Takes at most 32 bytes of memory for
 * each, and 64 at least. Returns 0 or -ENOMEM. */
HORO__API int horo_limiter_init(struct horo_limiter *limiter, size_t total);

/* Frees its memory. Nobody may wait any more. A zeroed struct is left as it
 * is. */
HORO__API void horo_limiter_fini(struct horo_limiter *limiter);

/* Borrows a token, waiting for it in line. Suspends. Returns 0; -ECANCELED in
 * a cancelled scope, without a token; -EDEADLK when the caller has one;
 * -EINVAL for a limiter that is not initialised; -HORO_ENOTASK outside
 * a task. */
HORO__API int horo_limiter_acquire(struct horo_limiter *limiter);

/* Borrows a token if there is one. Never suspends, also works in a cancelled
 * scope. Returns 0; -EAGAIN when there is none; -EDEADLK, -EINVAL and
 * -HORO_ENOTASK as above. */
HORO__API int horo_limiter_try_acquire(struct horo_limiter *limiter);

/* Returns the calling task's token; it goes to the first in line. A task has
 * to do so before it ends. Never suspends, also works in a cancelled scope.
 * Returns 0, or -EPERM when the caller has none. */
HORO__API int horo_limiter_release(struct horo_limiter *limiter);

/* Changes the number of tokens. More of them are lent at once to those who
 * wait; with fewer, nothing is taken away, but nothing is lent either until
 * enough have come back. Never suspends. Returns 0, or -ENOMEM with nothing
 * changed. */
HORO__API int horo_limiter_set_total(struct horo_limiter *limiter,
                                     size_t total);

/* The number of tokens, and of those that are lent. Never suspends. */
HORO__API size_t horo_limiter_total(const struct horo_limiter *limiter);
HORO__API size_t horo_limiter_borrowed(const struct horo_limiter *limiter);

HORO__END

#endif
