/* The read-write lock: readers counted, a writer, and one line for both. */
#include <errno.h>
#include <horo/rwlock.h>
#include <horo/task.h>

#include "base/check.h"
#include "base/list.h"
#include "core/wait.h"
#include "sync/waiters.h"

struct claim {
    struct horo__waiter waiter;
    bool writes;
};

static bool is_free_for(const struct horo_rwlock *lock, bool writes)
{
    return !lock->writer && (lock->readers == 0 || !writes);
}

/* Who comes does not pass those in line. */
static bool is_to_wait(const struct horo_rwlock *lock, bool writes)
{
    return !horo__waiters_is_empty(&lock->waiters) ||
           !is_free_for(lock, writes);
}

static void grant(struct horo_rwlock *lock, struct horo_task *task, bool writes)
{
    if (writes) {
        lock->writer = task;
    } else {
        lock->readers++;
    }
}

/* Lets in as many from the front of the line as may be in together. */
static void admit(struct horo_rwlock *lock)
{
    struct horo__waiter *first;

    while ((first = horo__waiters_first(&lock->waiters))) {
        bool writes = horo__container(first, struct claim, waiter)->writes;

        if (!is_free_for(lock, writes)) {
            return;
        }
        grant(lock, first->task, writes);
        horo__waiter_wake(first, 0);
    }
}

static void release(struct horo_rwlock *lock, bool writes)
{
    if (writes) {
        lock->writer = NULL;
    } else {
        lock->readers--;
    }
    admit(lock);
}

static const struct horo__wait_kind waiting = { "rwlock", horo__waiter_leave,
                                                NULL };

static int wait_for_turn(struct horo_rwlock *lock, bool writes)
{
    struct claim claim = { .writes = writes };
    int rc = horo__waiters_wait(&lock->waiters, &claim.waiter, &waiting);

    if (rc < 0) {
        admit(lock); /* a writer that leaves may have held up readers */
        return rc;
    }
    rc = horo__wait_check();
    if (rc < 0) { /* cancelled since the lock became ours */
        release(lock, writes);
    }
    return rc;
}

static int acquire(struct horo_rwlock *lock, bool writes)
{
    struct horo_task *self;
    int rc = horo__wait_check_self(&self);

    if (horo__unlikely(rc < 0)) {
        return rc;
    }
    if (lock->writer == self) {
        return -EDEADLK;
    }
    if (is_to_wait(lock, writes)) {
        return wait_for_turn(lock, writes);
    }
    grant(lock, self, writes);
    return 0;
}

static int try_acquire(struct horo_rwlock *lock, bool writes)
{
    struct horo_task *self = horo_task_self();

    if (!self) {
        return -HORO_ENOTASK;
    }
    if (lock->writer == self) {
        return -EDEADLK;
    }
    if (is_to_wait(lock, writes)) {
        return -EAGAIN;
    }
    grant(lock, self, writes);
    return 0;
}

int horo_rwlock_acquire_read(struct horo_rwlock *lock)
{
    return acquire(lock, false);
}

int horo_rwlock_acquire_write(struct horo_rwlock *lock)
{
    return acquire(lock, true);
}

int horo_rwlock_try_acquire_read(struct horo_rwlock *lock)
{
    return try_acquire(lock, false);
}

int horo_rwlock_try_acquire_write(struct horo_rwlock *lock)
{
    return try_acquire(lock, true);
}

int horo_rwlock_release_read(struct horo_rwlock *lock)
{
    if (lock->readers == 0) {
        return -EPERM;
    }
    release(lock, false);
    return 0;
}

int horo_rwlock_release_write(struct horo_rwlock *lock)
{
    if (!lock->writer || lock->writer != horo_task_self()) {
        return -EPERM;
    }
    release(lock, true);
    return 0;
}
