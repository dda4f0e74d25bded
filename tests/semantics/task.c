/* The future of a task: waited for, cancelled, by whom and when. */
#include "harness.h"

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static int give(void *arg)
{
    return *(int *)arg;
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
}

static int yield_once(void *arg)
{
    (void)arg;
    return horo_yield();
}

/* Opens a scope in which failures cancel nothing. */
static void open_keep_going(struct horo_scope *scope)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .keep_going = true }),
               0);
}

static void spawn(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                  struct horo_future *end)
{
    struct horo_spawn_options options = { .future = end };

    CHECK_CODE(horo_spawn(scope, fn, arg, &options), 0);
}

/* --- results --- */

static void a_wait_gives_the_result_of_the_task(void)
{
    static int results[] = { 0, 7, INT32_MAX, -EIO, -ECANCELED };

    for (int i = 0; i < 5; i++) {
        struct horo_future end;
        struct horo_scope scope;
        int value = 0;
        void *got = &value;

        open_keep_going(&scope);
        spawn(&scope, give, &results[i], &end);
        CHECK_CODE(horo_future_wait(&end, &got), results[i]);
        CHECK(got == (results[i] < 0 ? &value : NULL));
        CHECK_NUMBER(horo_future_state(&end), results[i] == -ECANCELED
                                                  ? HORO_FUTURE_CANCELLED
                                                  : HORO_FUTURE_DONE);
        CHECK_CODE(horo_scope_close(&scope, 0), results[i] == -EIO ? -EIO : 0);
    }
}

static void a_result_can_be_had_long_after_the_task_and_its_scope(void)
{
    int number = 42;
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, give, &number, &end);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), 42);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), 42);
    CHECK_CODE(horo_future_result(&end, NULL), 42);
}

static void the_state_follows_the_life_of_the_task(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, yield_once, NULL, &end);
    CHECK_NUMBER(horo_future_state(&end), HORO_FUTURE_PENDING);
    CHECK_CODE(horo_future_result(&end, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_future_state(&end), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_future_result(&end, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_future_state(&end), HORO_FUTURE_DONE);
    CHECK_CODE(horo_future_result(&end, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int spawn_sleeper(void *arg)
{
    return horo_spawn(arg, yield_once, NULL, NULL);
}

static int spawn_a_sleeper_of_its_own(void *arg)
{
    (void)arg;
    return spawn_sleeper(horo_scope_self());
}

/* Its own tasks are a part of it. */
static void a_task_has_ended_when_its_own_tasks_have(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, spawn_a_sleeper_of_its_own, NULL, &end);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_future_state(&end), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_future_wait(&end, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void the_memory_of_a_task_is_reused_as_soon_as_it_has_ended(void)
{
    struct horo_future ends[20];
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    struct horo_scope scope;

    CHECK_CODE(horo_loop_stats(&before), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 20; i++) {
        spawn(&scope, yield_once, NULL, &ends[i]);
        CHECK_CODE(horo_future_wait(&ends[i], NULL), 0);
    }
    CHECK_CODE(horo_loop_stats(&after), 0);
    CHECK_NUMBER(after.stacks_live - before.stacks_live, 1);
    CHECK_NUMBER(after.tasks_live, 1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- several who wait --- */

static int note_result(void *arg)
{
    note("%d", horo_future_wait(arg, NULL));
    return 0;
}

static void all_who_wait_are_told_in_the_order_in_which_they_came(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, sleep_for_ever, NULL, &end);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, note_result, &end, NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    note("main");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("-125 -125 -125 main");
}

static void wait_for_five_milliseconds(struct horo_future *end)
{
    struct horo_scope limit;

    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    CHECK_CODE(horo_future_wait(end, NULL), -ECANCELED);
    CHECK_NUMBER(horo_future_state(end), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_scope_close(&limit, 0), -ETIMEDOUT);
}

static void a_cancelled_wait_leaves_the_task_alone(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, sleep_for_ever, NULL, &end);
    wait_for_five_milliseconds(&end);
    wait_for_five_milliseconds(&end);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int wait_for_it(void *arg)
{
    struct horo_future *future = *(struct horo_future **)arg;

    return horo_future_wait(future, NULL) == -EDEADLK ? 0 : 1;
}

static void nobody_can_wait_for_himself(void)
{
    struct horo_future end;
    struct horo_future *self = &end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, wait_for_it, &self, &end);
    CHECK_CODE(horo_future_wait(&end, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- waiting across scopes --- */

struct across {
    struct horo_future *end;
    int rc;
    bool let_go;
};

static int wait_until_let_go(void *arg)
{
    struct across *across = arg;

    while (!across->let_go) {
        (void)horo_yield();
    }
    return 5;
}

/* Owns the scope and the future, and leaves them `late` turns after the task
 * was let go, writing over what it leaves. */
static int own_the_scope(void *arg)
{
    struct across *across = arg;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;
    int rc;

    across->end = &end;
    (void)horo_scope_open(&scope, NULL);
    (void)horo_spawn(&scope, wait_until_let_go, across, &options);
    while (!across->let_go) {
        (void)horo_yield();
    }
    rc = horo_scope_close(&scope, 0);
    memset(&end, 0xff, sizeof end);
    return rc;
}

static int wait_from_outside(void *arg)
{
    struct across *across = arg;

    across->rc = horo_future_wait(across->end, NULL);
    return 0;
}

/* Different orders of the owner, the task and who waits in the queue. */
static void a_wait_from_outside_survives_the_end_of_the_future(void)
{
    for (int turns = 0; turns < 4; turns++) {
        struct across across = { .rc = 1 };
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, own_the_scope, &across, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_spawn(&scope, wait_from_outside, &across, NULL), 0);
        for (int i = 0; i <= turns; i++) {
            CHECK_CODE(horo_yield(), 0);
        }
        across.let_go = true;
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_CODE(across.rc, 5);
    }
}

static int let_go_and_stay_ready(void *arg)
{
    struct across *across = arg;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;
    int rc;

    across->end = &end;
    (void)horo_scope_open(&scope, NULL);
    (void)horo_spawn(&scope, wait_until_let_go, across, &options);
    (void)horo_yield(); /* the task runs, */
    (void)horo_yield(); /* somebody waits for it; */
    across->let_go = true;
    (void)horo_yield(); /* it ends, but we are next in the queue */
    rc = horo_scope_close(&scope, 0);
    memset(&end, 0xff, sizeof end);
    return rc;
}

static void a_wait_under_way_gets_its_result_though_the_future_went_first(void)
{
    struct across across = { .rc = 1 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, let_go_and_stay_ready, &across, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_spawn(&scope, wait_from_outside, &across, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(across.rc, 5);
}

/* --- cancelling one task --- */

static void cancelling_a_task_leaves_the_others_alone(void)
{
    struct horo_future ends[3];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        spawn(&scope, sleep_for_ever, NULL, &ends[i]);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&ends[1]), 0);
    CHECK_CODE(horo_future_cancel(&ends[1]), 0);
    CHECK_NUMBER(horo_future_state(&ends[1]), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_future_wait(&ends[1], NULL), -ECANCELED);
    CHECK_NUMBER(horo_future_state(&ends[1]), HORO_FUTURE_CANCELLED);
    CHECK(!horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(horo_future_state(&ends[0]), HORO_FUTURE_RUNNING);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_future_state(&ends[0]), HORO_FUTURE_CANCELLED);
}

static void a_task_cancelled_before_it_starts_still_starts(void)
{
    struct horo_future ends[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, note_name, "ran", &ends[0]);
    spawn(&scope, yield_once, NULL, &ends[1]);
    CHECK_CODE(horo_future_cancel(&ends[0]), 0);
    CHECK_CODE(horo_future_cancel(&ends[1]), 0);
    CHECK_NUMBER(horo_future_state(&ends[0]), HORO_FUTURE_PENDING);
    CHECK_CODE(horo_future_wait(&ends[0], NULL), 0);
    CHECK_CODE(horo_future_wait(&ends[1], NULL), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("ran");
}

static void cancelling_an_ended_task_changes_nothing(void)
{
    int number = 3;
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, give, &number, &end);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_wait(&end, NULL), 3);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int cancel_it_and_yield(void *arg)
{
    CHECK_CODE(horo_future_cancel(*(struct horo_future **)arg), 0);
    return horo_yield();
}

static void a_task_can_cancel_itself(void)
{
    struct horo_future end;
    struct horo_future *self = &end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, cancel_it_and_yield, &self, &end);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int note_cancel_and_give_9(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(1000000)), -ECANCELED);
    note("told");
    return 9;
}

/* Unless it never felt it, its scope says so whatever it returned. */
static void a_task_that_felt_its_cancellation_is_cancelled(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, note_cancel_and_give_9, NULL, &end);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("told");
}

static void only_its_end_settles_the_future_of_a_task(void)
{
    struct horo_future end;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, yield_once, NULL, &end);
    CHECK_CODE(horo_future_set(&end, NULL), -EPERM);
    CHECK_CODE(horo_future_fail(&end, -EIO), -EPERM);
    CHECK_CODE(horo_future_wait(&end, NULL), 0);
    CHECK_CODE(horo_future_set(&end, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_fail(&end, -EIO), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- scenarios --- */

struct produce {
    struct horo_scope *of_waiter; /* cancelled in the turn of the end */
    int held;                     /* resources made and not given back */
};

static int make_resource_and_cancel(void *arg)
{
    struct produce *produce = arg;

    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    produce->held++;
    horo_scope_cancel(produce->of_waiter);
    return 1;
}

static int make_resource_then_cancel(void *arg)
{
    struct produce *produce = arg;

    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    produce->held++;
    return 1;
}

static int cancel_behind(void *arg)
{
    struct produce *produce = arg;

    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    horo_scope_cancel(produce->of_waiter);
    return 0;
}

/* Waits within a scope that is cancelled around the end of the task; what the
 * task made is found through its future, whichever came first. */
static void race(horo_task_fn *maker, horo_task_fn *canceller, int expected)
{
    struct horo_scope outer;
    struct horo_scope of_waiter;
    struct produce produce = { .of_waiter = &of_waiter };
    struct horo_future end;
    int rc;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&of_waiter, NULL), 0);
    spawn(&outer, maker, &produce, &end);
    if (canceller) {
        CHECK_CODE(horo_spawn(&outer, canceller, &produce, NULL), 0);
    }
    rc = horo_future_wait(&end, NULL);
    CHECK_CODE(rc, expected);
    if (rc == 1) {
        produce.held--;
    }
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&of_waiter, 0), -ECANCELED);
    if (rc < 0 && horo_future_wait(&end, NULL) == 1) {
        produce.held--;
    }
    CHECK_NUMBER(produce.held, 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0);
}

/* The waiter is told of the value that came first, and of its cancellation at
 * the next wait. */
static void race_value(void)
{
    race(make_resource_and_cancel, NULL, -ECANCELED);
    race(make_resource_then_cancel, cancel_behind, 1);
}

struct offspring {
    struct horo_scope *group;
    int *owned;
};

/* Owns its argument and gives it back. */
static int take_and_give_back(void *arg)
{
    --*(int *)arg;
    return horo_yield();
}

/* Hands over what is owned to a new task, or gives it back. */
static int spawn_owner(struct offspring *offspring)
{
    int rc;

    ++*offspring->owned;
    rc = horo_spawn(offspring->group, take_and_give_back, offspring->owned,
                    NULL);
    if (rc < 0) {
        --*offspring->owned;
    }
    return rc;
}

static int spawn_sibling(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    note("%d", spawn_owner(arg));
    return 0;
}

static int spawn_sibling_when_cancelled(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    note("%d", spawn_owner(arg));
    return 0;
}

static void tg_spawn(void)
{
    struct horo_scope group;
    int owned = 0;
    struct offspring offspring = { &group, &owned };

    /* while the group waits for its end */
    CHECK_CODE(horo_scope_open(&group, NULL), 0);
    CHECK_CODE(horo_spawn(&group, spawn_sibling, &offspring, NULL), 0);
    CHECK_CODE(horo_scope_close(&group, 0), 0);
    CHECK_NOTES("0");
    CHECK_NUMBER(owned, 0);
    /* after it has ended */
    CHECK_CODE(spawn_owner(&offspring), -ESHUTDOWN);
    CHECK_NUMBER(owned, 0);
    /* after it was cancelled: as any task, the new one learns it at its first
     * wait, so that it can give back what it owns */
    CHECK_CODE(horo_scope_open(&group, NULL), 0);
    CHECK_CODE(
        horo_spawn(&group, spawn_sibling_when_cancelled, &offspring, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&group);
    CHECK_CODE(horo_scope_close(&group, 0), -ECANCELED);
    CHECK_NOTES("0");
    CHECK_NUMBER(owned, 0);
}

int main(void)
{
    RUN_IN_LOOP(a_wait_gives_the_result_of_the_task);
    RUN_IN_LOOP(a_result_can_be_had_long_after_the_task_and_its_scope);
    RUN_IN_LOOP(the_state_follows_the_life_of_the_task);
    RUN_IN_LOOP(a_task_has_ended_when_its_own_tasks_have);
    RUN_IN_LOOP(the_memory_of_a_task_is_reused_as_soon_as_it_has_ended);
    RUN_IN_LOOP(all_who_wait_are_told_in_the_order_in_which_they_came);
    RUN_IN_LOOP(a_cancelled_wait_leaves_the_task_alone);
    RUN_IN_LOOP(nobody_can_wait_for_himself);
    RUN_IN_LOOP_ONCE(a_wait_from_outside_survives_the_end_of_the_future,
                     "waits for its turn in vain");
    RUN_IN_LOOP_ONCE(
        a_wait_under_way_gets_its_result_though_the_future_went_first,
        "waits for its turn in vain");
    RUN_IN_LOOP(cancelling_a_task_leaves_the_others_alone);
    RUN_IN_LOOP(a_task_cancelled_before_it_starts_still_starts);
    RUN_IN_LOOP(cancelling_an_ended_task_changes_nothing);
    RUN_IN_LOOP(a_task_can_cancel_itself);
    RUN_IN_LOOP(a_task_that_felt_its_cancellation_is_cancelled);
    RUN_IN_LOOP(only_its_end_settles_the_future_of_a_task);
    RUN_IN_LOOP(race_value);
    RUN_IN_LOOP(tg_spawn);
    return tap_end();
}
