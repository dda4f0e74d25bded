/* Locks: one at a time, in turn, and never lost. */
#include "harness.h"

/* A task that takes a lock for some time, in a scope that can be cancelled. */
struct user {
    struct horo_lock *lock;
    struct horo_scope scope;
    char name;
    horo_time hold;
};

static int use_lock(void *arg)
{
    struct user *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = horo_lock_acquire(self->lock);
    note("%c%d", self->name, rc);
    if (rc == 0) {
        CHECK(horo_lock_holder(self->lock) == horo_task_self());
        (void)horo_sleep(self->hold);
        CHECK_CODE(horo_lock_release(self->lock), 0);
    }
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

static void spawn_users(struct horo_scope *scope, struct user *users, int count,
                        struct horo_lock *lock)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        users[i] = (struct user){
            .lock = lock,
            .name = (char)('A' + i),
            .hold = HORO_S(1),
        };
        CHECK_CODE(horo_spawn(scope, use_lock, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

static void the_lock_goes_round_in_order(void)
{
    struct horo_lock lock = { 0 };
    struct user users[4];
    struct horo_scope scope;
    horo_time began = horo_now();

    spawn_users(&scope, users, 4, &lock);
    CHECK_NOTES("A0");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("B0 C0 D0");
    CHECK_NUMBER(horo_now() - began, HORO_S(4));
    CHECK(!horo_lock_holder(&lock));
}

/* Who releases cannot take it again past those who wait. */
static void nobody_barges_in(void)
{
    struct horo_lock lock = { 0 };
    struct user user;
    struct horo_scope scope;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    spawn_users(&scope, &user, 1, &lock);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK(horo_lock_holder(&lock) != NULL);
    CHECK_CODE(horo_lock_try_acquire(&lock), -EAGAIN);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_NOTES("A0");
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void lock_handoff(void)
{
    struct horo_lock lock = { 0 };
    struct user users[2];
    struct horo_scope scope;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    spawn_users(&scope, users, 2, &lock);
    CHECK_CODE(horo_lock_release(&lock), 0);
    horo_scope_cancel(&users[0].scope); /* it owns the lock, but has not run */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B0");
    CHECK(!horo_lock_holder(&lock));
}

/* All who own it in turn are cancelled before they run. */
static void lock_handoff_to_nobody(void)
{
    struct horo_lock lock = { 0 };
    struct user users[3];
    struct horo_scope scope;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    spawn_users(&scope, users, 3, &lock);
    CHECK_CODE(horo_lock_release(&lock), 0);
    for (int i = 0; i < 3; i++) {
        horo_scope_cancel(&users[i].scope);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK(!horo_lock_holder(&lock));
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* Cancelled in line, and the lock released, before it has run. */
static void a_cancelled_waiter_is_passed_over(void)
{
    struct horo_lock lock = { 0 };
    struct user users[3];
    struct horo_scope scope;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    spawn_users(&scope, users, 3, &lock);
    horo_scope_cancel(&users[0].scope);
    CHECK_CODE(horo_lock_release(&lock), 0);
    horo_scope_cancel(&users[1].scope); /* this one owns it */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B-125 C0");
}

/* A release and the deadline of the one who is next, in either order. */
static void a_release_and_a_deadline_at_one_moment(void)
{
    for (int first = 0; first < 2; first++) {
        struct horo_scope_options limit = { .timeout = HORO_S(1) };
        struct horo_lock lock = { 0 };
        struct user user;
        struct horo_scope scope;
        struct horo_scope inner;
        int rc;

        if (first == 0) {
            CHECK_CODE(horo_scope_open(&inner, &limit), 0);
        }
        spawn_users(&scope, &user, 1, &lock); /* for a second */
        if (first == 1) {
            CHECK_CODE(horo_scope_open(&inner, &limit), 0);
        }
        rc = horo_lock_acquire(&lock);
        CHECK_NUMBER(rc == 0, horo_lock_holder(&lock) == horo_task_self());
        if (rc == 0) {
            CHECK_CODE(horo_lock_release(&lock), 0);
        }
        if (first == 1) {
            (void)horo_scope_close(&inner, rc);
        }
        (void)horo_scope_close(&scope, rc);
        if (first == 0) {
            (void)horo_scope_close(&inner, rc);
        }
        CHECK(!horo_lock_holder(&lock));
        CHECK_NOTES("A0");
    }
}

/* Who is in a shielded scope is not cancelled from outside, in line or not. */
static void a_shielded_waiter_gets_the_lock(void)
{
    struct horo_scope_options shielded = { .shield = true,
                                           .timeout = HORO_S(10) };
    struct horo_lock lock = { 0 };
    struct user user;
    struct horo_scope scope;
    struct horo_scope outer;
    struct horo_scope inner;

    spawn_users(&scope, &user, 1, &lock);
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_lock_acquire(&lock), -ECANCELED);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void a_cancelled_waiter_leaves_the_line(void)
{
    struct horo_lock lock = { 0 };
    struct user users[4];
    struct horo_scope scope;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    spawn_users(&scope, users, 4, &lock);
    horo_scope_cancel(&users[1].scope);
    horo_scope_cancel(&users[3].scope);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("B-125 D-125");
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 C0");
}

/* Releasing is cleanup: it works while everything is being cancelled. */
static void a_cancelled_holder_can_release(void)
{
    struct horo_lock lock = { 0 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_lock_acquire(&lock), -ECANCELED); /* though it is free */
    CHECK(!horo_lock_holder(&lock));
    CHECK_CODE(horo_lock_try_acquire(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void locking_ends_with_the_deadline(void)
{
    struct horo_lock lock = { 0 };
    struct user user;
    struct horo_scope_options limit = { .timeout = HORO_MS(500) };
    struct horo_scope scope;
    struct horo_scope inner;

    spawn_users(&scope, &user, 1, &lock);
    CHECK_CODE(horo_scope_open(&inner, &limit), 0);
    CHECK_CODE(horo_lock_acquire(&lock), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ETIMEDOUT);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void misuse_of_a_lock_is_told(void)
{
    struct horo_lock lock = { 0 };
    struct user user;
    struct horo_scope scope;

    CHECK_CODE(horo_lock_release(&lock), -EPERM);
    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_lock_acquire(&lock), -EDEADLK);
    CHECK_CODE(horo_lock_try_acquire(&lock), -EDEADLK);
    CHECK_CODE(horo_lock_release(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), -EPERM);

    spawn_users(&scope, &user, 1, &lock);
    CHECK_CODE(horo_lock_try_acquire(&lock), -EAGAIN);
    CHECK_CODE(horo_lock_release(&lock), -EPERM); /* it is A's */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void release_by_post(void *arg)
{
    CHECK_CODE(horo_lock_release(arg), -EPERM);
    CHECK_CODE(horo_lock_acquire(arg), -HORO_ENOTASK);
    CHECK_CODE(horo_lock_try_acquire(arg), -HORO_ENOTASK);
    note("posted");
}

static void only_a_task_can_hold_a_lock(void)
{
    struct horo_lock lock = { 0 };

    release_by_post(&lock);
    CHECK_NOTES("posted");
}

static void a_callback_cannot_release_for_a_task(void)
{
    struct horo_lock lock = { 0 };

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    CHECK_CODE(horo_loop_post(horo_loop_self(), release_by_post, &lock), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("posted");
    CHECK_CODE(horo_lock_release(&lock), 0);
}

int main(void)
{
    RUN_IN_LOOP(the_lock_goes_round_in_order);
    RUN_IN_LOOP(nobody_barges_in);
    RUN_IN_LOOP(lock_handoff);
    RUN_IN_LOOP(lock_handoff_to_nobody);
    RUN_IN_LOOP(a_cancelled_waiter_is_passed_over);
    RUN_IN_LOOP(a_release_and_a_deadline_at_one_moment);
    RUN_IN_LOOP(a_shielded_waiter_gets_the_lock);
    RUN_IN_LOOP(a_cancelled_waiter_leaves_the_line);
    RUN_IN_LOOP(a_cancelled_holder_can_release);
    RUN_IN_LOOP(locking_ends_with_the_deadline);
    RUN_IN_LOOP(misuse_of_a_lock_is_told);
    RUN(only_a_task_can_hold_a_lock);
    RUN_IN_LOOP(a_callback_cannot_release_for_a_task);
    return tap_end();
}
