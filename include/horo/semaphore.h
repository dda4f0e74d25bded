/* A semaphore: a number of permits, of which a task takes one, or waits in
 * line for one. A bounded one, with a maximum, notices when more permits are
 * put back than were taken:
 *
 *     struct horo_semaphore ten;
 *
 *     horo_semaphore_init(&ten, 10, 10);
 *
 * Who puts back need not be who took. Where it has to be, see
 * horo/limiter.h. */
#ifndef HORO_SEMAPHORE_H
#define HORO_SEMAPHORE_H

#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

/* In the caller's memory, for tasks of one loop; the fields are private. Calls
 * from other threads than the loop's are the caller's fault and are not
 * detected: there, horo_loop_post() a function that makes them. Nothing has to
 * be released. */
struct horo_semaphore {
    size_t value;   /* permits to be had; with a line of waiters always 0 */
    size_t maximum; /* of `value` */
    struct horo__waiters waiters;
};

/* Makes a semaphore with `value` permits, that will never have more than
 * `maximum`; 0: no such bound. Returns 0, or -EINVAL for a value beyond the
 * maximum. */
HORO__API int horo_semaphore_init(struct horo_semaphore *semaphore,
                                  size_t value, size_t maximum);

/* Takes a permit, waiting for it in line. Suspends. Returns 0; -ECANCELED in
 * a cancelled scope, without a permit; -HORO_ENOTASK outside a task. */
HORO__API int horo_semaphore_acquire(struct horo_semaphore *semaphore);

/* Takes a permit if there is one. Never suspends, works anywhere on the loop.
 * Returns 0 or -EAGAIN. */
HORO__API int horo_semaphore_try_acquire(struct horo_semaphore *semaphore);

/* Puts a permit back, or hands it to the first in line. Never suspends, works
 * anywhere on the loop. Returns 0, or -EOVERFLOW, with nothing done, when all
 * permits are there already. */
HORO__API int horo_semaphore_release(struct horo_semaphore *semaphore);

/* The permits to be had now. Never suspends. */
HORO__API size_t horo_semaphore_value(const struct horo_semaphore *semaphore);

HORO__END

#endif
