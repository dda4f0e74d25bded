/* Time: sleeping, yielding, and who runs when. */
#include "harness.h"

static int sleep_for(void *arg)
{
    horo_time duration = *(horo_time *)arg;
    horo_time began = horo_now();

    CHECK_CODE(horo_sleep(duration), 0);
    CHECK_NUMBER(horo_now() - began, duration);
    return 0;
}

static void a_sleep_lasts_exactly_as_long_as_asked(void)
{
    static horo_time durations[] = { 1,           999,          HORO_US(1),
                                     HORO_MS(1),  HORO_MS(1.5), HORO_MS(10),
                                     HORO_S(1),   HORO_S(60),   HORO_S(86400),
                                     HORO_S(1e8), HORO_S(3e9) };

    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        CHECK_CODE(sleep_for(&durations[i]), 0);
    }
}

static void sleepers_wake_by_their_moments(void)
{
    static horo_time durations[] = { HORO_S(3),    HORO_MS(1), HORO_S(1),
                                     HORO_S(7200), 1,          HORO_MS(20) };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        CHECK_CODE(horo_spawn(&scope, sleep_for, &durations[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void sleeping_until_a_moment(void)
{
    horo_time moment = horo_now() + HORO_MS(123);

    CHECK_CODE(horo_sleep_until(moment), 0);
    CHECK_NUMBER(horo_now(), moment);
    CHECK_CODE(horo_sleep_until(moment), 0);
    CHECK_CODE(horo_sleep_until(moment - HORO_S(5)), 0);
    CHECK_CODE(horo_sleep_until(INT64_MIN), 0);
    CHECK_NUMBER(horo_now(), moment);
}

static void sleeping_for_ever_can_be_cancelled(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1) }),
        0);
    CHECK_CODE(horo_sleep(INT64_MAX), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_CODE(horo_sleep_until(INT64_MAX), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void the_clock_stands_still_while_anything_runs(void)
{
    horo_time began = horo_now();

    for (int i = 0; i < 1000; i++) {
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_sleep(0), 0);
        CHECK_CODE(horo_sleep(-5), 0);
    }
    CHECK_NUMBER(horo_now(), began);
}

static int note_after_a_second(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    note("%s", (const char *)arg);
    return 0;
}

static void equal_moments_wake_in_the_order_of_falling_asleep(void)
{
    horo_time moment = horo_now() + HORO_S(1);
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_after_a_second, "a", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_after_a_second, "b", NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_sleep_until(moment), 0);
    note("c");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a b c");
}

static void units_are_what_they_say(void)
{
    CHECK_NUMBER(HORO_NS(7), 7);
    CHECK_NUMBER(HORO_US(1.5), 1500);
    CHECK_NUMBER(HORO_MS(2), 2000000);
    CHECK_NUMBER(HORO_S(0.5), 500000000);
    CHECK_NUMBER(HORO_S(-1), -1000000000);
    CHECK_NUMBER(HORO_S(3600 * 24 * 365), INT64_C(31536000000000000));
}

/* --- taking turns --- */

static int count_to_three(void *arg)
{
    for (int i = 1; i <= 3; i++) {
        note("%s%d", (const char *)arg, i);
        CHECK_CODE(horo_yield(), 0);
    }
    return 0;
}

static void yielding_tasks_take_turns(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, count_to_three, "a", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, count_to_three, "b", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, count_to_three, "c", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a1 b1 c1 a2 b2 c2 a3 b3 c3");
}

static void yielding_alone_returns(void)
{
    for (int i = 0; i < 100000; i++) {
        if (!CHECK_CODE(horo_yield(), 0)) {
            return;
        }
    }
}

enum { RUNNERS = 200, ROUNDS = 50 };

static int rounds[RUNNERS];

/* Nobody is ever more than one round ahead of anybody. */
static int run_rounds(void *arg)
{
    int *mine = arg;

    while (*mine < ROUNDS) {
        ++*mine;
        for (int i = 0; i < RUNNERS; i++) {
            if (!CHECK(*mine - rounds[i] <= 1 && rounds[i] - *mine <= 1)) {
                return -EINVAL;
            }
        }
        CHECK_CODE(horo_yield(), 0);
    }
    return 0;
}

static void nobody_gets_ahead_of_the_others(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < RUNNERS; i++) {
        rounds[i] = 0;
        CHECK_CODE(horo_spawn(&scope, run_rounds, &rounds[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static bool stop;

static int yield_until_stopped(void *arg)
{
    (void)arg;
    while (!stop && CHECK_CODE(horo_yield(), 0)) {}
    return 0;
}

static void count_down(void *arg)
{
    int *left = arg;

    if (--*left > 0) {
        CHECK_CODE(horo_loop_post(horo_loop_self(), count_down, left), 0);
    } else {
        stop = true;
    }
}

static void posts_get_their_turn_among_busy_tasks(void)
{
    int left = 20;
    struct horo_scope scope;

    stop = false;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, yield_until_stopped, NULL, NULL), 0);
    }
    CHECK_CODE(horo_loop_post(horo_loop_self(), count_down, &left), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(left, 0);
}

static int stop_after_a_millisecond(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    stop = true;
    return 0;
}

static int with_busy_tasks(void *arg)
{
    struct horo_scope scope;

    (void)arg;
    stop = false;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, yield_until_stopped, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, yield_until_stopped, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, stop_after_a_millisecond, NULL, NULL), 0);
    return horo_scope_close(&scope, 0);
}

/* On the real clock: the virtual one would stand still. No time is measured,
 * only that the timer fires at all. */
static void timers_get_their_turn_among_busy_tasks(void)
{
    struct horo_loop_options real = { .clock = HORO_CLOCK_REAL };

    CHECK_CODE(run_loop(with_busy_tasks, NULL, &real), 0);
}

static int measure_a_short_sleep(void *arg)
{
    horo_time began = horo_now();

    (void)arg;
    CHECK_CODE(horo_sleep(HORO_US(200)), 0);
    CHECK(horo_now() - began >= HORO_US(200));
    CHECK_CODE(horo_sleep_until(began + HORO_MS(1)), 0);
    CHECK(horo_now() >= began + HORO_MS(1));
    return 0;
}

static void a_real_sleep_is_never_shorter_than_asked(void)
{
    static const horo_time spins[] = { 0, -1, HORO_MS(1) };

    for (int i = 0; i < 3; i++) {
        struct horo_loop_options real = { .clock = HORO_CLOCK_REAL,
                                          .spin = spins[i] };

        for (int k = 0; k < 5; k++) {
            CHECK_CODE(run_loop(measure_a_short_sleep, NULL, &real), 0);
        }
    }
}

int main(void)
{
    RUN_IN_LOOP(a_sleep_lasts_exactly_as_long_as_asked);
    RUN_IN_LOOP(sleepers_wake_by_their_moments);
    RUN_IN_LOOP(sleeping_until_a_moment);
    RUN_IN_LOOP(sleeping_for_ever_can_be_cancelled);
    RUN_IN_LOOP(the_clock_stands_still_while_anything_runs);
    RUN_IN_LOOP(equal_moments_wake_in_the_order_of_falling_asleep);
    RUN(units_are_what_they_say);
    RUN_IN_LOOP(yielding_tasks_take_turns);
    RUN_IN_LOOP(yielding_alone_returns);
    RUN_IN_LOOP(nobody_gets_ahead_of_the_others);
    RUN_IN_LOOP_ONCE(posts_get_their_turn_among_busy_tasks,
                     "its posts come when all is over");
    RUN(timers_get_their_turn_among_busy_tasks);
    RUN(a_real_sleep_is_never_shorter_than_asked);
    return tap_end();
}
