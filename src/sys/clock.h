/* Clocks. */
#ifndef HORO_SYS_CLOCK_H
#define HORO_SYS_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds, clock_gettime(2). Cannot fail. */
int64_t horo__clock_now(void);

/* A counter that the processor keeps and that is cheaper to read than any
 * clock; its unit is unknown.
 * 0 where there is none. */
static inline uint64_t horo__cycles(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t count;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#else
    return 0;
#endif
}

/* So many of them take 100 us at the most. */
static inline uint64_t horo__cycles_in_a_lag(void)
{
#if defined(__aarch64__)
    uint64_t frequency; /* in Hz */

    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    return frequency / 20000;
#else
    return 100000; /* no processor with a time-stamp counter below 1 GHz */
#endif
}

/* Inside a busy wait: eases the processor. */
static inline void horo__processor_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
