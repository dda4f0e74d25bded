/* Time: 64-bit nanoseconds, and waiting for them to pass. */
#ifndef HORO_TIME_H
#define HORO_TIME_H

#include <horo/detail.h>

HORO__BEGIN

/* A duration, or a moment on the loop's monotonic clock (CLOCK_MONOTONIC,
 * clock_gettime(2)), in nanoseconds. */
typedef int64_t horo_time;

/* Durations in readable units; fractions such as HORO_S(0.5) are allowed. */
#define HORO_NS(n) ((horo_time)(n))
#define HORO_US(n) ((horo_time)(INT64_C(1000) * (n)))
#define HORO_MS(n) ((horo_time)(INT64_C(1000000) * (n)))
#define HORO_S(n) ((horo_time)(INT64_C(1000000000) * (n)))

/* The time on this thread's loop's clock, in nanoseconds. Starts at an
 * arbitrary point: only differences and deadlines mean something. Outside a
 * loop it is CLOCK_MONOTONIC. Never suspends, never fails. */
HORO__API horo_time horo_now(void);

/* Waits for `duration` nanoseconds; zero or less yields once, as horo_yield().
 * Suspends. Returns 0, -ECANCELED when the enclosing scope is or becomes
 * cancelled, or -HORO_ENOTASK outside a task. Never returns 0 early. */
HORO__API int horo_sleep(horo_time duration);

/* As horo_sleep(), until the clock reads `moment`. */
HORO__API int horo_sleep_until(horo_time moment);

HORO__END

#endif
