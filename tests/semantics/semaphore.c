/* Semaphores: so many at a time, in turn, and no permit is lost. */
#include "harness.h"

/* A task that takes a permit for some time, in a scope that can be
 * cancelled. */
struct user {
    struct horo_semaphore *semaphore;
    struct horo_scope scope;
    char name;
    horo_time hold;
};

static int use_permit(void *arg)
{
    struct user *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = horo_semaphore_acquire(self->semaphore);
    note("%c%d", self->name, rc);
    if (rc == 0) {
        (void)horo_sleep(self->hold);
        CHECK_CODE(horo_semaphore_release(self->semaphore), 0);
    }
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

static void spawn_users(struct horo_scope *scope, struct user *users, int count,
                        struct horo_semaphore *semaphore)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        users[i] = (struct user){
            .semaphore = semaphore,
            .name = (char)('A' + i),
            .hold = HORO_S(1),
        };
        CHECK_CODE(horo_spawn(scope, use_permit, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

static void so_many_at_a_time(void)
{
    struct horo_semaphore semaphore;
    struct user users[5];
    struct horo_scope scope;
    horo_time began = horo_now();

    CHECK_CODE(horo_semaphore_init(&semaphore, 2, 2), 0);
    spawn_users(&scope, users, 5, &semaphore);
    CHECK_NOTES("A0 B0");
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("C0 D0 E0");
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 2);
}

static void nobody_barges_in(void)
{
    struct horo_semaphore semaphore;
    struct user user;
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 1, 0), 0);
    CHECK_CODE(horo_semaphore_acquire(&semaphore), 0);
    spawn_users(&scope, &user, 1, &semaphore);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_semaphore_try_acquire(&semaphore), -EAGAIN);
    CHECK_CODE(horo_semaphore_acquire(&semaphore), 0);
    CHECK_NOTES("A0");
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void lock_handoff_of_a_permit(void)
{
    struct horo_semaphore semaphore;
    struct user users[2];
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 0, 0), 0);
    spawn_users(&scope, users, 2, &semaphore);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    horo_scope_cancel(&users[0].scope); /* the permit is its, but it has not
                                         * run */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B0");
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 1);
}

/* Cancelled in line, and a permit put back, before it has run. */
static void a_cancelled_waiter_is_passed_over(void)
{
    struct horo_semaphore semaphore;
    struct user users[2];
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 0, 0), 0);
    spawn_users(&scope, users, 2, &semaphore);
    horo_scope_cancel(&users[0].scope);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 0); /* it is B's */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-125 B0");
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 1);
}

static void permits_of_all_who_were_cancelled_come_back(void)
{
    struct horo_semaphore semaphore;
    struct user users[4];
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 0, 4), 0);
    spawn_users(&scope, users, 4, &semaphore);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 2);
}

static void a_cancelled_waiter_leaves_the_line(void)
{
    struct horo_semaphore semaphore;
    struct user users[3];
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 0, 0), 0);
    spawn_users(&scope, users, 3, &semaphore);
    horo_scope_cancel(&users[1].scope);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("B-125");
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 C0");
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 1);
}

static void a_bounded_one_notices_what_is_too_much(void)
{
    struct horo_semaphore semaphore;

    CHECK_CODE(horo_semaphore_init(&semaphore, 3, 2), -EINVAL);
    CHECK_CODE(horo_semaphore_init(&semaphore, 2, 2), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), -EOVERFLOW);
    CHECK_CODE(horo_semaphore_acquire(&semaphore), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), -EOVERFLOW);
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 2);
}

static void one_without_bound_ends_where_numbers_do(void)
{
    struct horo_semaphore semaphore;

    CHECK_CODE(horo_semaphore_init(&semaphore, SIZE_MAX - 1, 0), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
    CHECK_CODE(horo_semaphore_release(&semaphore), -EOVERFLOW);
}

static void a_cancelled_scope_takes_no_permit(void)
{
    struct horo_semaphore semaphore;
    struct horo_scope scope;

    CHECK_CODE(horo_semaphore_init(&semaphore, 1, 1), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_semaphore_acquire(&semaphore), -ECANCELED);
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 1);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void permits_may_be_put_back_by_a_callback(void)
{
    struct horo_semaphore semaphore;

    CHECK_CODE(horo_semaphore_init(&semaphore, 1, 1), 0);
    CHECK_CODE(horo_semaphore_acquire(&semaphore), -HORO_ENOTASK);
    CHECK_CODE(horo_semaphore_try_acquire(&semaphore), 0);
    CHECK_CODE(horo_semaphore_try_acquire(&semaphore), -EAGAIN);
    CHECK_CODE(horo_semaphore_release(&semaphore), 0);
}

int main(void)
{
    RUN_IN_LOOP(so_many_at_a_time);
    RUN_IN_LOOP(nobody_barges_in);
    RUN_IN_LOOP(lock_handoff_of_a_permit);
    RUN_IN_LOOP(a_cancelled_waiter_is_passed_over);
    RUN_IN_LOOP(permits_of_all_who_were_cancelled_come_back);
    RUN_IN_LOOP(a_cancelled_waiter_leaves_the_line);
    RUN_IN_LOOP(a_bounded_one_notices_what_is_too_much);
    RUN_IN_LOOP(one_without_bound_ends_where_numbers_do);
    RUN_IN_LOOP(a_cancelled_scope_takes_no_permit);
    RUN(permits_may_be_put_back_by_a_callback);
    return tap_end();
}
