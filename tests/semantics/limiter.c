/* Capacity limiters: tokens that know their borrowers. */
#include "harness.h"

/* A task that borrows for a second, in a scope that can be cancelled. */
struct user {
    struct horo_limiter *limiter;
    struct horo_scope scope;
    char name;
};

static int use_token(void *arg)
{
    struct user *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = horo_limiter_acquire(self->limiter);
    if (self->name != '\0') {
        note("%c%d", self->name, rc);
    }
    if (rc == 0) {
        (void)horo_sleep(HORO_S(1));
        CHECK_CODE(horo_limiter_release(self->limiter), 0);
    }
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

static void spawn_users(struct horo_scope *scope, struct user *users, int count,
                        struct horo_limiter *limiter)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        users[i] = (struct user){
            .limiter = limiter,
            .name = (char)('A' + i),
        };
        CHECK_CODE(horo_spawn(scope, use_token, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

static void so_many_at_a_time(void)
{
    struct horo_limiter limiter;
    struct user users[5];
    struct horo_scope scope;
    horo_time began = horo_now();

    CHECK_CODE(horo_limiter_init(&limiter, 2), 0);
    CHECK_NUMBER(horo_limiter_total(&limiter), 2);
    spawn_users(&scope, users, 5, &limiter);
    CHECK_NOTES("A0 B0");
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 2);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("C0 D0 E0");
    CHECK_NUMBER(horo_now() - began, HORO_S(3));
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    horo_limiter_fini(&limiter);
}

static void lock_handoff_of_a_token(void)
{
    struct horo_limiter limiter;
    struct user users[3];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 1), 0);
    CHECK_CODE(horo_limiter_acquire(&limiter), 0);
    spawn_users(&scope, users, 3, &limiter);
    horo_scope_cancel(&users[1].scope); /* in line */
    CHECK_CODE(horo_limiter_release(&limiter), 0);
    horo_scope_cancel(&users[0].scope); /* has a token, but has not run */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("B-125 A-125 C0");
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    horo_limiter_fini(&limiter);
}

static void more_tokens_are_lent_at_once(void)
{
    struct horo_limiter limiter;
    struct user users[4];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 0), 0);
    spawn_users(&scope, users, 4, &limiter);
    CHECK_NOTES("");
    CHECK_CODE(horo_limiter_set_total(&limiter, 3), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("A0 B0 C0");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("D0");
    horo_limiter_fini(&limiter);
}

static void with_fewer_tokens_those_lent_have_to_come_back(void)
{
    struct horo_limiter limiter;
    struct user users[5];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 3), 0);
    spawn_users(&scope, users, 5, &limiter);
    CHECK_NOTES("A0 B0 C0");
    CHECK_CODE(horo_limiter_set_total(&limiter, 1), 0);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 3);
    CHECK_CODE(horo_limiter_try_acquire(&limiter), -EAGAIN);
    CHECK_CODE(horo_sleep(HORO_S(1.5)), 0);
    CHECK_NOTES("D0"); /* when all three were back */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("E0");
    horo_limiter_fini(&limiter);
}

/* More tokens than before, but fewer than are lent: none is to be had. */
static void a_total_raised_below_what_is_lent_lends_nothing(void)
{
    struct horo_limiter limiter;
    struct user users[6];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 4), 0);
    spawn_users(&scope, users, 6, &limiter);
    CHECK_NOTES("A0 B0 C0 D0");
    CHECK_CODE(horo_limiter_set_total(&limiter, 1), 0);
    CHECK_CODE(horo_limiter_set_total(&limiter, 3), 0);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 4);
    CHECK_CODE(horo_limiter_set_total(&limiter, 5), 0);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 5); /* E's, at once */
    CHECK_CODE(horo_limiter_try_acquire(&limiter), -EAGAIN);
    CHECK_CODE(horo_limiter_set_total(&limiter, 7), 0);
    CHECK_CODE(horo_limiter_try_acquire(&limiter), 0); /* past nobody */
    CHECK_CODE(horo_limiter_release(&limiter), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("E0 F0");
    horo_limiter_fini(&limiter);
}

/* The table of borrowers grows with the total. */
static void borrowers_are_known_after_a_change(void)
{
    struct horo_limiter limiter;
    struct user users[2];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 3), 0);
    spawn_users(&scope, users, 2, &limiter);
    CHECK_CODE(horo_limiter_acquire(&limiter), 0);
    CHECK_CODE(horo_limiter_set_total(&limiter, 100), 0);
    CHECK_CODE(horo_limiter_acquire(&limiter), -EDEADLK);
    CHECK_CODE(horo_limiter_release(&limiter), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 B0");
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    horo_limiter_fini(&limiter);
}

enum { MANY = 1000 };

/* Tasks that come and go in another order than they came: the table of
 * borrowers finds each of them. */
static void many_borrowers(void)
{
    static struct user users[MANY];
    struct horo_limiter limiter;
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 1), 0);
    CHECK_CODE(horo_limiter_set_total(&limiter, MANY - 300), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        users[i] = (struct user){ .limiter = &limiter };
        CHECK_CODE(horo_spawn(&scope, use_token, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), MANY - 300);
    for (int i = 0; i < MANY; i++) { /* 7 and 1000 have no common factor */
        horo_scope_cancel(&users[7 * i % MANY].scope);
        if (i % 10 == 0) {
            CHECK_CODE(horo_yield(), 0);
        }
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    CHECK_CODE(horo_limiter_acquire(&limiter), 0);
    CHECK_CODE(horo_limiter_release(&limiter), 0);
    horo_limiter_fini(&limiter);
}

static void misuse_of_a_limiter_is_told(void)
{
    struct horo_limiter limiter;
    struct user users[1];
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 2), 0);
    CHECK_CODE(horo_limiter_release(&limiter), -EPERM);
    CHECK_CODE(horo_limiter_acquire(&limiter), 0);
    CHECK_CODE(horo_limiter_acquire(&limiter), -EDEADLK);
    CHECK_CODE(horo_limiter_try_acquire(&limiter), -EDEADLK);
    CHECK_CODE(horo_limiter_release(&limiter), 0);
    spawn_users(&scope, users, 1, &limiter);
    CHECK_CODE(horo_limiter_release(&limiter), -EPERM); /* it is A's */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
    CHECK_CODE(horo_limiter_set_total(&limiter, SIZE_MAX), -ENOMEM);
    CHECK_CODE(horo_limiter_set_total(&limiter, SIZE_MAX / 16), -ENOMEM);
    CHECK_NUMBER(horo_limiter_total(&limiter), 2);
    horo_limiter_fini(&limiter);
    horo_limiter_fini(&limiter);
    CHECK_CODE(horo_limiter_acquire(&limiter), -EINVAL);
    CHECK_CODE(horo_limiter_release(&limiter), -EPERM);
}

static void only_a_task_can_borrow(void)
{
    struct horo_limiter limiter;

    CHECK_CODE(horo_limiter_init(&limiter, SIZE_MAX), -ENOMEM);
    CHECK_CODE(horo_limiter_init(&limiter, 1), 0);
    CHECK_CODE(horo_limiter_acquire(&limiter), -HORO_ENOTASK);
    CHECK_CODE(horo_limiter_try_acquire(&limiter), -HORO_ENOTASK);
    CHECK_CODE(horo_limiter_release(&limiter), -EPERM);
    horo_limiter_fini(&limiter);
}

static void a_cancelled_scope_borrows_nothing(void)
{
    struct horo_limiter limiter;
    struct horo_scope scope;

    CHECK_CODE(horo_limiter_init(&limiter, 1), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_limiter_acquire(&limiter), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    horo_limiter_fini(&limiter);
}

int main(void)
{
    RUN_IN_LOOP(so_many_at_a_time);
    RUN_IN_LOOP(lock_handoff_of_a_token);
    RUN_IN_LOOP(more_tokens_are_lent_at_once);
    RUN_IN_LOOP(with_fewer_tokens_those_lent_have_to_come_back);
    RUN_IN_LOOP(a_total_raised_below_what_is_lent_lends_nothing);
    RUN_IN_LOOP(borrowers_are_known_after_a_change);
    RUN_IN_LOOP(many_borrowers);
    RUN_IN_LOOP(misuse_of_a_limiter_is_told);
    RUN(only_a_task_can_borrow);
    RUN_IN_LOOP(a_cancelled_scope_borrows_nothing);
    return tap_end();
}
