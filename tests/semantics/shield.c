/* Shields: cleanup that may wait, within its own limit. */
#include "harness.h"

static const struct horo_scope_options shielded = { .shield = true,
                                                    .timeout = HORO_S(10) };

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
}

static int cancel_soon(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_scope_cancel(arg);
    return 0;
}

static void a_shield_needs_a_limit(void)
{
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope, &(struct horo_scope_options){ .shield = true }),
        -EINVAL);
    CHECK_CODE(horo_scope_close(&scope, 0), -EINVAL);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_set_shield(&scope, true), -EINVAL);
    CHECK_CODE(horo_scope_set_shield(&scope, false), 0);
    horo_scope_set_deadline(&scope, horo_now() + HORO_S(1));
    CHECK_CODE(horo_scope_set_shield(&scope, true), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void cleanup_in_a_cancelled_scope_may_wait(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope cleanup;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK(!horo_scope_is_cancelled(&cleanup));
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&cleanup, 7), 7);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

static void the_shield_s_own_limit_holds(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope cleanup;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(100)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(10));
    CHECK_CODE(horo_scope_close(&cleanup, -ECANCELED), -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&cleanup));
    CHECK_CODE(horo_scope_close(&outer, -ECANCELED), -ECANCELED);
}

static void a_cancel_from_outside_waits_for_the_shield_to_fall(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_spawn(&outer, cancel_soon, &outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

static void an_outer_deadline_does_not_reach_in(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(
        horo_scope_open(&outer,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_scope_close(&outer, 7), 7); /* it interrupted nothing */
}

static void the_shielded_scope_itself_can_be_cancelled(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_spawn(&outer, cancel_soon, &inner, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(1));
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void tasks_of_a_shielded_scope_are_shielded(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_spawn(&inner, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(10));
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void a_shield_within_a_shield(void)
{
    struct horo_scope scopes[3];

    CHECK_CODE(horo_scope_open(&scopes[0], NULL), 0);
    CHECK_CODE(horo_scope_open(&scopes[1], &shielded), 0);
    CHECK_CODE(horo_scope_open(&scopes[2], &shielded), 0);
    horo_scope_cancel(&scopes[0]);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&scopes[1]);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&scopes[2]);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scopes[2], 0), -ECANCELED);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scopes[1], 0), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scopes[0], 0), 0);
}

static int lower_shield(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(2)), 0);
    CHECK_CODE(horo_scope_set_shield(arg, false), 0);
    return 0;
}

static void lowering_the_shield_lets_the_cancel_in(void)
{
    horo_time began = horo_now();
    struct horo_scope other;
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_spawn(&other, cancel_soon, &outer, NULL), 0);
    CHECK_CODE(horo_spawn(&other, lower_shield, &inner, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(2));
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, -ECANCELED), -ECANCELED);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

static void raising_the_shield_again_keeps_the_cancel_out(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_set_shield(&inner, false), 0);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_set_shield(&inner, true), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

static void the_shield_falls_with_its_deadline(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(20)), -ECANCELED);
    CHECK_CODE(horo_scope_set_shield(&inner, false), 0);
    CHECK_CODE(horo_scope_set_shield(&inner, true), 0);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, 0), -ETIMEDOUT);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

int main(void)
{
    RUN_IN_LOOP(a_shield_needs_a_limit);
    RUN_IN_LOOP(cleanup_in_a_cancelled_scope_may_wait);
    RUN_IN_LOOP(the_shield_s_own_limit_holds);
    RUN_IN_LOOP(a_cancel_from_outside_waits_for_the_shield_to_fall);
    RUN_IN_LOOP(an_outer_deadline_does_not_reach_in);
    RUN_IN_LOOP(the_shielded_scope_itself_can_be_cancelled);
    RUN_IN_LOOP(tasks_of_a_shielded_scope_are_shielded);
    RUN_IN_LOOP(a_shield_within_a_shield);
    RUN_IN_LOOP(lowering_the_shield_lets_the_cancel_in);
    RUN_IN_LOOP(raising_the_shield_again_keeps_the_cancel_out);
    RUN_IN_LOOP(the_shield_falls_with_its_deadline);
    return tap_end();
}
