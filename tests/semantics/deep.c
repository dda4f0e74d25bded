/* A hundred thousand of everything. */
#include <stdlib.h>

#include "harness.h"

static const struct horo_spawn_options small = { .stack_size = 16 << 10 };

static size_t count;
static size_t arrived;

static int sleep_for_ever(void *arg)
{
    int rc;

    (void)arg;
    arrived++;
    rc = horo_sleep(HORO_S(1e6));
    arrived--;
    return rc;
}

static void a_hundred_thousand_scopes_one_in_another(void)
{
    struct horo_scope *scopes;

    count = scaled(100000, 5000);
    scopes = calloc(count, sizeof *scopes);
    if (!CHECK(scopes != NULL)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!CHECK_CODE(horo_scope_open(&scopes[i], NULL), 0)) {
            break;
        }
    }
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(&scopes[0]);
    CHECK(horo_scope_is_cancelled(&scopes[count - 1]));
    CHECK_CODE(horo_yield(), -ECANCELED);
    for (size_t i = count; i-- > 1;) {
        CHECK_CODE(horo_scope_close(&scopes[i], 0), 0);
    }
    CHECK_CODE(horo_scope_close(&scopes[0], 0), -ECANCELED);
    free(scopes);
}

static void a_hundred_thousand_deadlines_one_in_another(void)
{
    struct horo_scope *scopes;
    horo_time began = horo_now();

    count = scaled(100000, 5000);
    scopes = calloc(count, sizeof *scopes);
    if (!CHECK(scopes != NULL)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct horo_scope_options options = {
            .timeout = HORO_MS(count - i), /* the inner ones are earlier */
        };
        if (!CHECK_CODE(horo_scope_open(&scopes[i], &options), 0)) {
            break;
        }
    }
    for (size_t i = count; i-- > 0;) {
        bool in_time = i % 1000 != 0;

        if (!in_time) {
            CHECK_CODE(horo_sleep(INT64_MAX), -ECANCELED);
            CHECK_NUMBER(horo_now() - began, HORO_MS(count - i));
        }
        if (!CHECK_CODE(horo_scope_close(&scopes[i], 0),
                        in_time ? 0 : -ETIMEDOUT)) {
            break;
        }
    }
    free(scopes);
}

static void a_hundred_thousand_tasks_side_by_side(void)
{
    struct horo_loop_stats stats;
    struct horo_scope scope;

    count = scaled(100000, 2000);
    arrived = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        if (!CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, &small), 0)) {
            break;
        }
    }
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NUMBER(arrived, count);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.tasks_live, count + 1);
    CHECK_NUMBER(stats.timers_live, count);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(arrived, 0);
}

/* Each the child of the one before. */
static int have_a_child(void *arg)
{
    size_t *left = arg;

    if (--*left > 0) {
        int rc = horo_spawn(horo_scope_self(), have_a_child, left, &small);

        if (rc < 0) {
            return rc;
        }
    }
    return sleep_for_ever(NULL);
}

static void a_hundred_thousand_generations(void)
{
    size_t left;
    struct horo_scope scope;

    count = scaled(100000, 2000);
    left = count;
    arrived = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, have_a_child, &left, &small), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NUMBER(arrived, count);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(arrived, 0);
}

static int have_a_child_that_fails(void *arg)
{
    size_t *left = arg;

    if (--*left == 0) {
        return -EIO;
    }
    return horo_spawn(horo_scope_self(), have_a_child_that_fails, left, &small);
}

static void a_failure_travels_up_a_hundred_thousand_generations(void)
{
    size_t left;
    struct horo_scope scope;

    count = scaled(100000, 2000);
    left = count;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, have_a_child_that_fails, &left, &small), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static int end_at_once(void *arg)
{
    (void)arg;
    return 0;
}

static void a_million_tasks_one_after_another_use_one_stack(void)
{
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    struct horo_scope scope;

    count = scaled(1000000, 20000);
    CHECK_CODE(horo_loop_stats(&before), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        CHECK_CODE(horo_spawn(&scope, end_at_once, NULL, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_loop_stats(&after), 0);
    CHECK_NUMBER(after.tasks_spawned - before.tasks_spawned, count);
    CHECK_NUMBER(after.stacks_live - before.stacks_live, 1);
}

int main(void)
{
    RUN_IN_LOOP(a_hundred_thousand_scopes_one_in_another);
    RUN_IN_LOOP_ONCE(a_hundred_thousand_deadlines_one_in_another,
                     "uses what it did not get");
    RUN_IN_LOOP(a_hundred_thousand_tasks_side_by_side);
    RUN_IN_LOOP(a_hundred_thousand_generations);
    RUN_IN_LOOP_ONCE(a_failure_travels_up_a_hundred_thousand_generations,
                     "waits for its turn in vain");
    RUN_IN_LOOP_ONCE(a_million_tasks_one_after_another_use_one_stack,
                     "waits for its turn in vain");
    return tap_end();
}
