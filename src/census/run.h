/* Asking many hosts, a bounded number of them at a time. */
#ifndef HORO_CENSUS_RUN_H
#define HORO_CENSUS_RUN_H

#include <horo/event.h>
#include <horo/task.h>
#include <stddef.h>
#include <stdint.h>

#include "census/probe.h"
#include "census/target.h"

/* Gives the next host to ask. May suspend. Returns 1 with a target, 0 at the
 * end, or a negative code, which ends the run. */
typedef int horo__source_fn(void *arg, struct horo__target *ret_target);

struct horo__job;

/* Memory is bounded by `concurrency`, whatever the length of the input. */
struct horo__census {
    /* Set before; pointers are the caller's. */
    struct horo__probe_options probe;
    size_t concurrency; /* hosts being asked at once, at least 1 */
    horo__source_fn *source;
    void *source_arg;
    horo__record_fn *report; /* called for each host; must not suspend */
    void *report_arg;

    /* To be watched. */
    uint64_t started; /* hosts */
    uint64_t finished;

    /* Private. */
    horo_time began;
    struct horo__job *free_jobs; /* horo__job::next_free */
    struct horo_event slot;      /* set when a host is done */
};

/* Asks all hosts of the source. Every target that it gave is reported exactly
 * once, also when the run is cancelled: then those not done yet are reported
 * as interrupted. Suspends. Returns 0, the source's code, -ENOMEM, or
 * -ECANCELED. */
int horo__census_run(struct horo__census *run);

#endif
