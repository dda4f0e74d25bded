/*
 * A latency histogram: 64 linear steps inside each power of two, so that any
 * value is kept within 1.6 % and recording is two shifts and an increment.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>
#include <string.h>

enum {
    HISTOGRAM_STEP_BITS = 6,
    HISTOGRAM_STEPS = 1 << HISTOGRAM_STEP_BITS,
    HISTOGRAM_POWERS = 40, /* 2^45 ns is ten hours: more than any run */
    HISTOGRAM_BUCKETS = HISTOGRAM_POWERS * HISTOGRAM_STEPS,
};

struct histogram {
    uint64_t total;
    uint64_t max_ns;
    uint64_t count[HISTOGRAM_BUCKETS];
};

static inline void histogram_reset(struct histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

static inline unsigned histogram_bucket(uint64_t value_ns)
{
    if (value_ns < HISTOGRAM_STEPS) {
        return (unsigned)value_ns;
    }
    unsigned top_bit = 63 - (unsigned)__builtin_clzll(value_ns);
    unsigned power = top_bit - HISTOGRAM_STEP_BITS;
    unsigned step = (unsigned)(value_ns >> power) - HISTOGRAM_STEPS;
    unsigned bucket = (power + 1) * HISTOGRAM_STEPS + step;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The middle of a bucket, so that rounding errs to neither side. */
static inline uint64_t histogram_value_ns(unsigned bucket)
{
    if (bucket < HISTOGRAM_STEPS) {
        return bucket;
    }
    unsigned power = bucket / HISTOGRAM_STEPS - 1;
    uint64_t step = bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS;
    return (step << power) + ((UINT64_C(1) << power) >> 1);
}

static inline void histogram_record(struct histogram *histogram,
                                    uint64_t value_ns)
{
    histogram->count[histogram_bucket(value_ns)]++;
    histogram->total++;
    if (value_ns > histogram->max_ns) {
        histogram->max_ns = value_ns;
    }
}

/* The value below which `fraction` of the records lie; 0 when empty. */
static inline uint64_t histogram_quantile_ns(const struct histogram *histogram,
                                             double fraction)
{
    uint64_t rank = (uint64_t)((double)histogram->total * fraction);
    uint64_t seen = 0;

    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->count[bucket];
        if (seen > rank) {
            uint64_t value_ns = histogram_value_ns(bucket);
            return value_ns < histogram->max_ns ? value_ns : histogram->max_ns;
        }
    }
    return histogram->max_ns;
}

#endif
