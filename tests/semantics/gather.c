/* Gathering: all calls at once, each with its result, none left running. */
#include "cancel.h"
#include "harness.h"

static const struct horo_gather_options collect = { .collect = true };

static const struct horo_scope_options shielded = { .shield = true,
                                                    .timeout = HORO_S(1000) };

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static int give(void *arg)
{
    return *(const int *)arg;
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
}

/* What a call does: waits, and ends so. */
struct plan {
    horo_time delay;
    int result;
};

static int follow(void *arg)
{
    const struct plan *plan = arg;
    int rc = horo_sleep(plan->delay);

    return rc < 0 ? rc : plan->result;
}

/* A second of cleanup that cancellation does not cut short. */
static int clean_up(horo_time duration)
{
    struct horo_scope cleanup;

    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK_CODE(horo_sleep(duration), 0);
    return horo_scope_close(&cleanup, 0);
}

static int clean_up_for_a_second(void *arg)
{
    int rc = sleep_for_ever(arg);

    CHECK_CODE(clean_up(HORO_S(1)), 0);
    return rc;
}

/* --- all is well --- */

static void results_are_in_the_order_of_the_calls(void)
{
    struct plan plans[] = { { HORO_S(3), 30 },
                            { HORO_S(1), 10 },
                            { HORO_S(2), 20 } };
    struct horo_call calls[] = { { .fn = follow, .arg = &plans[0] },
                                 { .fn = follow, .arg = &plans[1] },
                                 { .fn = follow, .arg = &plans[2] } };
    horo_time began = horo_now();

    CHECK_CODE(horo_gather(calls, 3, NULL), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_NUMBER(calls[0].result, 30);
    CHECK_NUMBER(calls[1].result, 10);
    CHECK_NUMBER(calls[2].result, 20);
}

static void nothing_to_gather_is_done_at_once(void)
{
    CHECK_CODE(horo_gather(NULL, 0, NULL), 0);
    CHECK_CODE(horo_gather(NULL, 0, &collect), 0);
}

static int step_around_yield(void *arg)
{
    note("%s1", (const char *)arg);
    CHECK_CODE(horo_yield(), 0);
    note("%s2", (const char *)arg);
    return 0;
}

static void calls_begin_in_order_and_take_turns(void)
{
    struct horo_call calls[] = { { .fn = step_around_yield, .arg = "a" },
                                 { .fn = step_around_yield, .arg = "b" },
                                 { .fn = step_around_yield, .arg = "c" } };

    CHECK_CODE(horo_gather(calls, 3, NULL), 0);
    CHECK_NOTES("a1 b1 c1 a2 b2 c2");
}

/* Each call may wait for any other: all of them have begun. */
static int set_when_last(void *arg)
{
    int *missing = arg;

    for (--*missing; *missing > 0;) {
        int rc = horo_yield();

        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static void every_call_may_wait_for_every_other(void)
{
    enum { COUNT = 500 };
    static struct horo_call calls[COUNT];
    int missing = COUNT;

    for (int i = 0; i < COUNT; i++) {
        calls[i] = (struct horo_call){ .fn = set_when_last, .arg = &missing };
    }
    CHECK_CODE(horo_gather(calls, COUNT, NULL), 0);
    CHECK_NUMBER(missing, 0);
}

static int spawn_and_return(void *arg)
{
    static struct plan late = { HORO_S(5), -EIO };

    CHECK_CODE(horo_spawn(horo_scope_self(), follow, &late, NULL), 0);
    return *(const int *)arg;
}

/* A call has ended when its tasks have, and fails if they do. */
static void a_call_answers_for_its_tasks(void)
{
    int one = 1;
    struct horo_call calls[] = { { .fn = spawn_and_return, .arg = &one },
                                 { .fn = give, .arg = &one } };
    horo_time began = horo_now();

    CHECK_CODE(horo_gather(calls, 2, &collect), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(5));
    CHECK_CODE(calls[0].result, -EIO);
    CHECK_CODE(calls[1].result, 1);
    CHECK_CODE(horo_gather(calls, 2, NULL), -EIO);
}

/* --- gather_fail: back at 2 s with the error of the 1st second (asyncio: at
 * 1 s, with the other one still running) --- */

static void gather_fail(void)
{
    struct plan failing = { HORO_S(1), -EIO };
    struct horo_call calls[] = { { .fn = follow, .arg = &failing },
                                 { .fn = clean_up_for_a_second } };
    horo_time began = horo_now();
    struct horo_loop_stats stats;

    CHECK_CODE(horo_gather(calls, 2, NULL), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.tasks_live, 1);
    CHECK_CODE(calls[0].result, -EIO);
    CHECK_CODE(calls[1].result, -ECANCELED);
    CHECK_CODE(horo_yield(), 0); /* the caller is not cancelled */
}

static void gather_fail_collect(void)
{
    struct plan plans[] = { { HORO_S(2), 7 },
                            { HORO_S(1), -EIO },
                            { HORO_S(3), -EPIPE } };
    struct horo_call calls[] = { { .fn = follow, .arg = &plans[0] },
                                 { .fn = follow, .arg = &plans[1] },
                                 { .fn = follow, .arg = &plans[2] } };
    horo_time began = horo_now();

    CHECK_CODE(horo_gather(calls, 3, &collect), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_CODE(calls[0].result, 7);
    CHECK_CODE(calls[1].result, -EIO);
    CHECK_CODE(calls[2].result, -EPIPE);
}

/* --- which error it is --- */

static void the_first_error_in_time_is_the_result(void)
{
    struct plan plans[] = { { HORO_S(2), -EPIPE }, { HORO_S(1), -EIO } };
    struct horo_call calls[] = { { .fn = follow, .arg = &plans[0] },
                                 { .fn = follow, .arg = &plans[1] } };

    CHECK_CODE(horo_gather(calls, 2, NULL), -EIO);
    CHECK_CODE(calls[0].result, -ECANCELED);
}

static void of_errors_at_one_moment_the_first_call_counts(void)
{
    struct plan plans[] = { { HORO_S(1), -EPIPE }, { HORO_S(1), -EIO } };
    struct horo_call calls[] = { { .fn = follow, .arg = &plans[0] },
                                 { .fn = follow, .arg = &plans[1] } };

    CHECK_CODE(horo_gather(calls, 2, NULL), -EPIPE);
}

static int fail_when_cancelled(void *arg)
{
    CHECK_CODE(sleep_for_ever(NULL), -ECANCELED);
    return *(const int *)arg;
}

static void an_error_of_a_cancelled_call_is_not_the_first_one(void)
{
    int late = -EPIPE;
    struct plan failing = { HORO_S(1), -EIO };
    struct horo_call calls[] = { { .fn = fail_when_cancelled, .arg = &late },
                                 { .fn = follow, .arg = &failing } };

    CHECK_CODE(horo_gather(calls, 2, NULL), -EIO);
    CHECK_CODE(calls[0].result, -EPIPE);
}

/* A call that says -ECANCELED for reasons of its own has not succeeded. */
static void a_call_that_ends_cancelled_stops_the_others(void)
{
    struct plan plan = { HORO_S(1), -ECANCELED };
    struct horo_call calls[] = { { .fn = sleep_for_ever },
                                 { .fn = follow, .arg = &plan } };
    horo_time began = horo_now();

    CHECK_CODE(horo_gather(calls, 2, NULL), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_yield(), 0);
}

static void a_real_error_outranks_a_cancelled_call(void)
{
    int late = -EPIPE;
    struct plan plan = { HORO_S(1), -ECANCELED };
    struct horo_call calls[] = { { .fn = follow, .arg = &plan },
                                 { .fn = fail_when_cancelled, .arg = &late } };

    CHECK_CODE(horo_gather(calls, 2, NULL), -EPIPE);
}

static int fail_at_once(void *arg)
{
    (void)arg;
    note("fail");
    return -EIO;
}

static void after_a_failure_no_call_begins(void)
{
    struct horo_call calls[] = { { .fn = note_name, .arg = "a" },
                                 { .fn = fail_at_once },
                                 { .fn = note_name, .arg = "c", .result = 5 } };

    CHECK_CODE(horo_gather(calls, 3, NULL), -EIO);
    CHECK_NOTES("a fail");
    CHECK_CODE(calls[0].result, 0);
    CHECK_CODE(calls[2].result, -ECANCELED);
    CHECK_CODE(horo_gather(calls, 3, &collect), 0);
    CHECK_NOTES("a fail c");
    CHECK_CODE(calls[2].result, 0);
}

/* --- cancelled from outside --- */

static int cancel_in_a_second(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    horo_scope_cancel(arg);
    return 0;
}

static int clean_up_for_three_seconds(void *arg)
{
    int rc = sleep_for_ever(arg);

    CHECK_CODE(clean_up(HORO_S(3)), 0);
    return rc;
}

/* gather_cancel: back when the slowest cleanup has ended, 3 s after the cancel
 * (asyncio: at once, with that one still running). */
static void cancel_three(const struct horo_gather_options *options)
{
    struct horo_call calls[] = { { .fn = sleep_for_ever },
                                 { .fn = clean_up_for_three_seconds },
                                 { .fn = sleep_for_ever } };
    horo_time began = horo_now();
    struct horo_scope other;
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&other, cancel_in_a_second, &scope, NULL), 0);
    rc = horo_gather(calls, 3, options);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(4));
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(calls[i].result, -ECANCELED);
    }
    CHECK_CODE(horo_scope_close(&scope, rc), -ECANCELED);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

static void gather_cancel(void)
{
    cancel_three(NULL);
}

static void gather_cancel_collect(void)
{
    cancel_three(&collect);
}

static void a_deadline_around_it_is_told_as_such(void)
{
    struct plan quick = { HORO_S(1), 1 };
    struct horo_call calls[] = { { .fn = follow, .arg = &quick },
                                 { .fn = sleep_for_ever } };
    struct horo_scope scope;
    int rc;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(2) }),
        0);
    rc = horo_gather(calls, 2, &collect);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(calls[0].result, 1); /* what was there is not lost */
    CHECK_CODE(calls[1].result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
}

static void a_cancelled_caller_begins_nothing(void)
{
    struct horo_call calls[] = { { .fn = note_name, .arg = "never" } };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_gather(calls, 1, NULL), -ECANCELED);
    CHECK_CODE(calls[0].result, -ECANCELED);
    CHECK_CODE(horo_gather(calls, 1, &collect), -ECANCELED);
    CHECK_CODE(horo_gather(NULL, 0, NULL), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("");
}

static int cancel_now(void *arg)
{
    horo_scope_cancel(arg);
    return 0;
}

/* The scope around learns that it stopped something, though nobody waited. */
static void calls_that_cannot_begin_count_as_cancelled(void)
{
    struct horo_scope scope;
    struct horo_call calls[] = { { .fn = cancel_now, .arg = &scope },
                                 { .fn = note_name, .arg = "never" } };

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_gather(calls, 2, &collect), -ECANCELED);
    CHECK_CODE(calls[0].result, 0);
    CHECK_CODE(calls[1].result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("");
}

static int succeed_in_spite(void *arg)
{
    CHECK_CODE(sleep_for_ever(NULL), -ECANCELED);
    return *(const int *)arg;
}

/* Results that own something are not hidden behind an error. */
static void calls_that_succeed_in_spite_are_a_success(void)
{
    int seven = 7;
    struct horo_call calls[] = { { .fn = succeed_in_spite, .arg = &seven } };
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1) }),
        0);
    CHECK_CODE(horo_gather(calls, 1, NULL), 0);
    CHECK_NUMBER(calls[0].result, 7);
    CHECK_CODE(horo_yield(), -ECANCELED); /* which tells */
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

/* --- nested --- */

static int gather_three(void *arg)
{
    int *depth = arg;
    int one_less = *depth - 1;
    struct horo_call calls[3];

    if (*depth == 0) {
        note("x");
        return horo_yield();
    }
    for (int i = 0; i < 3; i++) {
        calls[i] = (struct horo_call){ .fn = gather_three, .arg = &one_less };
    }
    return horo_gather(calls, 3, NULL);
}

static void a_call_may_gather(void)
{
    int depth = 2;

    CHECK_CODE(gather_three(&depth), 0);
    CHECK_NOTES("x x x x x x x x x");
}

static int gather_failing(void *arg)
{
    struct plan failing = { HORO_S(1), -EIO };
    struct horo_call calls[] = { { .fn = clean_up_for_a_second },
                                 { .fn = follow, .arg = &failing } };

    (void)arg;
    return horo_gather(calls, 2, NULL);
}

static void an_inner_failure_ends_the_outer_one(void)
{
    struct horo_call calls[] = { { .fn = clean_up_for_a_second },
                                 { .fn = gather_failing } };
    horo_time began = horo_now();

    CHECK_CODE(horo_gather(calls, 2, NULL), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_CODE(calls[0].result, -ECANCELED);
}

/* --- the number at one time --- */

struct crowd {
    int running;
    int most;
};

static int be_counted(void *arg)
{
    struct crowd *crowd = arg;
    int rc;

    crowd->running++;
    if (crowd->running > crowd->most) {
        crowd->most = crowd->running;
    }
    rc = horo_sleep(HORO_S(1));
    crowd->running--;
    return rc;
}

static void no_more_run_than_the_limit_allows(void)
{
    enum { COUNT = 1000 };
    static struct horo_call calls[COUNT];
    struct crowd crowd = { 0 };
    horo_time began = horo_now();

    for (int i = 0; i < COUNT; i++) {
        calls[i] = (struct horo_call){ .fn = be_counted, .arg = &crowd };
    }
    CHECK_CODE(
        horo_gather(calls, COUNT, &(struct horo_gather_options){ .limit = 10 }),
        0);
    CHECK_NUMBER(crowd.most, 10);
    CHECK_NUMBER(horo_now() - began, HORO_S(100));
    crowd.most = 0;
    CHECK_CODE(horo_gather(calls, COUNT, NULL), 0);
    CHECK_NUMBER(crowd.most, COUNT);
    CHECK_NUMBER(horo_now() - began, HORO_S(101));
}

static int count(void *arg)
{
    ++*(int *)arg;
    return 0;
}

static int count_turns(void *arg)
{
    int rc;

    while ((rc = horo_yield()) == 0) {
        ++*(int *)arg;
    }
    return rc;
}

/* In time for the calls that others waited before. */
static int sleep_then_count_turns(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    return rc < 0 ? rc : count_turns(arg);
}

/* Calls that do not wait share a stack, and others get their turn. */
static void ten_thousand_short_calls_share_stacks(void)
{
    enum { COUNT = 10000 };
    static struct horo_call calls[COUNT];
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    struct horo_scope others;
    int calls_made = 0;
    int turns = 0;

    for (int i = 0; i < COUNT; i++) {
        calls[i] = (struct horo_call){ .fn = count, .arg = &calls_made };
    }
    CHECK_CODE(horo_scope_open(&others, NULL), 0);
    CHECK_CODE(horo_spawn(&others, count_turns, &turns, NULL), 0);
    CHECK_CODE(horo_loop_stats(&before), 0);
    CHECK_CODE(horo_gather(calls, COUNT, NULL), 0);
    CHECK_CODE(horo_loop_stats(&after), 0);
    horo_scope_cancel(&others);
    CHECK_CODE(horo_scope_close(&others, 0), -ECANCELED);
    CHECK_NUMBER(calls_made, COUNT);
    CHECK(turns >= COUNT / 65);
    CHECK(after.tasks_spawned - before.tasks_spawned < COUNT / 60);
    CHECK_NUMBER(after.tasks_live, 2);
}

/* Two that wait at first, so that it is they who make the others, politely. */
static int count_or_wait(void *arg)
{
    int *calls_made = arg;

    return ++*calls_made <= 2 ? horo_sleep(HORO_S(1)) : 0;
}

static void short_calls_within_a_limit_let_others_run(void)
{
    enum { COUNT = 1001 };
    static struct horo_call calls[COUNT];
    struct horo_gather_options two = { .limit = 2 };
    struct horo_scope others;
    int calls_made = 0;
    int before;
    int turns = 0;

    for (int i = 0; i < COUNT; i++) {
        calls[i] =
            (struct horo_call){ .fn = count_or_wait, .arg = &calls_made };
    }
    CHECK_CODE(horo_scope_open(&others, NULL), 0);
    CHECK_CODE(horo_spawn(&others, sleep_then_count_turns, &turns, NULL), 0);
    CHECK_CODE(horo_gather(calls, COUNT, &two), 0);
    before = turns;
    horo_scope_cancel(&others);
    CHECK_CODE(horo_scope_close(&others, 0), -ECANCELED);
    CHECK_NUMBER(calls_made, COUNT);
    CHECK(before >= COUNT / 130);
}

/* --- misuse --- */

static void a_call_without_function_is_refused(void)
{
    int one = 1;
    struct horo_call calls[] = { { .fn = give, .arg = &one }, { 0 } };

    CHECK_CODE(horo_gather(calls, 2, NULL), -EINVAL);
    CHECK_CODE(horo_gather(NULL, 2, NULL), -EINVAL);
    CHECK_CODE(horo_gather(calls, 1, NULL), 0);
}

static void a_stack_beyond_eight_mebibytes_is_refused(void)
{
    int one = 1;
    struct horo_call calls[] = { { .fn = give, .arg = &one } };
    struct horo_gather_options options = { .stack_size = (8 << 20) + 1 };

    CHECK_CODE(horo_gather(calls, 1, &options), -EINVAL);
    CHECK_CODE(calls[0].result, -ECANCELED);
    options.stack_size = 16 << 10;
    CHECK_CODE(horo_gather(calls, 1, &options), 0);
}

static void outside_a_task_nothing_can_be_gathered(void)
{
    int one = 1;
    struct horo_call calls[] = { { .fn = give, .arg = &one } };

    CHECK_CODE(horo_gather(calls, 1, NULL), -HORO_ENOTASK);
    CHECK_CODE(horo_gather(NULL, 0, NULL), -HORO_ENOTASK);
}

/* More calls than the loop allows tasks: those begun are cancelled. */
static int gather_too_many(void *arg)
{
    struct horo_call calls[10];

    (void)arg;
    for (int i = 0; i < 10; i++) {
        calls[i] = (struct horo_call){ .fn = sleep_for_ever };
    }
    return horo_gather(calls, 10, &collect);
}

static void beyond_the_limit_of_tasks_all_are_cancelled(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL,
                                         .max_tasks = 5 };

    CHECK_CODE(run_loop(gather_too_many, NULL, &options), -EAGAIN);
}

/* --- cancelled at any point --- */

/* Makes something, after a while, with a little cleanup that waits. */
static int make_thing(void *arg)
{
    struct horo_scope cleanup;
    int rc = horo_sleep(HORO_MS(10));

    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    (void)horo_sleep(HORO_MS(1));
    (void)horo_scope_close(&cleanup, 0);
    if (rc == 0) {
        *(bool *)arg = true;
    }
    return rc;
}

static int things_are_made_and_none_is_lost(void)
{
    enum { COUNT = 5 };
    bool things[COUNT] = { false };
    struct horo_call calls[COUNT];
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    bool are_all = true;
    int rc;

    for (int i = 0; i < COUNT; i++) {
        calls[i] = (struct horo_call){ .fn = make_thing, .arg = &things[i] };
    }
    CHECK_CODE(horo_loop_stats(&before), 0);
    rc = horo_gather(calls, COUNT, &(struct horo_gather_options){ .limit = 3 });
    CHECK_CODE(horo_loop_stats(&after), 0);
    CHECK_NUMBER(after.tasks_live, before.tasks_live);
    for (int i = 0; i < COUNT; i++) {
        CHECK_NUMBER(things[i], calls[i].result == 0);
        are_all = are_all && things[i];
    }
    CHECK_NUMBER(rc == 0, are_all);
    return rc;
}

int main(void)
{
    RUN_IN_LOOP(results_are_in_the_order_of_the_calls);
    RUN_IN_LOOP(nothing_to_gather_is_done_at_once);
    RUN_IN_LOOP(calls_begin_in_order_and_take_turns);
    RUN_IN_LOOP(every_call_may_wait_for_every_other);
    RUN_IN_LOOP(a_call_answers_for_its_tasks);
    RUN_IN_LOOP(gather_fail);
    RUN_IN_LOOP(gather_fail_collect);
    RUN_IN_LOOP(the_first_error_in_time_is_the_result);
    RUN_IN_LOOP(of_errors_at_one_moment_the_first_call_counts);
    RUN_IN_LOOP(an_error_of_a_cancelled_call_is_not_the_first_one);
    RUN_IN_LOOP(a_call_that_ends_cancelled_stops_the_others);
    RUN_IN_LOOP(a_real_error_outranks_a_cancelled_call);
    RUN_IN_LOOP(after_a_failure_no_call_begins);
    RUN_IN_LOOP(gather_cancel);
    RUN_IN_LOOP(gather_cancel_collect);
    RUN_IN_LOOP(a_deadline_around_it_is_told_as_such);
    RUN_IN_LOOP(a_cancelled_caller_begins_nothing);
    RUN_IN_LOOP(calls_that_cannot_begin_count_as_cancelled);
    RUN_IN_LOOP(calls_that_succeed_in_spite_are_a_success);
    RUN_IN_LOOP(a_call_may_gather);
    RUN_IN_LOOP(an_inner_failure_ends_the_outer_one);
    RUN_IN_LOOP(no_more_run_than_the_limit_allows);
    RUN_IN_LOOP(ten_thousand_short_calls_share_stacks);
    RUN_IN_LOOP(short_calls_within_a_limit_let_others_run);
    RUN_IN_LOOP(a_call_without_function_is_refused);
    RUN_IN_LOOP(a_stack_beyond_eight_mebibytes_is_refused);
    RUN(outside_a_task_nothing_can_be_gathered);
    RUN(beyond_the_limit_of_tasks_all_are_cancelled);
    CANCEL_SWEEP(things_are_made_and_none_is_lost);
    return tap_end();
}
