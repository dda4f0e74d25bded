/* Deadlines: of a scope, nested, moved, missed. */
#include "harness.h"

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
}

static void open_with_timeout(struct horo_scope *scope, horo_time timeout)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .timeout = timeout }),
               0);
}

static void open_with_deadline(struct horo_scope *scope, horo_time deadline)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .deadline = deadline }),
               0);
}

/* Keeps the processor for so long that time passes though nobody waits: the
 * virtual clock moves only when all tasks wait, so another task must sleep
 * in a shielded scope. */
static void be_deaf_for(horo_time duration)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_S(1000) }),
               0);
    CHECK_CODE(horo_sleep(duration), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- one --- */

static void a_timeout_ends_a_wait_at_its_very_moment(void)
{
    static const horo_time timeouts[] = {
        1, HORO_US(1), HORO_MS(10), HORO_S(0.5), HORO_S(100), HORO_S(1e7)
    };

    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        horo_time began = horo_now();
        struct horo_scope scope;
        int rc;

        open_with_timeout(&scope, timeouts[i]);
        rc = horo_sleep(HORO_S(1e9));
        CHECK_CODE(rc, -ECANCELED);
        CHECK_NUMBER(horo_now() - began, timeouts[i]);
        CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
        CHECK(horo_scope_timed_out(&scope));
        CHECK_CODE(horo_yield(), 0);
    }
}

static void a_block_in_time_is_not_disturbed(void)
{
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(9)), 0);
    CHECK_CODE(horo_scope_close(&scope, 7), 7);
    CHECK(!horo_scope_timed_out(&scope));
    CHECK_CODE(horo_sleep(HORO_MS(100)), 0);
}

static void a_deadline_is_a_moment_of_the_loop_s_clock(void)
{
    horo_time deadline = horo_now() + HORO_MS(7);
    struct horo_scope scope;

    open_with_deadline(&scope, deadline);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now(), deadline);
    CHECK_CODE(horo_scope_close(&scope, -ECANCELED), -ETIMEDOUT);
}

static void of_timeout_and_deadline_the_earlier_counts(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope,
                               &(struct horo_scope_options){
                                   .timeout = HORO_MS(5),
                                   .deadline = began + HORO_MS(50) }),
               0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);

    CHECK_CODE(horo_scope_open(&scope,
                               &(struct horo_scope_options){
                                   .timeout = HORO_MS(50),
                                   .deadline = began + HORO_MS(10) }),
               0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void a_negative_timeout_and_a_past_deadline_are_over_at_once(void)
{
    const struct horo_scope_options late[] = {
        { .timeout = -1 },         { .timeout = INT64_MIN },
        { .deadline = 1 },         { .deadline = -1 },
        { .deadline = INT64_MIN }, { .deadline = horo_now() },
    };
    horo_time began = horo_now();

    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, &late[i]), 0);
        CHECK(horo_scope_is_cancelled(&scope));
        CHECK_CODE(horo_yield(), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    }
    CHECK_NUMBER(horo_now(), began);
}

static void a_deadline_that_interrupts_nothing_is_no_news(void)
{
    struct horo_scope scope;

    open_with_timeout(&scope, -1);
    CHECK_CODE(horo_scope_close(&scope, 7), 7);
    CHECK(!horo_scope_timed_out(&scope));
}

static void a_timeout_beyond_the_end_of_time_is_none(void)
{
    struct horo_loop_stats stats;
    struct horo_scope scope;

    open_with_timeout(&scope, INT64_MAX);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void the_deadline_reaches_the_tasks(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(5));
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
}

static int take_care(void *arg)
{
    *(int *)arg = horo_sleep(HORO_S(100));
    return *(int *)arg;
}

static void block_and_tasks_are_told_at_once_and_it_is_a_timeout(void)
{
    int results[3] = { 1, 1, 1 };
    struct horo_scope scope;
    int rc;

    open_with_timeout(&scope, HORO_MS(5));
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, take_care, &results[i], NULL), 0);
    }
    rc = horo_sleep(HORO_S(100));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&scope));
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(results[i], -ECANCELED);
    }
}

/* --- nested --- */

static void the_inner_of_two_timeouts_strikes_alone(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;

    open_with_timeout(&outer, HORO_MS(20));
    open_with_timeout(&inner, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void the_outer_of_two_timeouts_passes_through_the_inner(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_MS(20));
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    rc = horo_scope_close(&inner, -ECANCELED);
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!horo_scope_timed_out(&inner));
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&outer));
}

/* Both orders of the deadlines, and equal ones. */
static void of_two_missed_timeouts_the_outer_takes_the_blame(void)
{
    static const horo_time outers[] = { HORO_MS(10), HORO_MS(20), HORO_MS(15) };

    for (size_t i = 0; i < 3; i++) {
        struct horo_scope outer;
        struct horo_scope inner;
        int rc;

        open_with_timeout(&outer, outers[i]);
        open_with_timeout(&inner, HORO_MS(15));
        be_deaf_for(HORO_MS(30));
        CHECK_CODE(horo_yield(), -ECANCELED);
        rc = horo_scope_close(&inner, -ECANCELED);
        CHECK_CODE(rc, -ECANCELED);
        CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
    }
}

static void equal_deadlines_are_the_outer_s(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    rc = horo_scope_close(&inner, -ECANCELED);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
}

static void ten_nested_timeouts_strike_from_inside_out(void)
{
    struct horo_scope scopes[10];
    horo_time began = horo_now();

    for (int i = 0; i < 10; i++) {
        open_with_timeout(&scopes[i], HORO_MS(10 - i));
    }
    for (int i = 9; i >= 0; i--) {
        CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
        CHECK_NUMBER(horo_now() - began, HORO_MS(10 - i));
        CHECK_CODE(horo_scope_close(&scopes[i], -ECANCELED), -ETIMEDOUT);
    }
}

/* --- moved --- */

static void a_deadline_can_be_moved_out(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(9)), 0);
    horo_scope_set_deadline(&scope, began + HORO_MS(20));
    CHECK_CODE(horo_sleep(HORO_MS(9)), 0);
    CHECK_CODE(horo_sleep(HORO_MS(9)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(20));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void a_deadline_can_be_moved_in_while_somebody_waits(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    open_with_timeout(&scope, HORO_S(1000));
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_set_deadline(&scope, began + HORO_MS(3));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(3));
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void a_deadline_can_be_removed_and_set_anew(void)
{
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(10));
    horo_scope_set_deadline(&scope, 0);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    CHECK_CODE(horo_sleep(HORO_MS(50)), 0);
    horo_scope_set_deadline(&scope, began + HORO_MS(60));
    CHECK_CODE(horo_sleep(HORO_MS(50)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void a_scope_without_limit_can_be_given_one(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_set_deadline(&scope, horo_now() + HORO_MS(1));
    CHECK_CODE(horo_sleep(HORO_MS(5)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void a_deadline_moved_to_the_past_strikes_at_once(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_S(1));
    horo_scope_set_deadline(&scope, began - 1);
    CHECK(horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_sleep(HORO_MS(5)), -ECANCELED);
    CHECK_NUMBER(horo_now(), began);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void a_deadline_that_struck_stays_struck(void)
{
    struct horo_loop_stats stats;
    struct horo_scope scope;

    open_with_timeout(&scope, -1);
    horo_scope_set_deadline(&scope, horo_now() + HORO_S(1));
    CHECK(horo_scope_is_cancelled(&scope));
    horo_scope_set_deadline(&scope, 0);
    CHECK(horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void closing_forgets_the_deadline(void)
{
    struct horo_scope outer;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    for (int i = 0; i < 1000; i++) {
        open_with_timeout(&scope, HORO_S(3600));
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
    }
    CHECK_CODE(horo_scope_close(&outer, 0), 0); /* the watch counts timers */
}

static void a_timeout_of_a_scope_without_tasks_costs_nobody_else_time(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_S(3600));
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(horo_now(), began);
}

int main(void)
{
    RUN_IN_LOOP(a_timeout_ends_a_wait_at_its_very_moment);
    RUN_IN_LOOP(a_block_in_time_is_not_disturbed);
    RUN_IN_LOOP(a_deadline_is_a_moment_of_the_loop_s_clock);
    RUN_IN_LOOP(of_timeout_and_deadline_the_earlier_counts);
    RUN_IN_LOOP(a_negative_timeout_and_a_past_deadline_are_over_at_once);
    RUN_IN_LOOP(a_deadline_that_interrupts_nothing_is_no_news);
    RUN_IN_LOOP(a_timeout_beyond_the_end_of_time_is_none);
    RUN_IN_LOOP(the_deadline_reaches_the_tasks);
    RUN_IN_LOOP(block_and_tasks_are_told_at_once_and_it_is_a_timeout);
    RUN_IN_LOOP(the_inner_of_two_timeouts_strikes_alone);
    RUN_IN_LOOP(the_outer_of_two_timeouts_passes_through_the_inner);
    RUN_IN_LOOP(of_two_missed_timeouts_the_outer_takes_the_blame);
    RUN_IN_LOOP(equal_deadlines_are_the_outer_s);
    RUN_IN_LOOP(ten_nested_timeouts_strike_from_inside_out);
    RUN_IN_LOOP(a_deadline_can_be_moved_out);
    RUN_IN_LOOP(a_deadline_can_be_moved_in_while_somebody_waits);
    RUN_IN_LOOP(a_deadline_can_be_removed_and_set_anew);
    RUN_IN_LOOP(a_scope_without_limit_can_be_given_one);
    RUN_IN_LOOP(a_deadline_moved_to_the_past_strikes_at_once);
    RUN_IN_LOOP(a_deadline_that_struck_stays_struck);
    RUN_IN_LOOP(closing_forgets_the_deadline);
    RUN_IN_LOOP(a_timeout_of_a_scope_without_tasks_costs_nobody_else_time);
    return tap_end();
}
