/* Waiting for several futures, and for a call with a time limit. */
#include "harness.h"

/* What a task does: waits, and ends so. */
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

enum { TASKS = 3 };

/* Three tasks with futures, in a scope that outlives failures. */
struct group {
    struct horo_scope scope;
    struct horo_future tasks[TASKS];
    struct horo_future *futures[TASKS];
};

static void open_group(struct group *group, struct plan *plans)
{
    CHECK_CODE(
        horo_scope_open(&group->scope,
                        &(struct horo_scope_options){ .keep_going = true }),
        0);
    for (int i = 0; i < TASKS; i++) {
        group->futures[i] = &group->tasks[i];
        CHECK_CODE(horo_spawn(&group->scope, follow, &plans[i],
                              &(struct horo_spawn_options){
                                  .future = &group->tasks[i] }),
                   0);
    }
}

static int wait_until(struct group *group, enum horo_wait_until until,
                      horo_time timeout)
{
    struct horo_wait_options options = { .until = until, .timeout = timeout };

    return horo_wait(group->futures, TASKS, &options);
}

static void check_states(struct group *group, const char *expected)
{
    for (int i = 0; i < TASKS; i++) {
        static const char letters[] = "prdc"; /* pending, running, ... */

        note("%c", letters[horo_future_state(&group->tasks[i])]);
    }
    CHECK_NOTES(expected);
}

/* --- wait_modes: tasks of 1 s (success), 2 s (error), 3 s (success) --- */

static struct plan one_two_three[TASKS] = { { HORO_S(1), 1 },
                                            { HORO_S(2), -EIO },
                                            { HORO_S(3), 3 } };

static void wait_modes(void)
{
    horo_time began = horo_now();
    struct group group;

    open_group(&group, one_two_three);
    CHECK_CODE(wait_until(&group, HORO_WAIT_ALL, HORO_S(0.5)), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(0.5));
    check_states(&group, "r r r"); /* nobody is cancelled */
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_COMPLETED, 0), 1);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    check_states(&group, "d r r");
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_EXCEPTION, 0), 2);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    check_states(&group, "d d r");
    CHECK_CODE(wait_until(&group, HORO_WAIT_ALL, 0), 3);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    check_states(&group, "d d d");
    CHECK_CODE(horo_future_result(&group.tasks[2], NULL), 3);
    CHECK_CODE(horo_scope_close(&group.scope, 0), -EIO);
    CHECK_CODE(horo_wait(group.futures, 0, NULL), -EINVAL);
}

static void what_is_there_already_needs_no_wait(void)
{
    horo_time began = horo_now();
    struct group group;

    open_group(&group, one_two_three);
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_COMPLETED, -1), 0);
    CHECK_CODE(horo_sleep(HORO_S(2.5)), 0);
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_COMPLETED, 0), 2);
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_EXCEPTION, 0), 2);
    CHECK_CODE(wait_until(&group, HORO_WAIT_ALL, -1), 2);
    CHECK_NUMBER(horo_now() - began, HORO_S(2.5));
    CHECK_CODE(horo_scope_close(&group.scope, 0), -EIO);
}

static void without_exception_all_are_awaited(void)
{
    struct plan plans[TASKS] = { { HORO_S(1), 1 },
                                 { HORO_S(2), -ECANCELED },
                                 { HORO_S(3), 3 } };
    horo_time began = horo_now();
    struct group group;

    open_group(&group, plans);
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_EXCEPTION, HORO_S(9)), 3);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    check_states(&group, "d c d");
    CHECK_CODE(horo_scope_close(&group.scope, 0), 0);
}

/* More than are waited for without memory. */
static void of_many_futures_one_is_enough(void)
{
    enum { COUNT = 100 };
    static struct horo_future futures[COUNT];
    static struct horo_future *all[COUNT];
    struct horo_wait_options first = { .until = HORO_WAIT_FIRST_COMPLETED };
    struct horo_wait_options briefly = { .timeout = HORO_S(1) };

    for (int i = 0; i < COUNT; i++) {
        horo_future_init(&futures[i]);
        all[i] = &futures[i];
    }
    CHECK_CODE(horo_wait(all, COUNT, &briefly), 0);
    CHECK_CODE(horo_future_set(&futures[77], NULL), 0);
    CHECK_CODE(horo_wait(all, COUNT, &first), 1);
    for (int i = 0; i < COUNT; i++) {
        (void)horo_future_cancel(&futures[i]);
    }
    CHECK_CODE(horo_wait(all, COUNT, NULL), COUNT);
}

static int set_both(void *arg)
{
    struct horo_future *const *futures = arg;

    CHECK_CODE(horo_future_set(futures[0], NULL), 0);
    CHECK_CODE(horo_future_fail(futures[1], -EIO), 0);
    return 0;
}

static void futures_may_settle_together_and_be_listed_twice(void)
{
    struct horo_future one;
    struct horo_future two;
    struct horo_future *futures[] = { &one, &two, &one };
    struct horo_wait_options first = { .until = HORO_WAIT_FIRST_COMPLETED };
    struct horo_scope scope;

    horo_future_init(&one);
    horo_future_init(&two);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, set_both, (void *)futures, NULL), 0);
    CHECK_CODE(horo_wait(futures, 3, &first), 3);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_future_result(&two, NULL), -EIO);
    horo_future_fini(&two);
}

static int wait_for_all(void *arg)
{
    return horo_wait(arg, 2, NULL);
}

static void several_tasks_may_wait_for_the_same_futures(void)
{
    struct horo_future one;
    struct horo_future two;
    struct horo_future *futures[] = { &one, &two };
    struct horo_call calls[] = { HORO_CALL(wait_for_all, (void *)futures),
                                 HORO_CALL(wait_for_all, (void *)futures),
                                 HORO_CALL(set_both, (void *)futures) };

    horo_future_init(&one);
    horo_future_init(&two);
    CHECK_CODE(horo_gather(calls, 3, NULL), 0);
    CHECK_CODE(calls[0].result, 2);
    CHECK_CODE(calls[1].result, 2);
}

/* --- an error that was only waited for has not been read --- */

static void count_error(void *arg, const struct horo_error_report *report)
{
    CHECK_CODE(report->code, -EIO);
    ++*(int *)arg;
}

static void waiting_does_not_read_errors(void)
{
    struct horo_future future;
    struct horo_future *futures[] = { &future };
    int errors = 0;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), count_error, &errors), 0);
    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    CHECK_CODE(horo_wait(futures, 1, NULL), 1);
    horo_future_fini(&future);
    CHECK_NUMBER(errors, 1);
}

/* --- cancelled --- */

static void a_cancelled_wait_leaves_the_futures_alone(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;
    struct group group;
    int rc;

    open_group(&group, one_two_three);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1.5) }),
        0);
    rc = wait_until(&group, HORO_WAIT_ALL, HORO_S(100));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(wait_until(&group, HORO_WAIT_FIRST_COMPLETED, 0), -ECANCELED);
    CHECK_CODE(wait_until(&group, HORO_WAIT_ALL, -1), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
    check_states(&group, "d r r");
    CHECK_CODE(horo_scope_close(&group.scope, 0), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
}

/* A future may settle after the waiter was told of its cancellation, before it
 * could leave. */
struct contest {
    struct horo_scope scope;
    struct horo_future one;
    struct horo_future two;
    bool cancel_first;
};

static int cancel_and_settle(void *arg)
{
    struct contest *contest = arg;

    if (contest->cancel_first) {
        horo_scope_cancel(&contest->scope);
    }
    CHECK_CODE(horo_future_set(&contest->one, NULL), 0);
    CHECK_CODE(horo_future_set(&contest->two, NULL), 0);
    horo_scope_cancel(&contest->scope);
    return 0;
}

static void contend(bool cancel_first, int expected)
{
    struct contest contest = { .cancel_first = cancel_first };
    struct horo_future *futures[] = { &contest.one, &contest.two };
    struct horo_scope other;

    horo_future_init(&contest.one);
    horo_future_init(&contest.two);
    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&contest.scope, NULL), 0);
    CHECK_CODE(horo_spawn(&other, cancel_and_settle, &contest, NULL), 0);
    CHECK_CODE(horo_wait(futures, 2, NULL), expected);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&contest.scope, 0), -ECANCELED);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

static void of_settling_and_cancelling_the_first_counts(void)
{
    contend(true, -ECANCELED);
    contend(false, 2);
}

/* --- misuse --- */

static int wait_for_oneself(void *arg)
{
    struct horo_future *futures[] = { arg };

    return horo_wait(futures, 1, NULL);
}

static void a_task_cannot_wait_for_itself(void)
{
    struct horo_spawn_options options = { 0 };
    struct horo_scope scope;
    struct horo_future self;

    options.future = &self;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_for_oneself, &self, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EDEADLK);
}

static void an_unknown_condition_is_refused(void)
{
    struct horo_wait_options options = { .until = (enum horo_wait_until)3 };
    struct horo_future future;
    struct horo_future *futures[] = { &future };

    horo_future_init(&future);
    CHECK_CODE(horo_wait(futures, 1, &options), -EINVAL);
}

static void outside_a_task_nothing_is_awaited(void)
{
    struct horo_future future;
    struct horo_future *futures[] = { &future };

    horo_future_init(&future);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_wait(futures, 1, NULL), -HORO_ENOTASK);
}

/* --- wait_for --- */

static void a_call_in_time_keeps_its_result(void)
{
    struct plan plan = { HORO_S(1), 7 };

    CHECK_CODE(horo_wait_for(follow, &plan, HORO_S(2)), 7);
    plan.result = -EIO;
    CHECK_CODE(horo_wait_for(follow, &plan, HORO_S(2)), -EIO);
}

static void a_call_that_takes_too_long_is_cancelled(void)
{
    struct plan eternity = { HORO_S(3600), 7 };
    horo_time began = horo_now();

    CHECK_CODE(horo_wait_for(follow, &eternity, HORO_S(1)), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_wait_for(follow, &eternity, 0), -ETIMEDOUT);
    CHECK_CODE(horo_wait_for(follow, &eternity, -5), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_yield(), 0);
}

static int give_seven(void *arg)
{
    (void)arg;
    return 7;
}

static void a_call_that_need_not_wait_is_never_late(void)
{
    CHECK_CODE(horo_wait_for(give_seven, NULL, 0), 7);
}

static int wait_too_long(void *arg)
{
    return horo_wait_for(follow, arg, HORO_S(2));
}

static void of_two_limits_the_outer_one_is_not_mistaken(void)
{
    struct plan eternity = { HORO_S(3600), 7 };
    struct horo_scope scope;

    CHECK_CODE(horo_wait_for(wait_too_long, &eternity, HORO_S(1)), -ETIMEDOUT);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_wait_for(give_seven, NULL, HORO_S(1)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void outside_a_task_no_call_is_timed(void)
{
    CHECK_CODE(horo_wait_for(give_seven, NULL, HORO_S(1)), -HORO_ENOTASK);
}

int main(void)
{
    RUN_IN_LOOP(wait_modes);
    RUN_IN_LOOP(what_is_there_already_needs_no_wait);
    RUN_IN_LOOP(without_exception_all_are_awaited);
    RUN_IN_LOOP(of_many_futures_one_is_enough);
    RUN_IN_LOOP(futures_may_settle_together_and_be_listed_twice);
    RUN_IN_LOOP(several_tasks_may_wait_for_the_same_futures);
    RUN_IN_LOOP(waiting_does_not_read_errors);
    RUN_IN_LOOP(a_cancelled_wait_leaves_the_futures_alone);
    RUN_IN_LOOP(of_settling_and_cancelling_the_first_counts);
    RUN_IN_LOOP(a_task_cannot_wait_for_itself);
    RUN_IN_LOOP(an_unknown_condition_is_refused);
    RUN(outside_a_task_nothing_is_awaited);
    RUN_IN_LOOP(a_call_in_time_keeps_its_result);
    RUN_IN_LOOP(a_call_that_takes_too_long_is_cancelled);
    RUN_IN_LOOP(a_call_that_need_not_wait_is_never_late);
    RUN_IN_LOOP(of_two_limits_the_outer_one_is_not_mistaken);
    RUN(outside_a_task_no_call_is_timed);
    return tap_end();
}
