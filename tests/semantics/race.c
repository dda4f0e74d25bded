/* Races: the first success, the others cancelled and awaited. */
#include "cancel.h"
#include "harness.h"

static const struct horo_scope_options shielded = { .shield = true,
                                                    .timeout = HORO_S(1000) };

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

enum { RUNNERS = 3 };

/* Three at once; -1 as the winner when there is none. */
static int race(struct plan *plans, struct horo_call *calls, int *ret_winner)
{
    size_t winner = SIZE_MAX;
    int rc;

    for (int i = 0; i < RUNNERS; i++) {
        calls[i] = (struct horo_call){ .fn = follow, .arg = &plans[i] };
    }
    rc = horo_race(calls, RUNNERS, NULL, &winner);
    *ret_winner = winner == SIZE_MAX ? -1 : (int)winner;
    return rc;
}

static void the_first_success_wins(void)
{
    struct plan plans[] = { { HORO_S(3), 30 },
                            { HORO_S(1), -EIO },
                            { HORO_S(2), 20 } };
    struct horo_call calls[RUNNERS];
    horo_time began = horo_now();
    int winner;

    CHECK_CODE(race(plans, calls, &winner), 20);
    CHECK_NUMBER(winner, 2);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(calls[0].result, -ECANCELED);
    CHECK_CODE(calls[1].result, -EIO);
    CHECK_CODE(calls[2].result, 20);
    CHECK_CODE(horo_yield(), 0);
}

static void without_success_the_first_error_counts(void)
{
    struct plan plans[] = { { HORO_S(3), -EPIPE },
                            { HORO_S(1), -ECANCELED },
                            { HORO_S(2), -EIO } };
    struct horo_call calls[RUNNERS];
    horo_time began = horo_now();
    int winner;

    CHECK_CODE(race(plans, calls, &winner), -EIO);
    CHECK_NUMBER(winner, -1);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_CODE(calls[0].result, -EPIPE);
}

static void of_two_at_one_moment_the_first_wins(void)
{
    struct plan plans[] = { { HORO_S(2), 30 },
                            { HORO_S(1), 10 },
                            { HORO_S(1), 20 } };
    struct horo_call calls[RUNNERS];
    int winner;

    CHECK_CODE(race(plans, calls, &winner), 10);
    CHECK_NUMBER(winner, 1);
    CHECK_CODE(calls[2].result, 20); /* it was awake already */
}

static int clean_up_for_a_second(void *arg)
{
    struct horo_scope cleanup;
    int rc = horo_sleep(HORO_S(1000));

    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&cleanup, 0), 0);
    return arg ? *(const int *)arg : rc;
}

static void losers_are_awaited(void)
{
    struct plan quick = { HORO_S(1), 1 };
    int seven = 7;
    struct horo_call calls[] = { { .fn = clean_up_for_a_second },
                                 { .fn = clean_up_for_a_second, .arg = &seven },
                                 { .fn = follow, .arg = &quick } };
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    size_t winner;

    CHECK_CODE(horo_race(calls, 3, NULL, &winner), 1);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_NUMBER(winner, 2);
    CHECK_CODE(calls[0].result, -ECANCELED);
    CHECK_CODE(calls[1].result, 7); /* a success that came too late */
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.tasks_live, 1);
}

static int succeed(void *arg)
{
    note("%s", (const char *)arg);
    return 4;
}

static void after_a_success_no_call_begins(void)
{
    struct horo_call calls[] = { { .fn = succeed, .arg = "a" },
                                 { .fn = succeed, .arg = "b" } };

    CHECK_CODE(horo_race(calls, 2, NULL, NULL), 4);
    CHECK_CODE(calls[1].result, -ECANCELED);
    CHECK_NOTES("a");
}

static void with_limit_one_the_next_is_tried_after_a_failure(void)
{
    struct plan plans[] = { { HORO_S(1), -EIO },
                            { HORO_S(1), 10 },
                            { HORO_S(0), 20 } };
    struct horo_call calls[RUNNERS];
    horo_time began = horo_now();
    size_t winner;

    for (int i = 0; i < RUNNERS; i++) {
        calls[i] = (struct horo_call){ .fn = follow, .arg = &plans[i] };
    }
    CHECK_CODE(horo_race(calls, RUNNERS,
                         &(struct horo_gather_options){ .limit = 1 }, &winner),
               10);
    CHECK_NUMBER(winner, 1);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(calls[2].result, -ECANCELED);
}

/* --- cancelled from outside --- */

static void a_deadline_ends_the_race(void)
{
    struct plan plans[] = { { HORO_S(3), 30 },
                            { HORO_S(1), -EIO },
                            { HORO_S(2), 20 } };
    struct horo_call calls[RUNNERS];
    struct horo_scope scope;
    int winner;
    int rc;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1.5) }),
        0);
    rc = race(plans, calls, &winner);
    CHECK_CODE(rc, -ECANCELED); /* one has failed, but it was not decided */
    CHECK_NUMBER(winner, -1);
    CHECK_CODE(calls[0].result, -ECANCELED);
    CHECK_CODE(calls[1].result, -EIO);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
}

static void a_race_without_result_is_cancelled_by_a_deadline(void)
{
    struct plan plan = { HORO_S(3), 30 };
    struct horo_call calls[] = { { .fn = follow, .arg = &plan } };
    struct horo_scope scope;
    size_t winner = 99;
    int rc;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1) }),
        0);
    rc = horo_race(calls, 1, NULL, &winner);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_NUMBER(winner, 99);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
}

static int win_and_cancel(void *arg)
{
    horo_scope_cancel(arg);
    return 3;
}

/* Who is cancelled in the moment of the success gets it all the same. */
static void a_winner_is_not_lost_to_a_cancellation(void)
{
    struct plan plan = { HORO_S(3), 30 };
    struct horo_scope scope;
    struct horo_call calls[] = { { .fn = follow, .arg = &plan },
                                 { .fn = win_and_cancel, .arg = &scope } };
    size_t winner;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_race(calls, 2, NULL, &winner), 3);
    CHECK_NUMBER(winner, 1);
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* --- misuse --- */

static void nobody_wins_an_empty_race(void)
{
    struct horo_call calls[] = { { .fn = succeed, .arg = "a" }, { 0 } };
    size_t winner = 99;

    CHECK_CODE(horo_race(calls, 0, NULL, &winner), -EINVAL);
    CHECK_CODE(horo_race(NULL, 1, NULL, &winner), -EINVAL);
    CHECK_CODE(horo_race(calls, 2, NULL, &winner), -EINVAL);
    CHECK_CODE(horo_race(calls, 1,
                         &(struct horo_gather_options){ .collect = true },
                         &winner),
               -EINVAL);
    CHECK_NUMBER(winner, 99);
    CHECK_NOTES("");
}

static void outside_a_task_there_is_no_race(void)
{
    struct horo_call calls[] = { { .fn = succeed, .arg = "a" } };

    CHECK_CODE(horo_race(calls, 1, NULL, NULL), -HORO_ENOTASK);
}

/* --- cancelled at any point --- */

static int win_in_turn(void *arg)
{
    int *place = arg;
    int rc = horo_sleep(HORO_MS(*place));

    *place = rc == 0 ? -1 : *place; /* won, or too late */
    return rc;
}

static int a_winner_is_one_that_has_won(void)
{
    int places[] = { 20, 10, 10, 30 };
    struct horo_call calls[4];
    size_t winner = 99;
    int rc;

    for (int i = 0; i < 4; i++) {
        calls[i] = (struct horo_call){ .fn = win_in_turn, .arg = &places[i] };
    }
    rc = horo_race(calls, 4, NULL, &winner);
    CHECK_NUMBER(rc == 0, winner < 4);
    for (int i = 0; i < 4; i++) {
        CHECK_NUMBER(calls[i].result == 0, places[i] == -1);
    }
    if (rc == 0) {
        CHECK_NUMBER(places[winner], -1);
    } else {
        CHECK_CODE(rc, -ECANCELED);
    }
    return rc;
}

int main(void)
{
    RUN_IN_LOOP(the_first_success_wins);
    RUN_IN_LOOP(without_success_the_first_error_counts);
    RUN_IN_LOOP(of_two_at_one_moment_the_first_wins);
    RUN_IN_LOOP(losers_are_awaited);
    RUN_IN_LOOP(after_a_success_no_call_begins);
    RUN_IN_LOOP(with_limit_one_the_next_is_tried_after_a_failure);
    RUN_IN_LOOP(a_deadline_ends_the_race);
    RUN_IN_LOOP(a_race_without_result_is_cancelled_by_a_deadline);
    RUN_IN_LOOP(a_winner_is_not_lost_to_a_cancellation);
    RUN_IN_LOOP(nobody_wins_an_empty_race);
    RUN(outside_a_task_there_is_no_race);
    CANCEL_SWEEP(a_winner_is_one_that_has_won);
    return tap_end();
}
