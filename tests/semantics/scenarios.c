/* Stories that every structured runtime has had to decide, by the names under
 * which they are discussed. Most are trio's; where asyncio ends differently,
 * a comment says so. */
#include "core/wait.h"
#include "harness.h"

static const struct horo_scope_options shielded = { .shield = true,
                                                    .timeout = HORO_S(1000) };

static void open_with_timeout(struct horo_scope *scope, horo_time timeout)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .timeout = timeout }),
               0);
}

/* --- timers: ten of one moment fire in order (asyncio shuffles them) --- */

static int sleep_and_note(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(100)), 0);
    note("%d", *(int *)arg);
    return 0;
}

static void timers(void)
{
    static int numbers[10];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 10; i++) {
        numbers[i] = i;
        CHECK_CODE(horo_spawn(&scope, sleep_and_note, &numbers[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("0 1 2 3 4 5 6 7 8 9");
}

static int sleep_an_hour(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(3600));
}

static void timers_cancelled_in_thousands(void)
{
    size_t count = scaled(10000, 1000);
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        CHECK_CODE(horo_spawn(&scope, sleep_an_hour, NULL, NULL), 0);
    }
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, count);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
}

/* --- sleep0_swap: two tasks take turns at sleep(0) --- */

static int step_around_sleep(void *arg)
{
    note("%s1", (const char *)arg);
    CHECK_CODE(horo_sleep(0), 0);
    note("%s2", (const char *)arg);
    return 0;
}

static void sleep0_swap(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, step_around_sleep, "foo", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, step_around_sleep, "bar", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("foo1 bar1 foo2 bar2");
}

/* --- precancelled: the body starts, and is told at its first wait (asyncio
 * never starts it, so that nobody frees its argument) --- */

static int own_the_argument(void *arg)
{
    *(bool *)arg = true; /* as free() would */
    CHECK_CODE(horo_sleep(0), -ECANCELED);
    return -ECANCELED;
}

static void precancelled(void)
{
    bool is_freed = false;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_spawn(&scope, own_the_argument, &is_freed, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK(is_freed);
}

/* --- self_cancel: a task that cancels its scope and ends without waiting has
 * succeeded (asyncio: cancelled) --- */

static int cancel_own_scope_and_return_5(void *arg)
{
    (void)arg;
    horo_scope_cancel(horo_scope_self());
    return 5;
}

static void self_cancel(void)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(
        horo_spawn(&scope, cancel_own_scope_and_return_5, NULL, &options), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), 5);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 5), 5);
}

/* --- swallow: who ignores the news gets it again, at once --- */

static int swallow_it(void *arg)
{
    horo_time cancelled_at;

    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(100)), -ECANCELED);
    cancelled_at = horo_now();
    for (int i = 0; i < 10; i++) {
        CHECK_CODE(horo_sleep(HORO_S(100)), -ECANCELED);
    }
    CHECK_NUMBER(horo_now(), cancelled_at);
    return 0;
}

static void swallow(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, swallow_it, NULL, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* --- timeout_swallow: ignoring a timeout neither buys time nor hides it --- */

static void timeout_swallow(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(50)), -ECANCELED);
    CHECK_CODE(horo_sleep(HORO_MS(50)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

/* --- timeout_vs_cancel: in one turn of the loop --- */

static int cancel_in_ten(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(arg);
    return 0;
}

/* An outer cancel in the turn of an inner deadline: cancelled. */
static void timeout_vs_cancel(void)
{
    struct horo_scope other;
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_spawn(&other, cancel_in_ten, &outer, NULL), 0);
    CHECK_CODE(horo_yield(), 0); /* its sleep is armed before our deadline */
    open_with_timeout(&inner, HORO_MS(10));
    rc = horo_sleep(HORO_S(1));
    CHECK_CODE(rc, -ECANCELED);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, rc), -ECANCELED);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

/* --- nested_timeouts --- */

static void nested_timeouts(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_MS(20));
    rc = horo_sleep(HORO_S(1));
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!horo_scope_timed_out(&inner));
    rc = horo_scope_close(&outer, rc);
    CHECK_CODE(rc, -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&outer));
}

static void nested_timeouts_both_overdue(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    struct horo_scope busy;
    int rc;

    open_with_timeout(&outer, HORO_MS(20));
    open_with_timeout(&inner, HORO_MS(10));
    CHECK_CODE(horo_scope_open(&busy, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_MS(30)), 0);
    CHECK_CODE(horo_scope_close(&busy, 0), 0);
    rc = horo_yield();
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!horo_scope_timed_out(&inner));
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
}

/* --- shield_scope --- */

static void shield_scope(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    CHECK_CODE(horo_scope_set_shield(&inner, false), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), -ECANCELED);
    CHECK_CODE(horo_scope_set_shield(&inner, true), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(&inner);
    CHECK_CODE(horo_sleep(HORO_MS(10)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ECANCELED); /* caught */
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

/* --- late_shield: a shield raised while the news already travels does not
 * hide it from the scope that it is for --- */

static int raise_shield_in_ten(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    CHECK_CODE(horo_scope_set_shield(arg, true), 0);
    return 0;
}

static void late_shield(void)
{
    struct horo_scope other;
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_spawn(&other, raise_shield_in_ten, &inner, NULL), 0);
    CHECK_CODE(horo_yield(), 0); /* it will run between the news and us */
    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_S(1000));
    rc = horo_sleep(HORO_S(1));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

static void late_shield_alone(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0); /* it interrupted nothing */
    CHECK_CODE(horo_yield(), 0);
}

/* --- slow_abort: a wait that cannot end at once is interrupted once, and
 * says so though a shield has gone up meanwhile --- */

static struct horo_task *waiter;
static struct horo_future waiter_end;
static int aborts;

static void count_abort(struct horo_task *task)
{
    CHECK(task == waiter);
    aborts++;
}

static int cancel_twice_then_finish(void *arg)
{
    struct horo_scope *inner = arg;

    for (int i = 0; i < 3; i++) {
        horo_scope_cancel(inner->parent);
        CHECK_CODE(horo_future_cancel(&waiter_end), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    CHECK_NUMBER(aborts, 1);
    CHECK_CODE(horo_scope_set_shield(inner, true), 0);
    horo__wake(waiter, -ECANCELED);
    return 0;
}

static const struct horo__wait_kind slow = { "slow", count_abort };

static int wait_slowly(void *arg)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    waiter = horo_task_self();
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    open_with_timeout(&inner, HORO_S(1000));
    CHECK_CODE(horo_spawn(arg, cancel_twice_then_finish, &inner, NULL), 0);
    rc = horo__wait(&slow, NULL);
    CHECK_CODE(rc, -ECANCELED);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    return horo_scope_close(&outer, rc);
}

static void slow_abort(void)
{
    struct horo_spawn_options options = { .future = &waiter_end };
    struct horo_scope scope;

    aborts = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_slowly, &scope, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(aborts, 1);
}

/* --- tg_child_error: the group ends when the slowest cleanup has --- */

static int fail_in_a_second(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    return -EIO;
}

static int clean_up_for_a_second(void *arg)
{
    struct horo_scope cleanup;
    int rc = horo_sleep(HORO_S(1000));

    (void)arg;
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&cleanup, 0), 0);
    return rc;
}

static void tg_child_error(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, fail_in_a_second, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, clean_up_for_a_second, NULL, NULL), 0);
    rc = horo_sleep(HORO_S(1000));
    CHECK_CODE(horo_scope_close(&scope, rc), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
}

/* --- tg_outer_timeout: a cancelled group whose cleanup outlasts the timeout
 * around it: the timeout is still told --- */

static void tg_outer_timeout(void)
{
    horo_time began = horo_now();
    struct horo_scope timeout;
    struct horo_scope group;
    int rc;

    open_with_timeout(&timeout, HORO_S(0.5));
    CHECK_CODE(horo_scope_open(&group, NULL), 0);
    CHECK_CODE(horo_spawn(&group, clean_up_for_a_second, NULL, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(0.1)), 0);
    horo_scope_cancel(&group);
    CHECK_CODE(horo_scope_close(&group, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(1.1));
    rc = horo_yield(); /* the first wait after it */
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&timeout, rc), -ETIMEDOUT);
}

int main(void)
{
    RUN_IN_LOOP(timers);
    RUN_IN_LOOP(timers_cancelled_in_thousands);
    RUN_IN_LOOP(sleep0_swap);
    RUN_IN_LOOP(precancelled);
    RUN_IN_LOOP(self_cancel);
    RUN_IN_LOOP(swallow);
    RUN_IN_LOOP(timeout_swallow);
    RUN_IN_LOOP(timeout_vs_cancel);
    RUN_IN_LOOP(nested_timeouts);
    RUN_IN_LOOP(nested_timeouts_both_overdue);
    RUN_IN_LOOP(shield_scope);
    RUN_IN_LOOP(late_shield);
    RUN_IN_LOOP(late_shield_alone);
    RUN_IN_LOOP(slow_abort);
    RUN_IN_LOOP(tg_child_error);
    RUN_IN_LOOP(tg_outer_timeout);
    return tap_end();
}
