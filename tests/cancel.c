/* See cancel.h. */
#include "cancel.h"

#include <errno.h>

#include "core/core.h"
#include "harness.h"

enum target { EVERYTHING, THE_TASK, ITS_SCOPE, ANOTHER_TASK, TARGETS };

static const char *const target_names[] = { "everything", "the task",
                                            "its scope", "another task" };

static const enum horo__point moments[] = { HORO__POINT_BEFORE,
                                            HORO__POINT_DURING,
                                            HORO__POINT_AFTER };
static const char *const moment_names[] = { "before", "during", "after" };

enum { MOMENTS = 3, MOST_OTHERS = 16 };

/* One run, and what it met. */
static struct {
    horo_task_fn *fn;
    void *arg;
    const char *name;
    cancel_judge_fn *judge;
    enum target target;
    int moment;
    unsigned long at;  /* cancel at this point; the first is 1 */
    unsigned long met; /* points so far */
    struct horo_loop *loop;
    struct horo_scope whole;
    bool is_within; /* `whole` is open */
    int result;
} run;

/* --- one run --- */

static struct horo_scope *find_victim(void)
{
    struct horo_scope *scope = horo_scope_self();

    if (run.target == EVERYTHING) {
        return &run.whole;
    }
    if (run.target == THE_TASK) {
        while (scope != &run.whole && !scope->is_root) {
            scope = scope->parent;
        }
    }
    return scope;
}

/* Each of the other tasks that there are at a point counts as one. Those that
 * nobody owns are the loop's. */
static struct horo_scope *find_other_victim(void)
{
    struct horo_task_info infos[MOST_OTHERS];
    size_t count = horo_loop_tasks(infos, MOST_OTHERS);
    struct horo_scope *victim = NULL;

    for (size_t i = 0; i < count && i < MOST_OTHERS; i++) {
        if (infos[i].owner && infos[i].task != horo_task_self() &&
            ++run.met == run.at) {
            victim = &((struct horo_task *)infos[i].task)->root;
        }
    }
    return victim;
}

/* Called at each point. Loops of other threads come here, too. */
static void count_and_cancel(enum horo__point point)
{
    struct horo_scope *victim = NULL;

    if (horo_loop_self() != run.loop || !run.is_within ||
        point != moments[run.moment]) {
        return;
    }
    if (run.target == ANOTHER_TASK) {
        victim = find_other_victim();
    } else if (++run.met == run.at) {
        victim = find_victim();
    }
    if (victim) {
        horo_scope_cancel(victim);
    }
}

/* No test waits for as long as this limit, unless for ever. */
static int within_whole(void *arg)
{
    struct horo_scope_options options = { .timeout = HORO_S(1e8) };

    (void)arg;
    run.loop = horo_loop_self();
    CHECK_CODE(horo_scope_open(&run.whole, &options), 0);
    run.is_within = true;
    run.result = run.fn(run.arg);
    run.result = horo_scope_close(&run.whole, run.result);
    run.is_within = false;
    return 0;
}

static void run_once(unsigned long at)
{
    static char what[256];

    run.at = at;
    run.met = 0;
    run.loop = NULL;
    (void)snprintf(what, sizeof what, "%s, %s cancelled %s wait %lu", run.name,
                   target_names[run.target], moment_names[run.moment], at);
    harness_watch(what);
    horo__on_point = count_and_cancel;
    harness_mute(!run.judge);
    (void)run_loop(within_whole, NULL, NULL);
    harness_mute(false);
    horo__on_point = NULL;
    (void)take_notes();
}

/* --- one sweep --- */

/* All of the first, ever fewer of those that follow. Of scenarios more: they
 * are written for this, and quick. */
static unsigned long next_point(unsigned long at)
{
    unsigned long closely = run.judge ? scaled(64, 32) : 16;

    return at < closely ? at + 1 : at + 1 + (at - closely) / 4;
}

/* False when it has failed. */
static bool run_and_judge(unsigned long at)
{
    int failures = count_failures();

    run_once(at);
    if (run.judge) {
        run.judge(run.met >= at, run.result);
    }
    if (count_failures() == failures) {
        return true;
    }
    printf("# that was: %s cancelled %s wait %lu\n", target_names[run.target],
           moment_names[run.moment], at);
    return false;
}

/* Returns the number of runs. */
static unsigned long sweep(void)
{
    unsigned long at = 1;
    unsigned long runs = 0;

    do {
        runs++;
        if (!run_and_judge(at)) {
            break;
        }
        at = next_point(at);
    } while (run.met >= run.at);
    return runs;
}

static void sweep_all(void)
{
    unsigned long runs = 0;

    for (int target = 0; target < TARGETS; target++) {
        /* To others any moment between two waits is the same. */
        int count = target == ANOTHER_TASK ? 1 : MOMENTS;

        for (int moment = 0; moment < count; moment++) {
            run.target = (enum target)target;
            run.moment = moment;
            runs += sweep();
        }
    }
    printf("# %s: %lu runs\n", run.name, runs);
}

void cancel_sweep_call(horo_task_fn *fn, void *arg, const char *name,
                       cancel_judge_fn *judge)
{
    run.fn = fn;
    run.arg = arg;
    run.name = name;
    run.judge = judge;
    harness_run(sweep_all, name);
}

/* --- scenarios --- */

static int call_scenario(void *arg)
{
    return (*(cancel_scenario_fn **)arg)();
}

static void judge_scenario(bool was_cancelled, int result)
{
    if (!was_cancelled || result != -ECANCELED) {
        CHECK_CODE(result, 0);
    }
}

void cancel_sweep(cancel_scenario_fn *scenario, const char *name)
{
    cancel_sweep_call(call_scenario, &scenario, name, judge_scenario);
}
