/* See clock.h. */
#include "sys/clock.h"

#include <time.h>

int64_t horo__clock_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC,
                        &now); /* fails for unknown clocks only */
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}
