/* A barrier: tasks wait until so many of them have come, then all go on. */
#ifndef HORO_BARRIER_H
#define HORO_BARRIER_H

#include <stdbool.h>
#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

/* In the caller's memory, for tasks of one loop; the fields are private. Calls
 * from other threads than the loop's are the caller's fault and are not
 * detected: there, horo_loop_post() a function that makes them. Nothing has to
 * be released. */
struct horo_barrier {
    struct horo__waiters waiters;
    size_t parties;
    size_t waiting; /* in `waiters` */
    bool is_broken;
};

/* Makes a barrier for `parties` tasks. Returns 0, or -EINVAL for none or more
 * than INT_MAX. */
HORO__API int horo_barrier_init(struct horo_barrier *barrier, size_t parties);

/* Waits until as many tasks wait as the barrier is for; the last to come does
 * not. The barrier is then empty again, for the next round. Suspends.
 *
 * Returns a number from 0 on that tells the tasks of a round apart, in the
 * order in which they came; -ECANCELED in a cancelled scope, when the others
 * go on waiting for one more; -HORO_EBROKEN when the barrier is or was broken;
 * -HORO_ENOTASK outside a task. Who is cancelled after the last has come has
 * still passed, as the others count on it. */
HORO__API int horo_barrier_wait(struct horo_barrier *barrier);

/* Breaks the barrier: all who wait, and all who come until it is reset, get
 * -HORO_EBROKEN. Never suspends. */
HORO__API void horo_barrier_abort(struct horo_barrier *barrier);

/* Makes it whole and empty; those who wait get -HORO_EBROKEN. Never
 * suspends. */
HORO__API void horo_barrier_reset(struct horo_barrier *barrier);

/* The number of tasks that wait. Never suspends. */
HORO__API size_t horo_barrier_waiting(const struct horo_barrier *barrier);

HORO__END

#endif
