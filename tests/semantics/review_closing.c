/* Scopes at their edges: spawning while the owner closes, limits that move,
 * verdicts that stay. */
#include "harness.h"

struct closing {
    struct horo_scope *outer;
    struct horo_scope inner;
};

static int note_end(void *arg)
{
    CHECK_CODE(horo_yield(), 0);
    note("%s", (const char *)arg);
    return 0;
}

static int end_at_once(void *arg)
{
    (void)arg;
    note("child");
    return 0;
}

static int spawn_late(void *arg)
{
    struct closing *closing = arg;

    CHECK_CODE(horo_spawn(&closing->inner, note_end, "late", NULL), 0);
    return 0;
}

/* The child ends, and before its owner is back the other spawns. */
static int close_meanwhile(void *arg)
{
    struct closing *closing = arg;

    CHECK_CODE(horo_scope_open(&closing->inner, NULL), 0);
    CHECK_CODE(horo_spawn(&closing->inner, end_at_once, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(closing->outer, spawn_late, closing, NULL), 0);
    CHECK_CODE(horo_scope_close(&closing->inner, 0), 0);
    note("closed");
    return 0;
}

static void a_task_born_while_its_scope_closes_is_waited_for(void)
{
    struct horo_scope outer;
    struct closing closing = { .outer = &outer };

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_spawn(&outer, close_meanwhile, &closing, NULL), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
    CHECK_NOTES("child late closed");
}

static void a_shield_falls_when_its_limit_is_removed(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;
    struct horo_loop_stats stats;

    CHECK_CODE(
        horo_scope_open(&outer,
                        &(struct horo_scope_options){ .timeout = HORO_MS(50) }),
        0);
    CHECK_CODE(horo_scope_open(&inner,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_MS(10) }),
               0);
    horo_scope_set_deadline(&inner, 0);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 1);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(50));
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, -ECANCELED), -ETIMEDOUT);
}

static void a_shield_falls_upon_a_cancelled_scope(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_S(1) }),
               0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_set_deadline(&inner, 0);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_set_shield(&inner, true), -EINVAL);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

static void the_longest_limit_is_limit_enough_for_a_shield(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = INT64_MAX }),
               0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_timeout_that_was_felt_stays_a_timeout(void)
{
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK(horo_scope_timed_out(&scope));
    horo_scope_cancel(&scope);
    CHECK(horo_scope_timed_out(&scope));
    CHECK_CODE(horo_scope_close(&scope, -ECANCELED), -ETIMEDOUT);
}

int main(void)
{
    RUN_IN_LOOP(a_task_born_while_its_scope_closes_is_waited_for);
    RUN_IN_LOOP(a_shield_falls_when_its_limit_is_removed);
    RUN_IN_LOOP(a_shield_falls_upon_a_cancelled_scope);
    RUN_IN_LOOP(the_longest_limit_is_limit_enough_for_a_shield);
    RUN_IN_LOOP(a_timeout_that_was_felt_stays_a_timeout);
    return tap_end();
}
