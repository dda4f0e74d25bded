/* One function over many items, and steps one after another. */
#include "harness.h"

/* --- map --- */

enum { ITEMS = 8 };

struct squares {
    int values[ITEMS];
    int running;
    int most;
};

static int square(void *arg, size_t index)
{
    struct squares *squares = arg;
    int rc;

    squares->running++;
    if (squares->running > squares->most) {
        squares->most = squares->running;
    }
    rc = horo_sleep(HORO_S(1));
    squares->running--;
    squares->values[index] = (int)(index * index);
    return rc;
}

static void each_item_is_seen_once(void)
{
    struct squares squares = { 0 };
    horo_time began = horo_now();

    CHECK_CODE(horo_map(ITEMS, square, &squares, NULL), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_NUMBER(squares.most, ITEMS);
    for (int i = 0; i < ITEMS; i++) {
        CHECK_NUMBER(squares.values[i], i * i);
    }
    CHECK_CODE(horo_map(0, square, NULL, NULL), 0);
}

static void no_more_items_at_once_than_the_limit(void)
{
    struct squares squares = { 0 };
    horo_time began = horo_now();

    CHECK_CODE(horo_map(ITEMS, square, &squares,
                        &(struct horo_gather_options){ .limit = 3 }),
               0);
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_NUMBER(squares.most, 3);
    CHECK_NUMBER(squares.values[ITEMS - 1], (ITEMS - 1) * (ITEMS - 1));
}

static int fail_at_two(void *arg, size_t index)
{
    int rc = horo_sleep(HORO_S(1));

    (void)arg;
    note("%zu:%s", index, rc == 0 ? "awake" : "cancelled");
    if (rc == 0 && index == 2) {
        return -EIO;
    }
    return rc;
}

static void a_failure_stops_the_rest(void)
{
    struct horo_gather_options options = { .limit = 2 };

    CHECK_CODE(horo_map(6, fail_at_two, NULL, &options), -EIO);
    /* In the second round item 3 is awake already when item 2 fails. */
    CHECK_NOTES("0:awake 1:awake 2:awake 3:awake");
    options.limit = 0;
    options.collect = true;
    CHECK_CODE(horo_map(4, fail_at_two, NULL, &options), 0);
    CHECK_NOTES("0:awake 1:awake 2:awake 3:awake");
}

static void a_deadline_ends_a_map(void)
{
    struct horo_scope scope;
    int rc;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(0.5) }),
        0);
    rc = horo_map(4, fail_at_two, NULL,
                  &(struct horo_gather_options){ .limit = 2 });
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
    CHECK_NOTES("0:cancelled 1:cancelled");
}

static void a_map_needs_a_function_and_a_task(void)
{
    CHECK_CODE(horo_map(1, NULL, NULL, NULL), -EINVAL);
}

static void outside_a_task_there_is_no_map(void)
{
    CHECK_CODE(horo_map(1, square, NULL, NULL), -HORO_ENOTASK);
}

/* --- waterfall --- */

static int add_one(void **value)
{
    ++*(int *)*value;
    return horo_sleep(HORO_S(1));
}

static int replace(void **value)
{
    static int other;

    other = *(int *)*value * 10;
    *value = &other;
    return 6;
}

static int refuse(void **value)
{
    (void)value;
    return -EIO;
}

static void each_step_gets_what_the_one_before_has_left(void)
{
    static horo_step_fn *const steps[] = { add_one, add_one, replace };
    horo_time began = horo_now();
    int number = 1;
    void *value = &number;

    CHECK_CODE(horo_waterfall(steps, 3, &value), 6);
    CHECK_NUMBER(*(int *)value, 30);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
}

static void a_failing_step_is_the_last(void)
{
    static horo_step_fn *const steps[] = { add_one, replace, refuse, add_one };
    int number = 1;
    void *value = &number;

    CHECK_CODE(horo_waterfall(steps, 4, &value), -EIO);
    CHECK_NUMBER(*(int *)value, 20);
}

static void a_waterfall_can_be_cancelled(void)
{
    static horo_step_fn *const steps[] = { add_one, add_one };
    struct horo_scope scope;
    int number = 1;
    void *value = &number;
    int rc;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(0.5) }),
        0);
    rc = horo_waterfall(steps, 2, &value);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_NUMBER(number, 2);
    CHECK_CODE(horo_waterfall(steps, 2, &value), -ECANCELED);
    CHECK_NUMBER(number, 2);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
}

static void a_waterfall_without_steps_or_with_a_hole(void)
{
    static horo_step_fn *const steps[] = { add_one, NULL };
    int number = 1;
    void *value = &number;

    CHECK_CODE(horo_waterfall(NULL, 0, &value), 0);
    CHECK_CODE(horo_waterfall(steps, 2, &value), -EINVAL);
    CHECK_NUMBER(number, 1);
}

static void outside_a_task_there_is_no_waterfall(void)
{
    CHECK_CODE(horo_waterfall(NULL, 0, NULL), -HORO_ENOTASK);
}

int main(void)
{
    RUN_IN_LOOP(each_item_is_seen_once);
    RUN_IN_LOOP(no_more_items_at_once_than_the_limit);
    RUN_IN_LOOP(a_failure_stops_the_rest);
    RUN_IN_LOOP(a_deadline_ends_a_map);
    RUN_IN_LOOP(a_map_needs_a_function_and_a_task);
    RUN(outside_a_task_there_is_no_map);
    RUN_IN_LOOP(each_step_gets_what_the_one_before_has_left);
    RUN_IN_LOOP(a_failing_step_is_the_last);
    RUN_IN_LOOP(a_waterfall_can_be_cancelled);
    RUN_IN_LOOP(a_waterfall_without_steps_or_with_a_hole);
    RUN(outside_a_task_there_is_no_waterfall);
    return tap_end();
}
