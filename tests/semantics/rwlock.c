/* Read-write locks: readers together, writers alone, everybody in turn. */
#include "harness.h"

/* A task that reads or writes for a second, in a scope that can be
 * cancelled. Writers have capital letters. */
struct user {
    struct horo_rwlock *lock;
    struct horo_scope scope;
    char name;
};

static bool writes(const struct user *user)
{
    return user->name >= 'A' && user->name <= 'Z';
}

static int use_lock(void *arg)
{
    struct user *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = writes(self) ? horo_rwlock_acquire_write(self->lock)
                      : horo_rwlock_acquire_read(self->lock);
    note("%c%d", self->name, rc);
    if (rc == 0) {
        (void)horo_sleep(HORO_S(1));
        CHECK_CODE(writes(self) ? horo_rwlock_release_write(self->lock)
                                : horo_rwlock_release_read(self->lock),
                   0);
    }
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

static void spawn_users(struct horo_scope *scope, struct user *users,
                        const char *names, struct horo_rwlock *lock)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (size_t i = 0; i < strlen(names); i++) {
        users[i] = (struct user){ .lock = lock, .name = names[i] };
        CHECK_CODE(horo_spawn(scope, use_lock, &users[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

/* What the users do each second, until all have had their turn. */
static void check_turns(struct horo_rwlock *lock, struct horo_scope *scope,
                        const char *const *turns)
{
    CHECK_CODE(horo_sleep(HORO_S(0.5)), 0); /* in the middle of each second */
    for (; *turns; turns++) {
        CHECK_NOTES(*turns);
        CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    }
    CHECK_CODE(horo_scope_close(scope, 0), 0);
    CHECK_NOTES("");
    CHECK_CODE(horo_rwlock_release_read(lock), -EPERM);
    CHECK_CODE(horo_rwlock_release_write(lock), -EPERM);
}

static void readers_read_together_writers_write_alone(void)
{
    struct horo_rwlock lock = { 0 };
    struct user users[8];
    struct horo_scope scope;

    spawn_users(&scope, users, "abCDefGh", &lock);
    check_turns(&lock, &scope,
                (const char *const[]){ "a0 b0", "C0", "D0", "e0 f0", "G0", "h0",
                                       NULL });
}

/* A writer is not starved by readers that keep coming. */
static void a_reader_does_not_pass_a_waiting_writer(void)
{
    struct horo_rwlock lock = { 0 };
    struct user users[1];
    struct user late = { .lock = &lock, .name = 'r' };
    struct horo_scope scope;

    CHECK_CODE(horo_rwlock_acquire_read(&lock), 0);
    spawn_users(&scope, users, "W", &lock);
    CHECK_CODE(horo_spawn(&scope, use_lock, &late, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("");
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
    CHECK_CODE(horo_sleep(HORO_MS(500)), 0);
    CHECK_NOTES("W0");
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("r0");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_cancelled_writer_makes_way_for_readers(void)
{
    struct horo_rwlock lock = { 0 };
    struct user users[4];
    struct horo_scope scope;

    CHECK_CODE(horo_rwlock_acquire_read(&lock), 0);
    spawn_users(&scope, users, "WrsX", &lock);
    horo_scope_cancel(&users[0].scope);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("W-125 r0 s0");
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("X0");
}

/* Cancelled when the lock is theirs already, before they run. */
static void lock_handoff_to_writers_and_readers(void)
{
    static const char *const names[] = { "WX", "Wr", "rW", "rs" };
    static const char *const notes[] = { "W-125 X0", "W-125 r0", "r-125 W0",
                                         "r-125 s0" };

    for (int i = 0; i < 4; i++) {
        struct horo_rwlock lock = { 0 };
        struct user users[2];
        struct horo_scope scope;

        CHECK_CODE(horo_rwlock_acquire_write(&lock), 0);
        spawn_users(&scope, users, names[i], &lock);
        CHECK_CODE(horo_rwlock_release_write(&lock), 0);
        horo_scope_cancel(&users[0].scope);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_NOTES(notes[i]);
        CHECK_CODE(horo_rwlock_acquire_write(&lock), 0); /* it is free */
        CHECK_CODE(horo_rwlock_release_write(&lock), 0);
    }
}

static void misuse_of_a_rwlock_is_told(void)
{
    struct horo_rwlock lock = { 0 };
    struct user users[1];
    struct horo_scope scope;

    CHECK_CODE(horo_rwlock_release_read(&lock), -EPERM);
    CHECK_CODE(horo_rwlock_release_write(&lock), -EPERM);
    CHECK_CODE(horo_rwlock_acquire_write(&lock), 0);
    CHECK_CODE(horo_rwlock_acquire_write(&lock), -EDEADLK);
    CHECK_CODE(horo_rwlock_acquire_read(&lock), -EDEADLK);
    CHECK_CODE(horo_rwlock_release_read(&lock), -EPERM);
    CHECK_CODE(horo_rwlock_release_write(&lock), 0);

    spawn_users(&scope, users, "W", &lock);
    CHECK_CODE(horo_rwlock_release_write(&lock), -EPERM); /* it is W's */
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("W0");

    CHECK_CODE(horo_rwlock_acquire_read(&lock), 0);
    CHECK_CODE(horo_rwlock_release_write(&lock), -EPERM);
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
}

static void a_cancelled_scope_acquires_neither(void)
{
    struct horo_rwlock lock = { 0 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_rwlock_acquire_read(&lock), -ECANCELED);
    CHECK_CODE(horo_rwlock_acquire_write(&lock), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(horo_rwlock_release_read(&lock), -EPERM);
}

static void trying_does_not_wait(void)
{
    struct horo_rwlock lock = { 0 };
    struct user users[1];
    struct horo_scope scope;

    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), 0);
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), -EAGAIN);
    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), 0);
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
    spawn_users(&scope, users, "W", &lock);
    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), -EAGAIN); /* W was first */
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), -EAGAIN); /* it is W's */
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("W-125");
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), 0);
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), -EDEADLK);
    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), -EDEADLK);
    CHECK_CODE(horo_rwlock_release_write(&lock), 0);
}

static void trying_works_in_a_cancelled_scope(void)
{
    struct horo_rwlock lock = { 0 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), 0);
    CHECK_CODE(horo_rwlock_release_read(&lock), 0);
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), 0);
    CHECK_CODE(horo_rwlock_release_write(&lock), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void only_a_task_can_hold_a_rwlock(void)
{
    struct horo_rwlock lock = { 0 };

    CHECK_CODE(horo_rwlock_acquire_read(&lock), -HORO_ENOTASK);
    CHECK_CODE(horo_rwlock_acquire_write(&lock), -HORO_ENOTASK);
    CHECK_CODE(horo_rwlock_try_acquire_read(&lock), -HORO_ENOTASK);
    CHECK_CODE(horo_rwlock_try_acquire_write(&lock), -HORO_ENOTASK);
    CHECK_CODE(horo_rwlock_release_write(&lock), -EPERM);
}

int main(void)
{
    RUN_IN_LOOP(readers_read_together_writers_write_alone);
    RUN_IN_LOOP(a_reader_does_not_pass_a_waiting_writer);
    RUN_IN_LOOP(a_cancelled_writer_makes_way_for_readers);
    RUN_IN_LOOP(lock_handoff_to_writers_and_readers);
    RUN_IN_LOOP(misuse_of_a_rwlock_is_told);
    RUN_IN_LOOP(a_cancelled_scope_acquires_neither);
    RUN_IN_LOOP(trying_does_not_wait);
    RUN_IN_LOOP(trying_works_in_a_cancelled_scope);
    RUN(only_a_task_can_hold_a_rwlock);
    return tap_end();
}
