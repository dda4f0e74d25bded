/* See sweep.h. */
#include "sweep.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "sys/fault.h"
#include "sys/memory.h"

enum {
    PATIENCE_S = 20, /* for one run */
    MOST_POINTS = 5000,
    EMULATED_STRIDE = 5, /* each run takes so much longer there */
    MOST_SITES = 64
};

/* What a run tells, in memory shared with its process. */
struct report {
    bool is_finished;
    int result;
    uint64_t injected;
    int64_t blocks_left;
    int descriptors_left;
    char site[64];
};

static struct report *report;

static struct {
    scenario_fn *scenario;
    const char *name;
    const int *codes;
    uint64_t points; /* that failed, in all */
} sweeping;

static char sites[MOST_SITES][sizeof report->site];
static size_t site_count;

/* --- one run, in its process --- */

static void note_site(void)
{
    if (horo__fault.site) {
        (void)snprintf(report->site, sizeof report->site, "%s",
                       horo__fault.site);
    }
}

/* A signal handler: says what had failed before the end. */
static void note_site_and_die(int number)
{
    note_site();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void run_once(uint64_t fail_at, bool persistent)
{
    int64_t blocks = horo__memory_blocks();
    int descriptors = open_descriptors();

    (void)signal(SIGALRM, note_site_and_die);
    (void)signal(SIGABRT, note_site_and_die);
    (void)alarm((unsigned)scaled(PATIENCE_S, PATIENCE_S * 5));
    horo__fault_arm(fail_at, persistent);
    report->result = sweeping.scenario();
    horo__fault_disarm();
    report->injected = horo__fault.injected;
    report->blocks_left = horo__memory_blocks() - blocks;
    report->descriptors_left = open_descriptors() - descriptors;
    note_site();
    report->is_finished = true;
}

static int start_and_wait(uint64_t fail_at, bool persistent)
{
    int status = -1;
    pid_t child;

    *report = (struct report){ 0 };
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        run_once(fail_at, persistent);
        _exit(0);
    }
    if (CHECK(child > 0)) {
        CHECK_NUMBER(waitpid(child, &status, 0), child);
    }
    return status;
}

/* --- judging it --- */

static bool is_documented(int result)
{
    const int *code = sweeping.codes;

    if (result == 0 || result == -ENOMEM) {
        return true;
    }
    while (*code && result != -*code) {
        code++;
    }
    return *code != 0;
}

static void remember_site(void)
{
    size_t i = 0;

    while (i < site_count && strcmp(sites[i], report->site) != 0) {
        i++;
    }
    if (i == site_count && i < MOST_SITES && report->site[0]) {
        memcpy(sites[site_count++], report->site, sizeof report->site);
    }
}

static void judge(int status)
{
    if (WIFSIGNALED(status)) {
        CHECK(WTERMSIG(status) != SIGALRM); /* it hung */
        CHECK_NUMBER(WTERMSIG(status), 0);
    }
    if (!CHECK(report->is_finished)) {
        return;
    }
    CHECK_NUMBER(report->blocks_left, 0);
    CHECK_NUMBER(report->descriptors_left, 0);
    if (report->injected == 0) {
        CHECK_CODE(report->result, 0);
    } else if (!is_documented(report->result)) {
        CHECK_CODE(report->result, 0);
    }
}

/* True when the run met a failure, so that there may be more. After one that
 * hung there is no hope for those that follow. */
static bool sweep_point(uint64_t fail_at, bool persistent)
{
    int failures = count_failures();
    int status = start_and_wait(fail_at, persistent);

    judge(status);
    remember_site();
    if (count_failures() > failures) {
        printf("# that was: %s, point %llu, %s%s\n", sweeping.name,
               (unsigned long long)fail_at, report->site,
               persistent ? " and all that follow" : "");
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        return false;
    }
    return report->injected > 0 || !report->is_finished;
}

static void run_sweep(void)
{
    for (int persistent = 0; persistent < 2; persistent++) {
        uint64_t point = 1;

        while (sweep_point(point, persistent)) {
            sweeping.points++;
            point += is_emulated() ? EMULATED_STRIDE : 1;
            if (!CHECK(point < MOST_POINTS)) {
                break;
            }
            (void)alarm((unsigned)scaled(PATIENCE_S, PATIENCE_S * 5) + 10);
        }
    }
}

void sweep(scenario_fn *scenario, const char *name, const int *codes)
{
    if (!report) {
        report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (report == MAP_FAILED) {
            abort();
        }
    }
    sweeping.scenario = scenario;
    sweeping.name = name;
    sweeping.codes = codes;
    sweeping.points = 0;
    harness_run(run_sweep, name);
    printf("# %s: %llu faults\n", name, (unsigned long long)sweeping.points);
}

void sweep_report(void)
{
    printf("# failed at least once:");
    for (size_t i = 0; i < site_count; i++) {
        printf("%s %s", i ? "," : "", sites[i]);
    }
    printf("\n");
}
