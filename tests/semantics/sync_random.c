/* Locks and their kin under random schedules: tasks come, hold, go and are
 * cancelled at any moment, also between being given something and running.
 * Nobody may be in who must not, nobody may wait for what is free, and in the
 * end all must be as in the beginning. A schedule is a function of its seed,
 * which a failure names. */
#include "cancel.h"
#include "harness.h"

enum {
    SEEDS = 1000,
    SEEDS_SLOWLY = 100,
    USERS = 6,
    ROUNDS = 5,
    CANCELS = 40,
    FEW_CANCELS = 4
};

static uint32_t random_state;

/* Of `count` numbers from 0 on (xorshift32, Marsaglia). */
static int pick(int count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (int)(random_state % (uint32_t)count);
}

/* Lets others run some times; stops when cancelled. */
static void dawdle(void)
{
    for (int i = pick(4); i > 0 && horo_yield() == 0; i--) {}
}

/* What is used at random, and the users of one schedule. */
struct stage {
    const struct kind *kind;
    struct horo_lock lock;
    struct horo_condition condition;
    struct horo_semaphore semaphore;
    struct horo_limiter limiter;
    struct horo_rwlock rwlock;
    int readers; /* that are in now */
    int writers; /* the same for all who must not be many */
    int items;   /* what the condition tells of */
    int entries; /* how often somebody got in */
    int refusals;
    struct horo_scope *users[USERS]; /* where one can be cancelled, or NULL */
};

/* How a thing is used: once, returning what waiting for it returned. */
struct kind {
    int (*use)(struct stage *stage);
    bool (*is_at_rest)(struct stage *stage);
};

/* --- one at a time, or so many --- */

static void stay(struct stage *stage, int *count, int limit)
{
    ++*count;
    stage->entries++;
    CHECK(stage->writers <= limit);
    CHECK(stage->writers == 0 || stage->readers == 0);
    dawdle();
    --*count;
}

static int use_lock(struct stage *stage)
{
    int rc = horo_lock_acquire(&stage->lock);

    if (rc == 0) {
        stay(stage, &stage->writers, 1);
        CHECK_CODE(horo_lock_release(&stage->lock), 0);
    }
    return rc;
}

static bool lock_is_at_rest(struct stage *stage)
{
    return !horo_lock_holder(&stage->lock) && !stage->lock.waiters.first;
}

static int use_semaphore(struct stage *stage)
{
    int rc = horo_semaphore_acquire(&stage->semaphore);

    if (rc == 0) {
        stay(stage, &stage->writers, 2);
        CHECK_CODE(horo_semaphore_release(&stage->semaphore), 0);
    }
    return rc;
}

static bool semaphore_is_at_rest(struct stage *stage)
{
    return horo_semaphore_value(&stage->semaphore) == 2 &&
           !stage->semaphore.waiters.first;
}

static int use_limiter(struct stage *stage)
{
    int rc = horo_limiter_acquire(&stage->limiter);

    if (rc == 0) {
        stay(stage, &stage->writers, 2);
        CHECK_CODE(horo_limiter_release(&stage->limiter), 0);
    }
    return rc;
}

static bool limiter_is_at_rest(struct stage *stage)
{
    return horo_limiter_borrowed(&stage->limiter) == 0 &&
           !stage->limiter.waiters.first;
}

static int use_rwlock(struct stage *stage)
{
    int rc;

    if (pick(3) == 0) {
        rc = horo_rwlock_acquire_write(&stage->rwlock);
        if (rc == 0) {
            stay(stage, &stage->writers, 1);
            CHECK_CODE(horo_rwlock_release_write(&stage->rwlock), 0);
        }
        return rc;
    }
    rc = horo_rwlock_acquire_read(&stage->rwlock);
    if (rc == 0) {
        stay(stage, &stage->readers, 1);
        CHECK_CODE(horo_rwlock_release_read(&stage->rwlock), 0);
    }
    return rc;
}

static bool rwlock_is_at_rest(struct stage *stage)
{
    return stage->rwlock.readers == 0 && !stage->rwlock.writer &&
           !stage->rwlock.waiters.first;
}

/* --- a condition: some bring items, some wait for one --- */

static int use_condition(struct stage *stage)
{
    bool brings = pick(3) == 0;
    int rc = horo_lock_acquire(&stage->lock);

    if (rc < 0) {
        return rc;
    }
    if (brings) {
        stage->items++;
        rc = horo_condition_notify(&stage->condition, 1);
        dawdle();
    }
    while (rc == 0 && !brings && stage->items == 0) {
        rc = horo_condition_wait(&stage->condition, &stage->lock);
        CHECK(horo_lock_holder(&stage->lock) == horo_task_self());
    }
    stage->items -= rc == 0 && !brings;
    stage->entries += rc == 0;
    CHECK_CODE(horo_lock_release(&stage->lock), 0);
    return rc;
}

static bool condition_is_at_rest(struct stage *stage)
{
    return lock_is_at_rest(stage) && !stage->condition.waiters.first;
}

/* --- schedules --- */

struct user {
    struct stage *stage;
    int number;
};

static int use_at_random(void *arg)
{
    const struct user *self = arg;
    struct stage *stage = self->stage;

    for (int round = 0; round < ROUNDS; round++) {
        struct horo_scope scope;
        int rc;

        dawdle();
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        stage->users[self->number] = &scope;
        rc = stage->kind->use(stage);
        CHECK(rc == 0 || rc == -ECANCELED);
        stage->refusals += rc < 0;
        stage->users[self->number] = NULL;
        (void)horo_scope_close(&scope, rc);
    }
    return 0;
}

static void cancel_one(struct stage *stage)
{
    struct horo_scope *scope = stage->users[pick(USERS)];

    if (scope) {
        horo_scope_cancel(scope);
    }
}

static int cancel_at_random(void *arg)
{
    struct stage *stage = arg;
    int cancels = stage->kind->use == use_condition ? FEW_CANCELS : CANCELS;

    for (int i = 0; i < cancels; i++) {
        cancel_one(stage);
        dawdle();
    }
    return 0;
}

/* Brings items to those who would wait for ever, and cancels some of them as
 * they hear of it. Nobody may wait while there is an item: then a notification
 * was lost. */
static int feed_the_rest(void *arg)
{
    struct stage *stage = arg;

    for (int i = 0; i < USERS * ROUNDS; i++) {
        CHECK_CODE(horo_sleep(HORO_S(1)), 0); /* all who can run have run */
        CHECK_CODE(horo_lock_acquire(&stage->lock), 0);
        CHECK(stage->items == 0 || !stage->condition.waiters.first);
        if (stage->condition.waiters.first) {
            stage->items++;
            CHECK_CODE(horo_condition_notify(&stage->condition, 1), 0);
        }
        if (pick(2) == 0) {
            cancel_one(stage);
        }
        CHECK_CODE(horo_lock_release(&stage->lock), 0);
        if (pick(2) == 0) {
            cancel_one(stage);
        }
    }
    return 0;
}

static void run_schedule(struct stage *stage, uint32_t seed)
{
    struct horo_scope_options limit = { .timeout = HORO_S(1000) };
    struct user users[USERS];
    struct horo_scope scope;
    int failures = count_failures();

    random_state = seed * UINT32_C(2654435761);
    CHECK_CODE(horo_scope_open(&scope, &limit), 0);
    for (int i = 0; i < USERS; i++) {
        users[i] = (struct user){ stage, i };
        CHECK_CODE(horo_spawn(&scope, use_at_random, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_spawn(&scope, cancel_at_random, stage, NULL), 0);
    if (stage->kind->use == use_condition) {
        CHECK_CODE(horo_spawn(&scope, feed_the_rest, stage, NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0); /* -ETIMEDOUT: they hung */
    CHECK(stage->kind->is_at_rest(stage));
    if (count_failures() > failures) {
        printf("# with seed %u\n", (unsigned)seed);
    }
}

static void run_schedules(const struct kind *kind)
{
    size_t seeds = scaled(SEEDS, SEEDS_SLOWLY);
    int entries = 0;
    int refusals = 0;

    for (uint32_t seed = 1; seed <= seeds && count_failures() == 0; seed++) {
        struct stage stage = { .kind = kind };

        CHECK_CODE(horo_semaphore_init(&stage.semaphore, 2, 2), 0);
        CHECK_CODE(horo_limiter_init(&stage.limiter, 2), 0);
        run_schedule(&stage, seed);
        horo_limiter_fini(&stage.limiter);
        entries += stage.entries;
        refusals += stage.refusals;
    }
    CHECK(entries > (int)seeds * USERS); /* or little was tested */
    CHECK(refusals > (int)seeds);
}

static void lock_handoff_in_random_schedules(void)
{
    run_schedules(&(struct kind){ use_lock, lock_is_at_rest });
}

static void lock_handoff_of_permits_in_random_schedules(void)
{
    run_schedules(&(struct kind){ use_semaphore, semaphore_is_at_rest });
}

static void lock_handoff_of_tokens_in_random_schedules(void)
{
    run_schedules(&(struct kind){ use_limiter, limiter_is_at_rest });
}

static void lock_handoff_to_readers_and_writers_in_random_schedules(void)
{
    run_schedules(&(struct kind){ use_rwlock, rwlock_is_at_rest });
}

static void cond_in_random_schedules(void)
{
    run_schedules(&(struct kind){ use_condition, condition_is_at_rest });
}

/* --- one schedule, cancelled at each suspension point --- */

/* Who is cancelled stops; nobody else may notice. */
static int use_until_cancelled(void *arg)
{
    const struct user *self = arg;

    for (int round = 0; round < ROUNDS; round++) {
        int rc = self->stage->kind->use(self->stage);

        if (rc < 0) {
            CHECK_CODE(rc, -ECANCELED);
            return rc;
        }
    }
    return 0;
}

static int sweep_kind(const struct kind *kind)
{
    struct stage stage = { .kind = kind };
    struct user users[USERS];
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_semaphore_init(&stage.semaphore, 2, 2), 0);
    CHECK_CODE(horo_limiter_init(&stage.limiter, 2), 0);
    random_state = 1;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < USERS; i++) {
        users[i] = (struct user){ &stage, i };
        CHECK_CODE(horo_spawn(&scope, use_until_cancelled, &users[i], NULL), 0);
    }
    rc = horo_scope_close(&scope, 0);
    CHECK(kind->is_at_rest(&stage));
    horo_limiter_fini(&stage.limiter);
    return rc;
}

static int a_lock_is_free_in_the_end(void)
{
    return sweep_kind(&(struct kind){ use_lock, lock_is_at_rest });
}

static int permits_are_back_in_the_end(void)
{
    return sweep_kind(&(struct kind){ use_semaphore, semaphore_is_at_rest });
}

static int tokens_are_back_in_the_end(void)
{
    return sweep_kind(&(struct kind){ use_limiter, limiter_is_at_rest });
}

static int readers_and_writers_are_gone_in_the_end(void)
{
    return sweep_kind(&(struct kind){ use_rwlock, rwlock_is_at_rest });
}

/* A pot with room for two meals, between a cook and two guests: who leaves says
 * so to the others, cancelled or not. */
struct pot {
    struct horo_lock lock;
    struct horo_condition changed;
    int meals;
    bool is_closed;
    int cooked;
    int eaten;
};

enum { MEALS = 6, PLACES = 2 };

static void leave_pot(struct pot *pot, bool is_over)
{
    pot->is_closed = pot->is_closed || is_over;
    CHECK_CODE(horo_condition_notify_all(&pot->changed), 0);
    CHECK_CODE(horo_lock_release(&pot->lock), 0);
}

/* Takes the lock though cancelled, in a shielded scope; in another one when
 * that is cancelled itself. */
static void close_pot(struct pot *pot)
{
    struct horo_scope_options shielded = { .shield = true,
                                           .timeout = HORO_S(10) };
    int rc;

    do {
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, &shielded), 0);
        rc = horo_lock_acquire(&pot->lock);
        if (rc == 0) {
            leave_pot(pot, true);
        }
        (void)horo_scope_close(&scope, rc);
    } while (rc < 0);
}

static int cook(void *arg)
{
    struct pot *pot = arg;
    int rc = 0;

    for (int i = 0; i < MEALS && rc == 0; i++) {
        rc = horo_lock_acquire(&pot->lock);
        if (rc < 0) {
            break;
        }
        while (rc == 0 && pot->meals == PLACES) {
            rc = horo_condition_wait(&pot->changed, &pot->lock);
        }
        if (rc == 0) {
            pot->meals++;
            pot->cooked++;
            CHECK_CODE(horo_condition_notify(&pot->changed, 1), 0);
        }
        CHECK_CODE(horo_lock_release(&pot->lock), 0);
    }
    CHECK(rc == -ECANCELED || pot->cooked == MEALS);
    close_pot(pot);
    return rc;
}

static int eat(void *arg)
{
    struct pot *pot = arg;
    int rc = horo_lock_acquire(&pot->lock);

    while (rc == 0 && (pot->meals > 0 || !pot->is_closed)) {
        if (pot->meals == 0) {
            rc = horo_condition_wait(&pot->changed, &pot->lock);
            continue;
        }
        pot->meals--;
        pot->eaten++;
        CHECK_CODE(horo_condition_notify_all(&pot->changed), 0);
    }
    if (horo_lock_holder(&pot->lock) == horo_task_self()) {
        leave_pot(pot, false);
    }
    return rc;
}

/* One guest may be cancelled: the other one eats what is left. */
static int nothing_in_the_pot_is_lost(void)
{
    struct pot pot = { .meals = 0 };
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, eat, &pot, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, eat, &pot, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, cook, &pot, NULL), 0);
    rc = horo_scope_close(&scope, 0);
    CHECK_NUMBER(pot.cooked, pot.eaten + pot.meals);
    CHECK(!horo_lock_holder(&pot.lock));
    CHECK(!pot.changed.waiters.first);
    return rc;
}

int main(void)
{
    RUN_IN_LOOP(lock_handoff_in_random_schedules);
    RUN_IN_LOOP(lock_handoff_of_permits_in_random_schedules);
    RUN_IN_LOOP(lock_handoff_of_tokens_in_random_schedules);
    RUN_IN_LOOP(lock_handoff_to_readers_and_writers_in_random_schedules);
    RUN_IN_LOOP(cond_in_random_schedules);
    CANCEL_SWEEP(a_lock_is_free_in_the_end);
    CANCEL_SWEEP(permits_are_back_in_the_end);
    CANCEL_SWEEP(tokens_are_back_in_the_end);
    CANCEL_SWEEP(readers_and_writers_are_gone_in_the_end);
    CANCEL_SWEEP(nothing_in_the_pot_is_lost);
    return tap_end();
}
