/* Futures and what waits for several of them, cancelled at every suspension
 * point: no call is left running, every resource is delivered or freed once,
 * every waiter gets an answer. */
#include "cancel.h"
#include "harness.h"

enum { CALLS = 3 };

static int running; /* calls that have begun and not ended */
static int made;    /* resources */
static int freed;

static void begin(void)
{
    running = 0;
    made = 0;
    freed = 0;
}

static int end(int rc)
{
    CHECK_NUMBER(running, 0);
    CHECK_NUMBER(freed, made);
    return rc;
}

/* --- calls --- */

/* A call that sleeps so many milliseconds and ends with its `result`. */
struct plan {
    int sleep_ms;
    int result;
};

static int follow(void *arg)
{
    const struct plan *plan = arg;
    int rc;

    running++;
    rc = horo_sleep(HORO_MS(plan->sleep_ms));
    rc = rc < 0 ? rc : horo_yield();
    running--;
    return rc < 0 ? rc : plan->result;
}

/* Takes its time to clean up, however it ends. */
static int clean_up_slowly(void *arg)
{
    struct horo_scope_options shielded = { .shield = true,
                                           .timeout = HORO_S(10) };
    struct horo_scope cleanup;
    int rc;

    running++;
    rc = horo_sleep(HORO_MS(*(int *)arg));
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    (void)horo_sleep(HORO_MS(2));
    (void)horo_scope_close(&cleanup, 0);
    running--;
    return rc;
}

static struct plan plans[CALLS] = { { 1, 0 }, { 2, 0 }, { 3, 0 } };
static struct plan failing = { 2, -EIO };
static int five = 5;

static int gather_all(void)
{
    struct horo_call calls[] = { HORO_CALL(follow, &plans[0]),
                                 HORO_CALL(clean_up_slowly, &five),
                                 HORO_CALL(follow, &plans[2]) };
    int rc;

    begin();
    rc = horo_gather(calls, CALLS, NULL);
    for (int i = 0; i < CALLS && rc == 0; i++) {
        CHECK(calls[i].result == 0 || calls[i].result == -ECANCELED);
    }
    return end(rc);
}

static int gather_with_a_failure(void)
{
    struct horo_call calls[] = { HORO_CALL(follow, &plans[0]),
                                 HORO_CALL(follow, &failing),
                                 HORO_CALL(clean_up_slowly, &five) };
    int rc;

    begin();
    rc = horo_gather(calls, CALLS, NULL);
    return end(rc == -EIO ? 0 : rc);
}

static int gather_and_collect(void)
{
    struct horo_gather_options options = { .limit = 2, .collect = true };
    struct horo_call calls[] = { HORO_CALL(follow, &plans[0]),
                                 HORO_CALL(follow, &failing),
                                 HORO_CALL(clean_up_slowly, &five) };
    int rc;

    begin();
    rc = horo_gather(calls, CALLS, &options);
    CHECK(calls[1].result == -EIO || calls[1].result == -ECANCELED);
    return end(rc);
}

static int follow_plan(void *arg, size_t index)
{
    return follow((struct plan *)arg + index);
}

static int map_two_at_a_time(void)
{
    struct horo_gather_options options = { .limit = 2 };
    int rc;

    begin();
    rc = horo_map(CALLS, follow_plan, plans, &options);
    return end(rc);
}

/* --- race: each success is a resource, which somebody has to free --- */

static int make(void *arg)
{
    int rc = follow(arg);

    made += rc == 0;
    return rc;
}

static int race_for_a_resource(void)
{
    struct horo_call calls[] = { HORO_CALL(make, &plans[1]),
                                 HORO_CALL(make, &failing),
                                 HORO_CALL(make, &plans[1]) };
    size_t winner = CALLS;
    int rc;

    begin();
    rc = horo_race(calls, CALLS, NULL, &winner);
    CHECK((rc >= 0) == (winner < CALLS));
    for (int i = 0; i < CALLS; i++) {
        freed += calls[i].result == 0;
    }
    return end(rc == -EIO ? 0 : rc); /* if both others were cancelled */
}

/* --- steps --- */

static int step(void **value)
{
    int rc = horo_sleep(HORO_MS(1));

    *(int *)*value += rc == 0;
    return rc;
}

static int steps_one_after_another(void)
{
    horo_step_fn *const steps[] = { step, step, step };
    int count = 0;
    void *value = &count;
    int rc = horo_waterfall(steps, 3, &value);

    CHECK(value == &count);
    CHECK(rc < 0 || count == 3);
    return rc;
}

static int wait_for_a_call(void)
{
    int rc;

    begin();
    rc = horo_wait_for(follow, &plans[2], HORO_MS(2));
    rc = rc == -ETIMEDOUT ? 0 : rc;
    rc = rc < 0 ? rc : horo_wait_for(follow, &plans[1], HORO_MS(20));
    return end(rc);
}

/* --- several futures --- */

static int spawn_plans(struct horo_scope *scope, struct horo_future *futures)
{
    int rc = 0;

    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < CALLS && rc == 0; i++) {
        struct horo_spawn_options options = { .future = &futures[i] };

        rc = horo_spawn(scope, follow, &plans[i], &options);
    }
    return rc;
}

static bool has_settled(const struct horo_future *future)
{
    return horo_future_state(future) >= HORO_FUTURE_DONE;
}

static int wait_in_three_ways(void)
{
    static const struct horo_wait_options ways[] = {
        { .until = HORO_WAIT_FIRST_COMPLETED },
        { .until = HORO_WAIT_FIRST_EXCEPTION, .timeout = HORO_MS(1) },
        { .until = HORO_WAIT_ALL },
    };
    struct horo_future futures[CALLS];
    struct horo_future *each[CALLS] = { &futures[0], &futures[1], &futures[2] };
    struct horo_scope scope;
    int rc;

    begin();
    rc = spawn_plans(&scope, futures);
    for (int i = 0; i < 3 && rc >= 0; i++) {
        int settled = 0;

        rc = horo_wait(each, CALLS, &ways[i]);
        for (int j = 0; j < CALLS; j++) {
            settled += has_settled(each[j]);
        }
        CHECK(rc < 0 || rc == settled);
    }
    rc = horo_scope_close(&scope, rc < 0 ? rc : 0);
    return end(rc);
}

static int take_as_completed(void)
{
    struct horo_future futures[CALLS];
    struct horo_future *each[CALLS] = { &futures[0], &futures[1], &futures[2] };
    struct horo_as_completed completed;
    struct horo_scope scope;
    bool told[CALLS] = { false };
    size_t index;
    int rc;

    begin();
    rc = spawn_plans(&scope, futures);
    CHECK_CODE(rc, 0);
    CHECK_CODE(horo_as_completed_open(&completed, each, CALLS), 0);
    while ((rc = horo_as_completed_next(&completed, &index)) == 0) {
        CHECK(!told[index] && has_settled(each[index]));
        told[index] = true;
    }
    horo_as_completed_close(&completed);
    if (rc == -HORO_EDONE) {
        CHECK(told[0] && told[1] && told[2]);
        rc = 0;
    }
    rc = horo_scope_close(&scope, rc);
    return end(rc);
}

/* --- one future --- */

static struct horo_future promised;

static int wait_for_value(void *arg)
{
    void *value = NULL;
    int rc = horo_future_wait(&promised, &value);

    (void)arg;
    CHECK((rc == 0) == (value == &promised));
    return rc;
}

/* Cancelled or not, the promise is kept. */
static int keep_promise(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    (void)arg;
    CHECK_CODE(horo_future_set(&promised, &promised), 0);
    return rc;
}

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static int wait_for_a_promise(void)
{
    struct horo_callback callback = { 0 };
    struct horo_scope scope;
    int calls = 0;
    int rc;

    horo_future_init(&promised);
    CHECK_CODE(horo_future_on_done(&promised, &callback, count_call, &calls),
               0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_spawn(&scope, wait_for_value, NULL, NULL), 0);
    }
    CHECK_CODE(horo_spawn(&scope, keep_promise, NULL, NULL), 0);
    rc = wait_for_value(NULL);
    rc = horo_scope_close(&scope, rc);
    CHECK_NUMBER(calls + horo_call_cancel(&callback), 1);
    horo_future_fini(&promised);
    return rc;
}

/* The waiter may be cancelled, what it waits for goes on. */
static int wait_behind_a_shield(void)
{
    struct horo_future inner;
    struct horo_spawn_options options = { .future = &inner };
    struct horo_shield shield;
    struct horo_scope scope;
    int rc;

    begin();
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, follow, &plans[1], &options), 0);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    rc = horo_future_wait(&shield.future, NULL);
    CHECK(rc < 0 || has_settled(&inner));
    horo_shield_fini(&shield);
    rc = horo_scope_close(&scope, rc);
    return end(rc);
}

/* --- chains --- */

static int add_one(void *arg, int result, void **value)
{
    int rc = horo_sleep(HORO_MS(1));

    (void)arg;
    *(int *)*value += rc == 0;
    return rc < 0 ? rc : result;
}

static int count_the_end(void *arg, int result, void **value)
{
    (void)result;
    (void)value;
    ++*(int *)arg;
    return 0;
}

static int a_chain_of_futures(void)
{
    struct horo_future source;
    struct horo_promise links[3];
    struct horo_scope scope;
    int number = 0;
    int ends = 0;
    int rc;

    horo_future_init(&source);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(&source, &links[0], add_one, NULL), 0);
    CHECK_CODE(horo_future_then(&links[0].future, &links[1], add_one, NULL), 0);
    CHECK_CODE(
        horo_future_finally(&links[1].future, &links[2], count_the_end, &ends),
        0);
    rc = horo_sleep(HORO_MS(1));
    CHECK_CODE(horo_future_set(&source, &number), 0);
    rc = rc < 0 ? rc : horo_future_wait(&links[2].future, NULL);
    CHECK(rc < 0 || (number == 2 && ends == 1));
    rc = horo_scope_close(&scope, rc);
    CHECK(ends <= 1 && number <= 2);
    horo_future_fini(&links[2].future);
    horo_future_fini(&source);
    return rc;
}

/* --- start --- */

static int start_then_serve(void *arg)
{
    int rc;

    running++;
    rc = horo_sleep(HORO_MS(1));
    if (rc == 0) {
        CHECK_CODE(horo_started(arg), 0);
        rc = horo_sleep(HORO_MS(1));
    }
    running--;
    return rc;
}

static int start_a_server(void)
{
    struct horo_scope scope;
    void *value = NULL;
    int rc;

    begin();
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    rc = horo_start(&scope, start_then_serve, &five, NULL, &value);
    CHECK((rc == 0) == (value == &five));
    CHECK(rc == 0 || running == 0);
    rc = horo_scope_close(&scope, rc);
    return end(rc);
}

int main(void)
{
    CANCEL_SWEEP(gather_all);
    CANCEL_SWEEP(gather_with_a_failure);
    CANCEL_SWEEP(gather_and_collect);
    CANCEL_SWEEP(map_two_at_a_time);
    CANCEL_SWEEP(race_for_a_resource);
    CANCEL_SWEEP(steps_one_after_another);
    CANCEL_SWEEP(wait_for_a_call);
    CANCEL_SWEEP(wait_in_three_ways);
    CANCEL_SWEEP(take_as_completed);
    CANCEL_SWEEP(wait_for_a_promise);
    CANCEL_SWEEP(wait_behind_a_shield);
    CANCEL_SWEEP(a_chain_of_futures);
    CANCEL_SWEEP(start_a_server);
    return tap_end();
}
