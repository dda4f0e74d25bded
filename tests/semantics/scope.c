/* Scopes: failures, cancellation, and the verdict at the end. */
#include "harness.h"

static const struct horo_scope_options keep_going = { .keep_going = true };

static int give(void *arg)
{
    return *(int *)arg;
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
}

struct step {
    horo_time after; /* sleeps so long, however it fares */
    int result;      /* 1: what the sleep returned */
};

static int take_step(void *arg)
{
    const struct step *step = arg;
    int rc = horo_sleep(step->after);

    return step->result == 1 ? rc : step->result;
}

/* Ends with the failure, whatever comes, after `after` of cleaning up. */
static int clean_up_and_fail(void *arg)
{
    const struct step *step = arg;
    struct horo_scope cleanup;

    (void)horo_sleep(HORO_S(1000000));
    (void)horo_scope_open(
        &cleanup,
        &(struct horo_scope_options){ .shield = true, .timeout = HORO_S(60) });
    CHECK_CODE(horo_sleep(step->after), 0);
    return horo_scope_close(&cleanup, step->result);
}

/* --- failures --- */

static void the_first_failure_cancels_siblings_and_body(void)
{
    struct step fails = { HORO_MS(10), -EIO };
    horo_time began = horo_now();
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &fails, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    rc = horo_sleep(HORO_S(100));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
}

static void the_first_failure_counts_not_those_it_causes(void)
{
    struct step first = { HORO_MS(10), -EIO };
    struct step second = { HORO_MS(1), -ENOENT };
    struct step third = { HORO_MS(20), -EPERM };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, clean_up_and_fail, &second, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &first, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &third, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static void being_cancelled_is_not_a_failure(void)
{
    int cancelled = -ECANCELED;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &cancelled, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(horo_scope_close(&scope, 3), 3);
}

static void success_of_a_task_is_no_news(void)
{
    int number = 42;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &number, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 3), 3);
}

static void keep_going_lets_the_others_finish(void)
{
    struct step fails = { HORO_MS(1), -EIO };
    struct step fails_later = { HORO_MS(2), -ENOENT };
    struct step works = { HORO_MS(5), 1 };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, &keep_going), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &fails, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &fails_later, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &works, &options), 0);
    CHECK_CODE(horo_sleep(HORO_MS(3)), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static void a_failure_without_siblings_still_cancels_the_body(void)
{
    int failure = -EIO;
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &failure, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK(horo_scope_is_cancelled(&scope));
    rc = horo_yield();
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -EIO);
    CHECK_CODE(horo_yield(), 0);
}

static int fail_deep_inside(void *arg)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, arg, NULL), 0);
    return horo_scope_close(&scope, 0);
}

static void a_failure_travels_up_through_scopes(void)
{
    struct step fails = { HORO_MS(10), -EIO };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, fail_deep_inside, &fails, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static void the_block_s_own_failure_cancels_the_tasks(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, -EPIPE), -EPIPE);
    CHECK_NUMBER(horo_now() - began, 0);
}

static void a_failure_before_the_block_s_own_comes_first(void)
{
    int failure = -EIO;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &failure, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, -EPIPE), -EIO);
}

static void a_failure_after_the_block_s_own_comes_second(void)
{
    struct step fails = { 0, -EIO };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_step, &fails, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, -EPIPE), -EPIPE);
}

/* --- waiting for the tasks --- */

static void close_waits_for_every_task(void)
{
    struct step steps[] = { { HORO_MS(30), 1 }, { HORO_MS(10), 1 }, { 0, 1 } };
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, take_step, &steps[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(horo_now() - began, HORO_MS(30));
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.tasks_live, 1);
}

static void close_waits_for_a_task_that_does_not_listen(void)
{
    struct step stubborn = { HORO_MS(30), 7 };
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, clean_up_and_fail, &stubborn, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(30));
}

static int spawn_down(void *arg)
{
    int *left = arg;

    if (--*left > 0) {
        CHECK_CODE(horo_spawn(horo_scope_self(), spawn_down, left, NULL), 0);
    }
    return 0;
}

static void a_task_s_own_scope_waits_for_its_tasks(void)
{
    int left = 50;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, spawn_down, &left, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(left, 0);
}

struct relay {
    struct horo_scope *scope;
    struct step short_step;
    int left;
};

static int pass_on(void *arg)
{
    struct relay *relay = arg;

    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    if (--relay->left > 0) {
        CHECK_CODE(horo_spawn(relay->scope, pass_on, relay, NULL), 0);
        CHECK_CODE(
            horo_spawn(relay->scope, take_step, &relay->short_step, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    return 0;
}

static void tasks_may_spawn_siblings_while_the_scope_closes(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;
    struct relay relay = { .scope = &scope, .left = 20 };

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, pass_on, &relay, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(relay.left, 0);
    CHECK_NUMBER(horo_now() - began, HORO_MS(20));
}

static int spawn_sibling_when_cancelled(void *arg)
{
    int rc = horo_sleep(HORO_S(1000));

    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_spawn(arg, sleep_for_ever, NULL, NULL), 0);
    return rc;
}

static void siblings_spawned_while_a_cancelled_scope_closes_are_cancelled(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, spawn_sibling_when_cancelled, &scope, NULL),
               0);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, 0);
}

/* --- cancelling --- */

static void a_cancelled_scope_refuses_every_wait_until_it_closes(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK(!horo_scope_is_cancelled(&scope));
    horo_scope_cancel(&scope);
    CHECK(horo_scope_is_cancelled(&scope));
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_sleep(1), -ECANCELED);
        CHECK_CODE(horo_sleep(0), -ECANCELED);
        CHECK_CODE(horo_sleep_until(0), -ECANCELED);
        CHECK_CODE(horo_yield(), -ECANCELED);
        CHECK_CODE(horo_fd_wait(0, 1), -ECANCELED);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
}

static void cancelling_twice_is_cancelling_once(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_yield(), -ECANCELED);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void cancelling_a_closed_scope_does_nothing(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    horo_scope_cancel(&scope);
    horo_scope_set_deadline(&scope, 1);
    CHECK_CODE(horo_scope_set_shield(&scope, true), -EINVAL);
    CHECK_CODE(horo_yield(), 0);
}

static int cancel_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    horo_scope_cancel(arg);
    return 0;
}

static void a_scope_can_be_cancelled_from_outside(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_CODE(horo_spawn(&outer, cancel_later, &inner, NULL), 0);
    rc = horo_sleep(HORO_S(10));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    CHECK_CODE(horo_scope_close(&inner, rc), -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void an_outer_cancel_reaches_through_everything_within(void)
{
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_spawn(&outer, cancel_later, &outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_CODE(horo_spawn(&inner, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&outer, sleep_for_ever, NULL, NULL), 0);
    rc = horo_sleep(HORO_S(10));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, rc), -ECANCELED);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
}

static void a_sibling_s_scope_is_not_reached(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    horo_scope_cancel(&inner);
    CHECK(!horo_scope_is_cancelled(&outer));
    CHECK_CODE(horo_scope_close(&inner, 0), 0); /* nothing was interrupted */
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK(!horo_scope_is_cancelled(&inner));
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static void a_scope_opened_in_a_cancelled_one_is_cancelled(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK(horo_scope_is_cancelled(&inner));
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

static void cancel_it(void *arg)
{
    horo_scope_cancel(arg);
}

static void a_callback_can_cancel_a_scope(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_loop_post(horo_loop_self(), cancel_it, &scope), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* --- the verdict, each combination of horo/scope.h --- */

enum struck { BY_NOTHING, BY_DEADLINE, BY_CANCEL, BY_BOTH, BY_OUTER };

static const struct verdict {
    const char *name;
    enum struck struck;
    bool interrupted; /* a wait in the block is told */
    int failure;      /* of a task, 0: none; before the block ends */
    int rc;           /* of the block */
    int expected;
} verdicts[] = {
    { "plain success", BY_NOTHING, false, 0, 0, 0 },
    { "success with a value", BY_NOTHING, false, 0, 7, 7 },
    { "own failure", BY_NOTHING, false, 0, -EPIPE, -EPIPE },
    { "unexplained cancel", BY_NOTHING, false, 0, -ECANCELED, -ECANCELED },
    { "a task failed", BY_NOTHING, false, -EIO, 0, -EIO },
    { "a task failed, then the block", BY_NOTHING, false, -EIO, -EPIPE, -EIO },
    { "a task failed, block cancelled", BY_NOTHING, true, -EIO, -ECANCELED,
      -EIO },

    { "late for nobody", BY_DEADLINE, false, 0, 0, 0 },
    { "late for nobody, value", BY_DEADLINE, false, 0, 7, 7 },
    { "late, own failure", BY_DEADLINE, false, 0, -EPIPE, -EPIPE },
    { "timed out", BY_DEADLINE, true, 0, -ECANCELED, -ETIMEDOUT },
    { "timed out, but swallowed", BY_DEADLINE, true, 0, 0, -ETIMEDOUT },
    { "timed out, own failure", BY_DEADLINE, true, 0, -EPIPE, -EPIPE },
    { "timed out, a task failed", BY_DEADLINE, true, -EIO, 0, -EIO },

    { "cancelled for nobody", BY_CANCEL, false, 0, 0, 0 },
    { "cancelled for nobody, value", BY_CANCEL, false, 0, 7, 7 },
    { "cancelled", BY_CANCEL, true, 0, -ECANCELED, -ECANCELED },
    { "cancelled, but swallowed", BY_CANCEL, true, 0, 7, -ECANCELED },
    { "cancelled, own failure", BY_CANCEL, true, 0, -EPIPE, -EPIPE },
    { "cancelled, a task failed", BY_CANCEL, true, -EIO, -ECANCELED, -EIO },

    { "cancelled outside, untold", BY_OUTER, false, 0, 7, 7 },
    { "cancelled outside", BY_OUTER, true, 0, -ECANCELED, -ECANCELED },
    { "cancelled outside, swallowed", BY_OUTER, true, 0, 7, 7 },
    { "cancelled outside, own failure", BY_OUTER, true, 0, -EPIPE, -EPIPE },
    { "cancelled outside, a task failed", BY_OUTER, true, -EIO, -ECANCELED,
      -EIO },
};

static void strike(const struct verdict *verdict, struct horo_scope *outer,
                   struct horo_scope *scope)
{
    switch (verdict->struck) {
    case BY_NOTHING:
        break;
    case BY_DEADLINE:
        horo_scope_set_deadline(scope, horo_now() - 1);
        break;
    case BY_CANCEL:
        horo_scope_cancel(scope);
        break;
    case BY_BOTH:
        horo_scope_set_deadline(scope, horo_now() - 1);
        horo_scope_cancel(scope);
        break;
    case BY_OUTER:
        horo_scope_cancel(outer);
        break;
    }
}

static void check_verdict(const struct verdict *verdict)
{
    int failure = verdict->failure;
    struct horo_scope outer;
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    if (failure) {
        CHECK_CODE(horo_spawn(&scope, give, &failure, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    strike(verdict, &outer, &scope);
    if (verdict->interrupted) {
        CHECK_CODE(horo_yield(), -ECANCELED);
    }
    rc = horo_scope_close(&scope, verdict->rc);
    if (!CHECK_CODE(rc, verdict->expected)) {
        printf("# that was: %s\n", verdict->name);
    }
    CHECK(horo_scope_timed_out(&scope) ==
          (verdict->struck == BY_DEADLINE && verdict->interrupted &&
           failure == 0));
    (void)horo_scope_close(&outer, 0);
}

static void close_gives_the_documented_verdict(void)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        check_verdict(&verdicts[i]);
    }
}

/* The same again, where the tasks, too, have to be told. */
static void tasks_still_running_do_not_change_the_verdict(void)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        const struct verdict *verdict = &verdicts[i];
        struct horo_scope outer;
        struct horo_scope scope;

        if (!verdict->interrupted || verdict->failure) {
            continue;
        }
        CHECK_CODE(horo_scope_open(&outer, NULL), 0);
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        strike(verdict, &outer, &scope);
        CHECK_CODE(horo_yield(), -ECANCELED);
        if (!CHECK_CODE(horo_scope_close(&scope, verdict->rc),
                        verdict->expected)) {
            printf("# that was: %s\n", verdict->name);
        }
        (void)horo_scope_close(&outer, 0);
    }
}

static void only_a_task_was_interrupted_by_the_deadline(void)
{
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&scope));
}

static void a_block_that_failed_late_cancelled_its_tasks_itself(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, -ECANCELED), -ECANCELED);
}

/* --- misuse --- */

static void closing_what_is_not_innermost_does_nothing(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&inner, NULL), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -EINVAL);
    CHECK(horo_scope_self() == &inner);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

static int close_for_another(void *arg)
{
    CHECK_CODE(horo_scope_close(arg, 0), -EINVAL);
    CHECK_CODE(horo_scope_close(horo_scope_self(), 0), -EINVAL);
    return 0;
}

static void nobody_closes_the_scope_of_another_or_of_a_task(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, close_for_another, &scope, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, 7), 7);
    CHECK_CODE(horo_scope_close(horo_scope_self(), 0), -EINVAL);
}

static void closing_twice_is_refused(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 7), 7);
    CHECK_CODE(horo_scope_close(&scope, 7), -EINVAL);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, -EIO), -EIO);
    CHECK_CODE(horo_scope_close(&scope, 0), -EINVAL);
}

static void a_scope_that_did_not_open_closes_with_its_error(void)
{
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope, &(struct horo_scope_options){ .shield = true }),
        -EINVAL);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, NULL), -ESHUTDOWN);
    CHECK_CODE(horo_scope_close(&scope, 7), -EINVAL);
    CHECK_CODE(horo_yield(), 0);
}

static void the_innermost_scope_is_known(void)
{
    struct horo_scope *root = horo_scope_self();
    struct horo_scope scope;

    CHECK(root != NULL);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK(horo_scope_self() == &scope);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK(horo_scope_self() == root);
}

static int forget_to_close(void *arg)
{
    static struct horo_scope scope;

    (void)arg;
    return horo_scope_open(&scope, NULL);
}

static int run_forgetful(void *arg)
{
    return horo_run(forget_to_close, arg, NULL);
}

static void a_task_that_forgets_to_close_is_named(void)
{
    struct child_end end;

    run_child(run_forgetful, NULL, &end);
    CHECK(end.status != 0);
    CHECK(strstr(end.errors, "forget_to_close") != NULL);
}

int main(void)
{
    RUN_IN_LOOP(the_first_failure_cancels_siblings_and_body);
    RUN_IN_LOOP(the_first_failure_counts_not_those_it_causes);
    RUN_IN_LOOP(being_cancelled_is_not_a_failure);
    RUN_IN_LOOP(success_of_a_task_is_no_news);
    RUN_IN_LOOP(keep_going_lets_the_others_finish);
    RUN_IN_LOOP(a_failure_without_siblings_still_cancels_the_body);
    RUN_IN_LOOP(a_failure_travels_up_through_scopes);
    RUN_IN_LOOP(the_block_s_own_failure_cancels_the_tasks);
    RUN_IN_LOOP(a_failure_before_the_block_s_own_comes_first);
    RUN_IN_LOOP(a_failure_after_the_block_s_own_comes_second);
    RUN_IN_LOOP(close_waits_for_every_task);
    RUN_IN_LOOP(close_waits_for_a_task_that_does_not_listen);
    RUN_IN_LOOP(a_task_s_own_scope_waits_for_its_tasks);
    RUN_IN_LOOP(tasks_may_spawn_siblings_while_the_scope_closes);
    RUN_IN_LOOP(siblings_spawned_while_a_cancelled_scope_closes_are_cancelled);
    RUN_IN_LOOP(a_cancelled_scope_refuses_every_wait_until_it_closes);
    RUN_IN_LOOP(cancelling_twice_is_cancelling_once);
    RUN_IN_LOOP(cancelling_a_closed_scope_does_nothing);
    RUN_IN_LOOP(a_scope_can_be_cancelled_from_outside);
    RUN_IN_LOOP(an_outer_cancel_reaches_through_everything_within);
    RUN_IN_LOOP(a_sibling_s_scope_is_not_reached);
    RUN_IN_LOOP(a_scope_opened_in_a_cancelled_one_is_cancelled);
    RUN_IN_LOOP(a_callback_can_cancel_a_scope);
    RUN_IN_LOOP(close_gives_the_documented_verdict);
    RUN_IN_LOOP(tasks_still_running_do_not_change_the_verdict);
    RUN_IN_LOOP(only_a_task_was_interrupted_by_the_deadline);
    RUN_IN_LOOP(a_block_that_failed_late_cancelled_its_tasks_itself);
    RUN_IN_LOOP(closing_what_is_not_innermost_does_nothing);
    RUN_IN_LOOP(nobody_closes_the_scope_of_another_or_of_a_task);
    RUN_IN_LOOP(closing_twice_is_refused);
    RUN_IN_LOOP(a_scope_that_did_not_open_closes_with_its_error);
    RUN_IN_LOOP(the_innermost_scope_is_known);
    RUN(a_task_that_forgets_to_close_is_named);
    return tap_end();
}
