/* One feeder, which pulls targets and starts a task for each; a task for each
 * host that is being asked. */
#include "census/run.h"

#include <errno.h>
#include <horo/scope.h>
#include <string.h>

#include "base/size.h"
#include "sys/memory.h"

/* Hosts asked at once in the first instant. */
#define FIRST_CONCURRENCY 64

/* A host being asked; lives in the array of its run. */
struct horo__job {
    struct horo__census *run;
    struct horo__target target;
    struct horo__job *next_free; /* in horo__census::free_jobs */
};

static void finish(struct horo__job *job)
{
    struct horo__census *run = job->run;

    run->finished++;
    job->next_free = run->free_jobs;
    run->free_jobs = job;
    horo_event_set(&run->slot);
}

static int ask(void *arg)
{
    struct horo__job *job = arg;
    struct horo__census *run = job->run;

    horo__probe(&job->target, &run->probe, run->report, run->report_arg);
    finish(job);
    return 0;
}

/* A host for which not even a task could be started, because of `code`. */
static void report_unstarted(struct horo__job *job, int code)
{
    struct horo__census *run = job->run;
    const struct horo__target *target = &job->target;

    run->report(run->report_arg,
                &(struct horo__record){
                    .host = target->host,
                    .host_size = strlen(target->host),
                    .port = target->port > 0 ? target->port : run->probe.port,
                    .rank = target->rank,
                    .outcome = horo__outcome_of(HORO__PHASE_RESOLVE, code),
                });
    finish(job);
}

/* Hosts that may be asked at once, now. A census that began with thousands of
 * look-ups in one instant would lose most of them: sockets of name servers,
 * and our own, have room for a few hundred datagrams. So it begins small and
 * grows with each host that is done, and with time in case none is. */
static size_t current_limit(const struct horo__census *run)
{
    uint64_t waited_ms =
        (uint64_t)(horo_now() - run->began) / (uint64_t)HORO_MS(1);
    uint64_t limit = FIRST_CONCURRENCY + run->finished + waited_ms;

    return limit < run->concurrency ? (size_t)limit : run->concurrency;
}

/* Waits until the next host is done. */
static int wait_for_slot(struct horo__census *run)
{
    horo_event_clear(&run->slot);
    return horo_event_wait(&run->slot);
}

/* Waits for a job that is free and takes it. */
static int take_job(struct horo__census *run, struct horo__job **ret_job)
{
    while (run->started - run->finished >= current_limit(run)) {
        int rc = run->free_jobs ? horo_sleep(HORO_MS(1)) : wait_for_slot(run);
        if (rc < 0) {
            return rc;
        }
    }
    *ret_job = run->free_jobs;
    run->free_jobs = (*ret_job)->next_free;
    return 0;
}

/* Short of memory, the run goes on with fewer tasks. */
static void start(struct horo__census *run, struct horo__job *job,
                  struct horo_scope *scope)
{
    const struct horo_spawn_options options = { .name = job->target.host };
    int rc;

    run->started++;
    for (;;) {
        rc = horo_spawn(scope, ask, job, &options);
        if (rc == 0) {
            return;
        }
        if (run->started - run->finished > 1) {
            rc = wait_for_slot(run);
        }
        if (rc < 0) {
            report_unstarted(job, rc);
            return;
        }
    }
}

static int feed(struct horo__census *run, struct horo_scope *scope)
{
    for (;;) {
        struct horo__job *job;
        int rc = take_job(run, &job);

        if (rc < 0) {
            return rc;
        }
        rc = run->source(run->source_arg, &job->target);
        if (rc <= 0) {
            return rc;
        }
        start(run, job, scope);
    }
}

int horo__census_run(struct horo__census *run)
{
    struct horo_scope scope;
    struct horo__job *jobs;
    size_t bytes;
    int rc;

    if (!horo__size_multiply(run->concurrency, sizeof *jobs, &bytes)) {
        return -ENOMEM;
    }
    jobs = horo__alloc(bytes);
    if (!jobs) {
        return -ENOMEM;
    }
    run->began = horo_now();
    run->free_jobs = NULL;
    for (size_t i = run->concurrency; i-- > 0;) {
        jobs[i].run = run;
        jobs[i].next_free = run->free_jobs;
        run->free_jobs = &jobs[i];
    }
    rc = horo_scope_open(&scope, NULL);
    if (rc == 0) {
        rc = feed(run, &scope);
    }
    rc = horo_scope_close(&scope, rc);
    horo__free(jobs);
    /* With all hosts begun, a cancellation from outside is theirs alone. */
    if (rc == 0 && horo_scope_is_cancelled(horo_scope_self())) {
        rc = -ECANCELED;
    }
    return rc;
}
