/* Events: nobody who waits is forgotten. */
#include "harness.h"

/* A task that waits for an event, in a scope that can be cancelled. */
struct waiter {
    struct horo_event *event;
    struct horo_scope scope;
    char name;
};

static int wait_for_event(void *arg)
{
    struct waiter *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = horo_event_wait(self->event);
    note("%c%d", self->name, rc);
    return horo_scope_close(&self->scope, rc) == -ECANCELED ? 0 : rc;
}

static void spawn_waiters(struct horo_scope *scope, struct waiter *waiters,
                          int count, struct horo_event *event)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        waiters[i] = (struct waiter){ .event = event, .name = (char)('A' + i) };
        CHECK_CODE(horo_spawn(scope, wait_for_event, &waiters[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

static void set_lets_everybody_go_on_in_order(void)
{
    struct horo_event event = { 0 };
    struct waiter waiters[3];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 3, &event);
    CHECK(!horo_event_is_set(&event));
    CHECK_NOTES("");
    horo_event_set(&event);
    CHECK(horo_event_is_set(&event));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 B0 C0");
}

static void a_set_event_does_not_suspend(void)
{
    struct horo_event event = { 0 };
    struct waiter waiter;
    struct horo_scope scope;

    spawn_waiters(&scope, &waiter, 1, &event);
    horo_event_set(&event);
    CHECK_CODE(horo_event_wait(&event), 0);
    CHECK_NOTES(""); /* A had no chance to run */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void clear_does_not_hold_back_who_was_let_go_on(void)
{
    struct horo_event event = { 0 };
    struct waiter waiters[3];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 2, &event);
    horo_event_set(&event);
    horo_event_clear(&event);
    CHECK(!horo_event_is_set(&event));
    waiters[2] = (struct waiter){ .event = &event, .name = 'C' };
    CHECK_CODE(horo_spawn(&scope, wait_for_event, &waiters[2], NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("A0 B0"); /* C came after the clear */
    horo_event_set(&event);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("C0");
}

static void setting_twice_is_setting_once(void)
{
    struct horo_event event = { 0 };
    struct waiter waiter;
    struct horo_scope scope;

    spawn_waiters(&scope, &waiter, 1, &event);
    horo_event_set(&event);
    horo_event_set(&event);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    horo_event_clear(&event);
    horo_event_clear(&event);
    CHECK(!horo_event_is_set(&event));
    CHECK_NOTES("A0");
}

static void a_cancelled_waiter_leaves_the_others_in_line(void)
{
    struct horo_event event = { 0 };
    struct waiter waiters[4];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 4, &event);
    horo_scope_cancel(&waiters[1].scope); /* in the middle, */
    horo_scope_cancel(&waiters[0].scope); /* at the front, */
    horo_scope_cancel(&waiters[3].scope); /* at the end */
    CHECK_CODE(horo_yield(), 0);
    horo_event_set(&event);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("B-125 A-125 D-125 C0");
}

/* There is nothing to give back: the event has happened. */
static void a_waiter_that_was_let_go_on_and_then_cancelled_has_waited(void)
{
    struct horo_event event = { 0 };
    struct waiter waiter;
    struct horo_scope scope;

    spawn_waiters(&scope, &waiter, 1, &event);
    horo_event_set(&event);
    horo_scope_cancel(&waiter.scope);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void waiting_in_a_cancelled_scope_is_refused(void)
{
    struct horo_event event = { 0 };
    struct horo_scope scope;

    horo_event_set(&event);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_event_wait(&event), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void a_wait_ends_with_the_deadline(void)
{
    struct horo_event event = { 0 };
    struct horo_scope_options limit = { .timeout = HORO_S(2) };
    struct horo_scope scope;
    horo_time began = horo_now();

    CHECK_CODE(horo_scope_open(&scope, &limit), 0);
    CHECK_CODE(horo_event_wait(&event), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    horo_event_set(&event); /* nobody is in line any more */
}

static int raise_flag(void *arg)
{
    *(bool *)arg = true;
    return 0;
}

/* A task that asks again and again lets others run. */
static void a_set_event_keeps_nobody_from_running(void)
{
    struct horo_event event = { 0 };
    struct horo_scope scope;
    bool flag = false;
    int turns = 0;

    horo_event_set(&event);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, raise_flag, &flag, NULL), 0);
    while (!flag && turns < 100000) {
        CHECK_CODE(horo_event_wait(&event), 0);
        turns++;
    }
    CHECK(flag);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void set_by_post(void *arg)
{
    horo_event_set(arg);
}

static void a_callback_may_set(void)
{
    struct horo_event event = { 0 };

    CHECK_CODE(horo_loop_post(horo_loop_self(), set_by_post, &event), 0);
    CHECK_CODE(horo_event_wait(&event), 0);
}

static void outside_a_task_one_may_set_but_not_wait(void)
{
    struct horo_event event = { 0 };

    CHECK_CODE(horo_event_wait(&event), -HORO_ENOTASK);
    horo_event_set(&event);
    CHECK_CODE(horo_event_wait(&event), -HORO_ENOTASK);
    horo_event_clear(&event);
}

int main(void)
{
    RUN_IN_LOOP(set_lets_everybody_go_on_in_order);
    RUN_IN_LOOP(a_set_event_does_not_suspend);
    RUN_IN_LOOP(clear_does_not_hold_back_who_was_let_go_on);
    RUN_IN_LOOP(setting_twice_is_setting_once);
    RUN_IN_LOOP(a_cancelled_waiter_leaves_the_others_in_line);
    RUN_IN_LOOP(a_waiter_that_was_let_go_on_and_then_cancelled_has_waited);
    RUN_IN_LOOP(waiting_in_a_cancelled_scope_is_refused);
    RUN_IN_LOOP(a_wait_ends_with_the_deadline);
    RUN_IN_LOOP(a_set_event_keeps_nobody_from_running);
    RUN_IN_LOOP(a_callback_may_set);
    RUN(outside_a_task_one_may_set_but_not_wait);
    return tap_end();
}
