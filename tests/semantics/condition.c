/* Conditions: the lock is always back, and a notification always arrives. */
#include "harness.h"

static struct horo_lock lock;
static struct horo_condition changed;

/* A task that waits once, in a scope that can be cancelled. */
struct waiter {
    struct horo_scope scope;
    char name;
    horo_time hold; /* how long it keeps the lock afterwards */
};

static int wait_once(void *arg)
{
    struct waiter *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    rc = horo_condition_wait(&changed, &lock);
    note("%c%d", self->name, rc);
    CHECK(horo_lock_holder(&lock) == horo_task_self());
    (void)horo_sleep(self->hold);
    CHECK_CODE(horo_lock_release(&lock), 0);
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

/* Opens `scope` with that many tasks in it, all of them waiting. */
static void spawn_waiters(struct horo_scope *scope, struct waiter *waiters,
                          int count)
{
    lock = (struct horo_lock){ 0 };
    changed = (struct horo_condition){ 0 };
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        waiters[i] = (struct waiter){ .name = (char)('A' + i) };
        CHECK_CODE(horo_spawn(scope, wait_once, &waiters[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK(!horo_lock_holder(&lock)); /* waiting lets go of it */
    CHECK_CODE(horo_lock_acquire(&lock), 0);
}

static void notify_lets_so_many_go_on(void)
{
    struct waiter waiters[4];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 4);
    CHECK_CODE(horo_condition_notify(&changed, 0), 0);
    CHECK_CODE(horo_condition_notify(&changed, 2), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES(""); /* we hold the lock */
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("A0 B0");
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_condition_notify_all(&changed), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("C0 D0");
}

/* It is not remembered: only those who wait hear of it. */
static void a_notification_without_waiters_is_gone(void)
{
    struct horo_scope_options limit = { .timeout = HORO_S(1) };
    struct waiter waiter;
    struct horo_scope scope;

    spawn_waiters(&scope, &waiter, 1);
    CHECK_CODE(horo_condition_notify(&changed, 5), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_condition_notify_all(&changed), 0);
    CHECK_CODE(horo_scope_open(&scope, &limit), 0);
    CHECK_CODE(horo_condition_wait(&changed, &lock), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, -ECANCELED), -ETIMEDOUT);
    CHECK_CODE(horo_lock_release(&lock), 0);
}

/* Cancelled after the notification, before it has the lock. */
static void cond(void)
{
    struct waiter waiters[2];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 2);
    CHECK_CODE(horo_condition_notify(&changed, 1), 0);
    horo_scope_cancel(&waiters[0].scope);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES(""); /* not even the cancelled one returns without the lock */
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B0");
    CHECK(!horo_lock_holder(&lock));
}

/* Cancelled when it owns the lock again, before it runs. */
static void cond_cancelled_with_the_lock(void)
{
    struct waiter waiters[2];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 2);
    CHECK_CODE(horo_condition_notify(&changed, 1), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    horo_scope_cancel(&waiters[0].scope);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B0");
}

/* The notification wanders until somebody has a use for it. */
static void cond_cancelled_many_times(void)
{
    struct waiter waiters[4];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 4);
    CHECK_CODE(horo_condition_notify(&changed, 1), 0);
    horo_scope_cancel(&waiters[0].scope);
    horo_scope_cancel(&waiters[1].scope); /* has got it from A */
    CHECK_CODE(horo_lock_release(&lock), 0);
    horo_scope_cancel(&waiters[2].scope); /* and C from B */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B-125 C-125 D0");
}

/* It had no notification to pass on: the others wait on. */
static void a_cancelled_waiter_notifies_nobody(void)
{
    struct waiter waiters[3];
    struct horo_scope scope;

    spawn_waiters(&scope, waiters, 3);
    horo_scope_cancel(&waiters[1].scope);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("B-125");
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_condition_notify(&changed, 1), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("A0");
    horo_scope_cancel(&waiters[2].scope); /* while the lock is free */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("C-125");
}

/* However long the lock is held, and however often it is cancelled. */
static void a_cancelled_waiter_waits_for_the_lock(void)
{
    struct horo_scope_options limit = { .timeout = HORO_S(1) };
    struct waiter waiters[2];
    struct horo_scope scope;
    struct horo_scope mine;
    horo_time began = horo_now();

    spawn_waiters(&scope, waiters, 2);
    waiters[0].hold = HORO_S(10);
    CHECK_CODE(horo_condition_notify(&changed, 1), 0); /* A, for ten seconds */
    CHECK_CODE(horo_scope_open(&mine, &limit), 0);
    CHECK_CODE(horo_condition_wait(&changed, &lock), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(10));
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&mine, 0), -ETIMEDOUT);
    CHECK_NOTES("A0");
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("B-125");
}

static void notify_only(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_condition_notify(&changed, 1), -EPERM);
    CHECK_CODE(horo_condition_wait(&changed, &lock), -HORO_ENOTASK);
    note("posted");
}

static void misuse_of_a_condition_is_told(void)
{
    struct horo_lock other = { 0 };
    struct waiter waiter;
    struct horo_scope scope;

    CHECK_CODE(horo_condition_wait(&changed, &lock), -EPERM); /* it is free */
    spawn_waiters(&scope, &waiter, 1);
    CHECK_CODE(horo_lock_acquire(&other), 0);
    CHECK_CODE(horo_condition_wait(&changed, &other), -EINVAL);
    CHECK_CODE(horo_lock_release(&other), 0);
    if (CHECK(changed.waiters.first)) { /* else anybody might notify */
        CHECK_CODE(horo_loop_post(horo_loop_self(), notify_only, NULL), 0);
        CHECK_CODE(horo_sleep(HORO_S(1)), 0);
        CHECK_NOTES("posted");
    }
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_condition_notify(&changed, 1), -EPERM);
    CHECK_CODE(horo_condition_notify_all(&changed), -EPERM);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_condition_wait(&changed, &lock), -ECANCELED);
    CHECK(horo_lock_holder(&lock) == horo_task_self());
    CHECK_CODE(horo_lock_release(&lock), 0);
    /* Cancelled or not: -ECANCELED is always with the lock. */
    CHECK_CODE(horo_condition_wait(&changed, &lock), -EPERM);
    CHECK(horo_lock_holder(&lock) != horo_task_self());
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("A-125");
}

/* With nobody waiting, it may be used with another lock. */
static void a_condition_may_change_its_lock(void)
{
    struct horo_lock other = { 0 };
    struct horo_scope_options limit = { .timeout = HORO_S(1) };
    struct horo_scope scope;

    lock = (struct horo_lock){ 0 };
    changed = (struct horo_condition){ 0 };
    for (int i = 0; i < 2; i++) {
        struct horo_lock *used = i == 0 ? &lock : &other;

        CHECK_CODE(horo_lock_acquire(used), 0);
        CHECK_CODE(horo_scope_open(&scope, &limit), 0);
        CHECK_CODE(horo_condition_wait(&changed, used), -ECANCELED);
        CHECK_CODE(horo_condition_notify(&changed, 1), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
        CHECK_CODE(horo_lock_release(used), 0);
    }
}

int main(void)
{
    RUN_IN_LOOP(notify_lets_so_many_go_on);
    RUN_IN_LOOP(a_notification_without_waiters_is_gone);
    RUN_IN_LOOP(cond);
    RUN_IN_LOOP(cond_cancelled_with_the_lock);
    RUN_IN_LOOP(cond_cancelled_many_times);
    RUN_IN_LOOP(a_cancelled_waiter_notifies_nobody);
    RUN_IN_LOOP(a_cancelled_waiter_waits_for_the_lock);
    RUN_IN_LOOP(misuse_of_a_condition_is_told);
    RUN_IN_LOOP(a_condition_may_change_its_lock);
    return tap_end();
}
