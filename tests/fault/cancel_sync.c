/* Locks and their kin, cancelled at every suspension point: nobody holds one in
 * the end, nobody waits for one that is free, never are too many inside. */
#include "cancel.h"
#include "harness.h"

enum { WORKERS = 4, ROUNDS = 2 };

static int inside;

/* Runs a number of tasks of `fn`, to the end. */
static int run_workers(int count, horo_task_fn *fn, void *arg)
{
    struct horo_scope scope;
    int rc = 0;

    inside = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < count && rc == 0; i++) {
        rc = horo_spawn(&scope, fn, arg, NULL);
    }
    rc = horo_scope_close(&scope, rc);
    CHECK_NUMBER(inside, 0);
    return rc;
}

/* What one does with a lock: no more than `most` at a time. */
static int work(int most)
{
    int rc;

    CHECK(++inside <= most);
    rc = horo_sleep(HORO_MS(1));
    rc = rc < 0 ? rc : horo_yield();
    inside--;
    return rc;
}

/* --- lock --- */

static int work_locked(void *arg)
{
    struct horo_lock *lock = arg;
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        rc = horo_lock_acquire(lock);
        if (rc == 0) {
            rc = work(1);
            CHECK_CODE(horo_lock_release(lock), 0);
        }
    }
    return rc;
}

static int tasks_with_a_lock(void)
{
    struct horo_lock lock = { 0 };
    int rc = run_workers(WORKERS, work_locked, &lock);

    CHECK(horo_lock_holder(&lock) == NULL);
    CHECK_CODE(horo_lock_try_acquire(&lock), 0);
    CHECK_CODE(horo_lock_release(&lock), 0);
    return rc;
}

static int work_in_a_block(void *arg)
{
    struct horo_lock *lock = arg;
    int rc;

    HORO_WITH(lock, lock, rc) {
        return work(1);
    }
    return rc;
}

static int a_lock_held_for_a_block(void)
{
    struct horo_lock lock = { 0 };
    int rc = run_workers(WORKERS, work_in_a_block, &lock);

    CHECK(horo_lock_holder(&lock) == NULL);
    return rc;
}

/* Gives up after a while, which is a cancellation of its own. */
static int work_locked_or_give_up(void *arg)
{
    struct horo_scope limit;
    int rc;

    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_MS(1) }),
        0);
    rc = work_locked(arg);
    rc = horo_scope_close(&limit, rc);
    return rc == -ETIMEDOUT ? 0 : rc;
}

static int a_lock_that_some_cannot_wait_for(void)
{
    struct horo_lock lock = { 0 };
    int rc = run_workers(WORKERS, work_locked_or_give_up, &lock);

    CHECK(horo_lock_holder(&lock) == NULL);
    return rc;
}

/* --- semaphore --- */

static int work_with_a_permit(void *arg)
{
    struct horo_semaphore *two = arg;
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        rc = horo_semaphore_acquire(two);
        if (rc == 0) {
            rc = work(2);
            CHECK_CODE(horo_semaphore_release(two), 0);
        }
    }
    return rc;
}

static int tasks_with_a_semaphore(void)
{
    struct horo_semaphore two;
    int rc;

    CHECK_CODE(horo_semaphore_init(&two, 2, 2), 0);
    rc = run_workers(WORKERS + 1, work_with_a_permit, &two);
    CHECK_NUMBER(horo_semaphore_value(&two), 2);
    return rc;
}

/* --- limiter --- */

static int work_with_a_token(void *arg)
{
    struct horo_limiter *two = arg;
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc == 0; i++) {
        rc = horo_limiter_acquire(two);
        if (rc == 0) {
            rc = work(2);
            CHECK_CODE(horo_limiter_release(two), 0);
        }
    }
    return rc;
}

static int tasks_with_a_limiter(void)
{
    struct horo_limiter two;
    int rc;

    CHECK_CODE(horo_limiter_init(&two, 2), 0);
    rc = run_workers(WORKERS + 1, work_with_a_token, &two);
    CHECK_NUMBER(horo_limiter_borrowed(&two), 0);
    horo_limiter_fini(&two);
    return rc;
}

/* --- read-write lock --- */

static int read_it(struct horo_rwlock *lock, int *readers, const int *writers)
{
    int rc = horo_rwlock_acquire_read(lock);

    if (rc == 0) {
        ++*readers;
        CHECK_NUMBER(*writers, 0);
        rc = horo_sleep(HORO_MS(1));
        --*readers;
        CHECK_CODE(horo_rwlock_release_read(lock), 0);
    }
    return rc;
}

static int write_it(struct horo_rwlock *lock, const int *readers, int *writers)
{
    int rc = horo_rwlock_acquire_write(lock);

    if (rc == 0) {
        CHECK_NUMBER(*readers, 0);
        CHECK_NUMBER(++*writers, 1);
        rc = horo_sleep(HORO_MS(1));
        --*writers;
        CHECK_CODE(horo_rwlock_release_write(lock), 0);
    }
    return rc;
}

struct shelf {
    struct horo_rwlock lock;
    int readers;
    int writers;
    int comers;
};

/* Two readers, a writer, two readers, a writer. */
static int read_or_write(void *arg)
{
    struct shelf *shelf = arg;

    return shelf->comers++ % 3 == 2
               ? write_it(&shelf->lock, &shelf->readers, &shelf->writers)
               : read_it(&shelf->lock, &shelf->readers, &shelf->writers);
}

static int readers_and_writers(void)
{
    struct shelf shelf = { .readers = 0 };
    int rc = run_workers(6, read_or_write, &shelf);

    CHECK_CODE(horo_rwlock_release_read(&shelf.lock), -EPERM);
    CHECK_CODE(horo_rwlock_release_write(&shelf.lock), -EPERM);
    return rc;
}

/* --- barrier --- */

static int meet(void *arg)
{
    struct horo_barrier *barrier = arg;
    int rc = 0;

    for (int i = 0; i < ROUNDS && rc >= 0; i++) {
        rc = horo_sleep(HORO_MS(1));
        rc = rc < 0 ? rc : horo_barrier_wait(barrier);
    }
    if (rc < 0) {
        horo_barrier_abort(barrier); /* or the others would wait for ever */
    }
    return rc == -HORO_EBROKEN ? 0 : rc;
}

static int tasks_that_meet(void)
{
    struct horo_barrier barrier;
    int rc;

    CHECK_CODE(horo_barrier_init(&barrier, 3), 0);
    rc = run_workers(3, meet, &barrier);
    CHECK_NUMBER(horo_barrier_waiting(&barrier), 0);
    return rc;
}

/* --- event --- */

struct news {
    struct horo_event event;
    int heard;
};

static int hear(void *arg)
{
    struct news *news = arg;
    int rc = horo_event_wait(&news->event);

    if (rc == 0) {
        CHECK(horo_event_is_set(&news->event));
        news->heard++;
    }
    return rc;
}

/* Cancelled or not: the others wait. */
static int tell(void *arg)
{
    struct news *news = arg;
    int rc = horo_sleep(HORO_MS(1));

    horo_event_set(&news->event);
    return rc;
}

static int an_event(void)
{
    struct news news = { .heard = 0 };
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    rc = horo_spawn(&scope, tell, &news, NULL);
    CHECK_CODE(rc, 0);
    rc = run_workers(3, hear, &news);
    rc = horo_scope_close(&scope, rc);
    CHECK(news.heard <= 3);
    return rc;
}

/* --- condition --- */

struct pot {
    struct horo_lock lock;
    struct horo_condition changed;
    int put;
    int taken;
    int hungry; /* wait for something to be put */
    bool is_closed;
};

static int take_one(struct pot *pot)
{
    int rc = horo_lock_acquire(&pot->lock);

    if (rc < 0) {
        return rc;
    }
    while (rc == 0 && pot->put == pot->taken && !pot->is_closed) {
        pot->hungry++;
        rc = horo_condition_wait(&pot->changed, &pot->lock);
        pot->hungry--;
        CHECK(horo_lock_holder(&pot->lock) == horo_task_self());
    }
    if (rc == 0) {
        rc = pot->put > pot->taken;
        pot->taken += rc;
    }
    CHECK_CODE(horo_lock_release(&pot->lock), 0);
    return rc;
}

static int eat(void *arg)
{
    int rc = 1;

    while (rc > 0) {
        rc = take_one(arg);
        if (rc > 0) {
            rc = horo_sleep(HORO_MS(1));
            rc = rc < 0 ? rc : 1;
        }
    }
    return rc;
}

static int cook(void *arg)
{
    struct pot *pot = arg;
    int rc = 0;

    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_sleep(HORO_MS(5)); /* all are hungry by then */
        rc = rc < 0 ? rc : horo_lock_acquire(&pot->lock);
        if (rc == 0) {
            pot->put++;
            CHECK_CODE(horo_condition_notify(&pot->changed, 1), 0);
            rc = horo_yield();
            CHECK_CODE(horo_lock_release(&pot->lock), 0);
        }
    }
    return rc;
}

static int cook_and_close(struct pot *pot)
{
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    rc = horo_spawn(&scope, cook, pot, NULL);
    rc = horo_scope_close(&scope, rc);
    if (rc < 0 && rc != -ECANCELED) {
        return rc;
    }
    rc = horo_sleep(HORO_S(1));
    if (rc == 0) { /* nobody goes hungry beside a full pot */
        CHECK(pot->put == pot->taken || pot->hungry == 0);
        rc = horo_lock_acquire(&pot->lock);
    }
    if (rc == 0) {
        pot->is_closed = true;
        CHECK_CODE(horo_condition_notify_all(&pot->changed), 0);
        CHECK_CODE(horo_lock_release(&pot->lock), 0);
    }
    return rc;
}

/* When nobody can say that the cook has ended, the eaters are cancelled. */
static int a_pot_with_a_condition(void)
{
    struct pot pot = { .put = 0 };
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, eat, &pot, NULL), 0);
    }
    rc = cook_and_close(&pot);
    rc = horo_scope_close(&scope, rc);
    CHECK(horo_lock_holder(&pot.lock) == NULL);
    CHECK_NUMBER(pot.hungry, 0);
    return rc;
}

int main(void)
{
    CANCEL_SWEEP(tasks_with_a_lock);
    CANCEL_SWEEP(a_lock_held_for_a_block);
    CANCEL_SWEEP(a_lock_that_some_cannot_wait_for);
    CANCEL_SWEEP(tasks_with_a_semaphore);
    CANCEL_SWEEP(tasks_with_a_limiter);
    CANCEL_SWEEP(readers_and_writers);
    CANCEL_SWEEP(tasks_that_meet);
    CANCEL_SWEEP(an_event);
    CANCEL_SWEEP(a_pot_with_a_condition);
    return tap_end();
}
