/* HORO_WITH: released on every way out. */
#include "harness.h"

static struct horo_lock lock;

static bool is_held(void)
{
    return horo_lock_holder(&lock) != NULL;
}

static void the_block_runs_once_with_the_lock(void)
{
    int rc = 7;
    int runs = 0;

    HORO_WITH(lock, &lock, rc) {
        CHECK(horo_lock_holder(&lock) == horo_task_self());
        runs++;
    }
    CHECK_CODE(rc, 0);
    CHECK_NUMBER(runs, 1);
    CHECK(!is_held());
}

static void a_block_without_lock_does_not_run(void)
{
    int rc = 7;

    CHECK_CODE(horo_lock_acquire(&lock), 0);
    HORO_WITH(lock, &lock, rc) {
        CHECK(false);
    }
    CHECK_CODE(rc, -EDEADLK);
    CHECK(is_held());
    CHECK_CODE(horo_lock_release(&lock), 0);
}

static void break_and_continue_leave_the_block(void)
{
    int rc;
    int turns = 0;

    for (int i = 0; i < 4; i++) {
        HORO_WITH(lock, &lock, rc) {
            if (i == 0) {
                break;
            }
            if (i == 1) {
                continue;
            }
            CHECK(i >= 2);
        }
        CHECK_CODE(rc, 0);
        CHECK(!is_held());
        turns++;
    }
    CHECK_NUMBER(turns, 4);
}

static int return_from_within(int value)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        return is_held() ? value : -1;
    }
    return -1;
}

static void return_leaves_the_block(void)
{
    CHECK_NUMBER(return_from_within(5), 5);
    CHECK(!is_held());
}

static void goto_leaves_the_block(void)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        CHECK(is_held());
        goto out;
    }
    CHECK(false);
out:
    CHECK(!is_held());
}

/* The result of acquiring is read once: the block may reuse the variable. */
static void the_block_may_set_the_result(void)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        rc = -EIO;
    }
    CHECK_CODE(rc, -EIO);
    CHECK(!is_held());
}

static void a_block_may_release_before_its_end(void)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        CHECK_CODE(horo_lock_release(&lock), 0);
    }
    CHECK_CODE(rc, 0);
    CHECK(!is_held());
}

static void a_block_in_a_cancelled_scope_does_not_run(void)
{
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    HORO_WITH(lock, &lock, rc) {
        horo_scope_cancel(&scope);
        rc = horo_yield();
    }
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!is_held());
    rc = 0;
    HORO_WITH(lock, &lock, rc) {
        CHECK(false);
    }
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ECANCELED);
}

static void blocks_of_all_kinds_nest(void)
{
    struct horo_rwlock readable = { 0 };
    struct horo_rwlock writable = { 0 };
    struct horo_semaphore semaphore;
    struct horo_limiter limiter;
    int runs = 0;
    int rc;

    CHECK_CODE(horo_semaphore_init(&semaphore, 1, 1), 0);
    CHECK_CODE(horo_limiter_init(&limiter, 1), 0);
    HORO_WITH(lock, &lock, rc)
        HORO_WITH(semaphore, &semaphore, rc)
            HORO_WITH(limiter, &limiter, rc)
                HORO_WITH(read_lock, &readable, rc)
                    HORO_WITH(write_lock, &writable, rc) {
                        CHECK(is_held());
                        CHECK_NUMBER(horo_semaphore_value(&semaphore), 0);
                        CHECK_NUMBER(horo_limiter_borrowed(&limiter), 1);
                        CHECK_CODE(horo_rwlock_acquire_read(&readable),
                                   0); /* not exclusive */
                        CHECK_CODE(horo_rwlock_release_read(&readable), 0);
                        CHECK_CODE(horo_rwlock_acquire_read(&writable),
                                   -EDEADLK);
                        runs++;
                    }
    CHECK_CODE(rc, 0);
    CHECK_NUMBER(runs, 1);
    CHECK(!is_held());
    CHECK_NUMBER(horo_semaphore_value(&semaphore), 1);
    CHECK_NUMBER(horo_limiter_borrowed(&limiter), 0);
    CHECK_CODE(horo_rwlock_release_read(&readable), -EPERM);
    CHECK_CODE(horo_rwlock_release_write(&writable), -EPERM);
    horo_limiter_fini(&limiter);
}

int main(void)
{
    RUN_IN_LOOP(the_block_runs_once_with_the_lock);
    RUN_IN_LOOP(a_block_without_lock_does_not_run);
    RUN_IN_LOOP(break_and_continue_leave_the_block);
    RUN_IN_LOOP(return_leaves_the_block);
    RUN_IN_LOOP(goto_leaves_the_block);
    RUN_IN_LOOP(the_block_may_set_the_result);
    RUN_IN_LOOP(a_block_may_release_before_its_end);
    RUN_IN_LOOP(a_block_in_a_cancelled_scope_does_not_run);
    RUN_IN_LOOP(blocks_of_all_kinds_nest);
    return tap_end();
}
