/* Futures one after another, as they settle. */
#include "cancel.h"
#include "harness.h"

struct job {
    int number;
    int product;
    struct horo_future future;
};

static int factorial(void *arg)
{
    struct job *job = arg;

    job->product = 1;
    for (int i = 2; i <= job->number; i++) {
        int rc = horo_sleep(HORO_S(1));

        if (rc < 0) {
            return rc;
        }
        job->product *= i;
    }
    return 0;
}

enum { JOBS = 4 };

struct group {
    struct horo_scope scope;
    struct job jobs[JOBS];
    struct horo_future *futures[JOBS];
    struct horo_as_completed completed;
};

/* The factorials of 4, 3, 5 and 2. */
static void open_group(struct group *group)
{
    static const int numbers[JOBS] = { 4, 3, 5, 2 };

    CHECK_CODE(horo_scope_open(&group->scope, NULL), 0);
    for (int i = 0; i < JOBS; i++) {
        struct job *job = &group->jobs[i];

        job->number = numbers[i];
        group->futures[i] = &job->future;
        CHECK_CODE(
            horo_spawn(&group->scope, factorial, job,
                       &(struct horo_spawn_options){ .future = &job->future }),
            0);
    }
}

/* --- as_completed: the original handles, in the order of the numbers --- */

static void as_completed(void)
{
    horo_time began = horo_now();
    struct group group;
    size_t index;
    int rc;

    open_group(&group);
    CHECK_CODE(horo_as_completed_open(&group.completed, group.futures, JOBS),
               0);
    while ((rc = horo_as_completed_next(&group.completed, &index)) == 0) {
        CHECK_NUMBER(horo_future_state(group.futures[index]), HORO_FUTURE_DONE);
        note("%d:%d:%d", (int)((horo_now() - began) / HORO_S(1)),
             group.jobs[index].number, group.jobs[index].product);
    }
    CHECK_CODE(rc, -HORO_EDONE);
    CHECK_CODE(horo_as_completed_next(&group.completed, &index), -HORO_EDONE);
    horo_as_completed_close(&group.completed);
    CHECK_CODE(horo_as_completed_next(&group.completed, &index), -HORO_EDONE);
    horo_as_completed_close(&group.completed);
    CHECK_CODE(horo_scope_close(&group.scope, 0), 0);
    CHECK_NOTES("1:2:2 2:3:6 3:4:24 4:5:120");
}

/* After 2.5 s: two results, and the others go on. */
static void as_completed_with_a_timeout(void)
{
    horo_time began = horo_now();
    struct horo_scope limit;
    struct group group;
    size_t index = 99;
    int rc;

    open_group(&group);
    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_S(2.5) }),
        0);
    CHECK_CODE(horo_as_completed_open(&group.completed, group.futures, JOBS),
               0);
    CHECK_CODE(horo_as_completed_next(&group.completed, &index), 0);
    CHECK_NUMBER(index, 3);
    CHECK_CODE(horo_as_completed_next(&group.completed, &index), 0);
    CHECK_NUMBER(index, 1);
    rc = horo_as_completed_next(&group.completed, &index);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_NUMBER(index, 1);
    CHECK_CODE(horo_scope_close(&limit, rc), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(2.5));
    /* Nothing is lost: one may even go on. */
    CHECK_CODE(horo_as_completed_next(&group.completed, &index), 0);
    CHECK_NUMBER(index, 0);
    horo_as_completed_close(&group.completed);
    CHECK_NUMBER(horo_future_state(group.futures[2]), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_scope_close(&group.scope, 0), 0);
    CHECK_NUMBER(group.jobs[2].product, 120);
}

/* --- what has settled before --- */

enum { MANY = 1000 };

static void those_that_settled_before_come_in_their_order(void)
{
    static struct horo_future futures[MANY];
    static struct horo_future *all[MANY];
    struct horo_as_completed completed;
    size_t index;

    for (size_t i = 0; i < MANY; i++) {
        horo_future_init(&futures[i]);
        all[i] = &futures[i];
    }
    /* 7 and MANY have no common factor: each is hit once, but for the last. */
    for (size_t i = 0; i < MANY - 1; i++) {
        CHECK_CODE(horo_future_set(&futures[i * 7 % MANY], NULL), 0);
    }
    CHECK_CODE(horo_as_completed_open(&completed, all, MANY), 0);
    CHECK_CODE(horo_future_fail(&futures[(MANY - 1) * 7 % MANY], -EIO), 0);
    for (size_t i = 0; i < MANY; i++) {
        CHECK_CODE(horo_as_completed_next(&completed, &index), 0);
        CHECK_NUMBER(index, i * 7 % MANY);
    }
    CHECK_CODE(horo_as_completed_next(&completed, &index), -HORO_EDONE);
    horo_as_completed_close(&completed);
}

static void nothing_to_wait_for_is_done(void)
{
    struct horo_as_completed completed;
    size_t index;

    CHECK_CODE(horo_as_completed_open(&completed, NULL, 0), 0);
    CHECK_CODE(horo_as_completed_next(&completed, &index), -HORO_EDONE);
    horo_as_completed_close(&completed);
}

static void a_future_listed_twice_comes_twice(void)
{
    struct horo_future future;
    struct horo_future *futures[] = { &future, &future };
    struct horo_as_completed completed;
    size_t index;

    horo_future_init(&future);
    CHECK_CODE(horo_as_completed_open(&completed, futures, 2), 0);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_as_completed_next(&completed, &index), 0);
    CHECK_NUMBER(index, 0);
    CHECK_CODE(horo_as_completed_next(&completed, &index), 0);
    CHECK_NUMBER(index, 1);
    horo_as_completed_close(&completed);
}

/* --- one waits at a time, and no one overtakes --- */

struct contest {
    struct horo_future one;
    struct horo_future two;
    struct horo_as_completed completed;
    struct horo_scope scope;
};

static int take_one(void *arg)
{
    struct contest *contest = arg;
    size_t index;
    int rc = horo_as_completed_next(&contest->completed, &index);

    return rc < 0 ? rc : (int)index;
}

static int settle_and_take_one(void *arg)
{
    struct contest *contest = arg;

    CHECK_CODE(horo_future_set(&contest->two, NULL), 0);
    return take_one(arg); /* the other one has been waiting for it */
}

static void open_contest(struct contest *contest)
{
    struct horo_future *futures[] = { &contest->one, &contest->two };

    horo_future_init(&contest->one);
    horo_future_init(&contest->two);
    CHECK_CODE(horo_as_completed_open(&contest->completed, futures, 2), 0);
}

static void nobody_overtakes_the_one_who_waits(void)
{
    struct contest contest;
    struct horo_call calls[] = { HORO_CALL(take_one, &contest),
                                 HORO_CALL(take_one, &contest),
                                 HORO_CALL(settle_and_take_one, &contest) };

    open_contest(&contest);
    CHECK_CODE(
        horo_gather(calls, 3, &(struct horo_gather_options){ .collect = true }),
        0);
    CHECK_CODE(calls[0].result, 1);
    CHECK_CODE(calls[1].result, -EBUSY);
    CHECK_CODE(calls[2].result, -EBUSY);
    horo_as_completed_close(&contest.completed);
}

static int cancel_and_settle(void *arg)
{
    struct contest *contest = arg;

    horo_scope_cancel(&contest->scope);
    CHECK_CODE(horo_future_set(&contest->two, NULL), 0);
    return 0;
}

static void what_settles_after_a_cancellation_is_kept(void)
{
    struct contest contest;
    struct horo_scope other;
    size_t index;
    int rc;

    open_contest(&contest);
    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&contest.scope, NULL), 0);
    CHECK_CODE(horo_spawn(&other, cancel_and_settle, &contest, NULL), 0);
    rc = horo_as_completed_next(&contest.completed, &index);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&contest.scope, rc), -ECANCELED);
    CHECK_CODE(horo_as_completed_next(&contest.completed, &index), 0);
    CHECK_NUMBER(index, 1);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
    horo_as_completed_close(&contest.completed);
}

/* --- misuse --- */

static int iterate_over_oneself(void *arg)
{
    struct horo_future *futures[] = { arg };
    struct horo_as_completed completed;

    return horo_as_completed_open(&completed, futures, 1);
}

static void a_task_cannot_await_itself(void)
{
    struct horo_future self;
    struct horo_spawn_options options = { .future = &self };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, iterate_over_oneself, &self, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EDEADLK);
}

static void outside_a_task_it_does_not_open(void)
{
    struct horo_as_completed completed;
    size_t index;

    CHECK_CODE(horo_as_completed_open(&completed, NULL, 0), -HORO_ENOTASK);
    CHECK_CODE(horo_as_completed_next(&completed, &index), -HORO_ENOTASK);
    horo_as_completed_close(&completed);
}

/* --- cancelled at any point --- */

static int each_future_comes_once(void)
{
    struct group group;
    int seen[JOBS] = { 0 };
    int count = 0;
    size_t index;
    int rc;

    open_group(&group);
    rc = horo_as_completed_open(&group.completed, group.futures, JOBS);
    while (rc == 0 &&
           (rc = horo_as_completed_next(&group.completed, &index)) == 0) {
        CHECK_NUMBER(seen[index]++, 0);
        count++;
    }
    horo_as_completed_close(&group.completed);
    CHECK(rc == -ECANCELED || (rc == -HORO_EDONE && count == JOBS));
    return horo_scope_close(&group.scope, rc == -HORO_EDONE ? 0 : rc);
}

int main(void)
{
    RUN_IN_LOOP(as_completed);
    RUN_IN_LOOP(as_completed_with_a_timeout);
    RUN_IN_LOOP(those_that_settled_before_come_in_their_order);
    RUN_IN_LOOP(nothing_to_wait_for_is_done);
    RUN_IN_LOOP(a_future_listed_twice_comes_twice);
    RUN_IN_LOOP(nobody_overtakes_the_one_who_waits);
    RUN_IN_LOOP(what_settles_after_a_cancellation_is_kept);
    RUN_IN_LOOP(a_task_cannot_await_itself);
    RUN(outside_a_task_it_does_not_open);
    CANCEL_SWEEP(each_future_comes_once);
    return tap_end();
}
