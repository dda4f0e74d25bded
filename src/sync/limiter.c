/* The capacity limiter: a line, and a table of those who hold a token.
 *
 * The table is open addressing with linear probing. It is sized for the total,
 * so that lending never allocates, and at most half full, so that probes are
 * short and end. */
#include <errno.h>
#include <horo/error.h>
#include <horo/limiter.h>
#include <horo/task.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/size.h"
#include "core/wait.h"
#include "sync/waiters.h"
#include "sys/memory.h"

enum { SMALLEST_TABLE = 8 };

/* --- the table --- */

/* Where the search for a task begins. Tasks lie at equal distances, so the
 * multiplication has to spread their upper bits (Knuth, 6.4). */
static size_t home_of(const struct horo_limiter *limiter,
                      const struct horo_task *task)
{
    uint64_t product = (uint64_t)(uintptr_t)task * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(product >> 32) & (limiter->capacity - 1);
}

/* The task's place, or the free one where it would be put. */
static size_t find(const struct horo_limiter *limiter,
                   const struct horo_task *task)
{
    size_t place = home_of(limiter, task);

    while (limiter->borrowers[place] && limiter->borrowers[place] != task) {
        place = (place + 1) & (limiter->capacity - 1);
    }
    return place;
}

static bool has_token(const struct horo_limiter *limiter,
                      const struct horo_task *task)
{
    return limiter->borrowers[find(limiter, task)] != NULL;
}

static void put(struct horo_limiter *limiter, struct horo_task *task)
{
    limiter->borrowers[find(limiter, task)] = task;
}

/* Empties a place and moves up those behind it that would no longer be found
 * (Knuth, 6.4, algorithm R). */
static void take_out(struct horo_limiter *limiter, size_t gap)
{
    struct horo_task **borrowers = limiter->borrowers;
    size_t mask = limiter->capacity - 1;
    size_t place = gap;

    borrowers[gap] = NULL;
    while (borrowers[place = (place + 1) & mask]) {
        size_t home = home_of(limiter, borrowers[place]);

        if (((place - home) & mask) >= ((place - gap) & mask)) {
            borrowers[gap] = borrowers[place];
            borrowers[place] = NULL;
            gap = place;
        }
    }
}

/* Makes the table large enough for `count` tasks. Returns 0 or -ENOMEM. */
static int reserve(struct horo_limiter *limiter, size_t count)
{
    struct horo_limiter old = *limiter;
    size_t capacity = old.capacity ? old.capacity : SMALLEST_TABLE;
    size_t size;

    while (capacity / 2 < count) {
        if (!horo__size_multiply(capacity, 2, &capacity)) {
            return -ENOMEM;
        }
    }
    if (capacity == old.capacity) {
        return 0;
    }
    if (!horo__size_multiply(capacity, sizeof *old.borrowers, &size)) {
        return -ENOMEM;
    }
    limiter->borrowers = horo__alloc(size);
    if (!limiter->borrowers) {
        limiter->borrowers = old.borrowers;
        return -ENOMEM;
    }
    limiter->capacity = capacity;
    memset(limiter->borrowers, 0, size);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.borrowers[i]) {
            put(limiter, old.borrowers[i]);
        }
    }
    horo__free(old.borrowers);
    return 0;
}

/* --- lending --- */

static void lend(struct horo_limiter *limiter, struct horo_task *task)
{
    put(limiter, task);
    limiter->borrowed++;
}

static void lend_to_waiters(struct horo_limiter *limiter)
{
    struct horo__waiter *first;

    while (limiter->borrowed < limiter->total &&
           (first = horo__waiters_first(&limiter->waiters))) {
        lend(limiter, first->task);
        horo__waiter_wake(first, 0);
    }
}

int horo_limiter_init(struct horo_limiter *limiter, size_t total)
{
    struct horo_limiter fresh = { .total = total };
    int rc = reserve(&fresh, total);

    if (rc == 0) {
        *limiter = fresh;
    }
    return rc;
}

void horo_limiter_fini(struct horo_limiter *limiter)
{
    horo__check(horo__waiters_is_empty(&limiter->waiters));
    horo__free(limiter->borrowers);
    *limiter = (struct horo_limiter){ 0 };
}

int horo_limiter_try_acquire(struct horo_limiter *limiter)
{
    struct horo_task *self = horo_task_self();

    if (!self) {
        return -HORO_ENOTASK;
    }
    if (!limiter->borrowers) {
        return -EINVAL;
    }
    if (has_token(limiter, self)) {
        return -EDEADLK;
    }
    if (limiter->borrowed >= limiter->total) {
        return -EAGAIN;
    }
    lend(limiter, self);
    return 0;
}

static const struct horo__wait_kind waiting = { "limiter", horo__waiter_leave,
                                                NULL };

int horo_limiter_acquire(struct horo_limiter *limiter)
{
    struct horo__waiter waiter;
    int rc = horo__wait_check();

    if (rc == 0) {
        rc = horo_limiter_try_acquire(limiter);
    }
    if (rc != -EAGAIN) {
        return rc;
    }
    rc = horo__waiters_wait(&limiter->waiters, &waiter, &waiting);
    if (rc == 0) {
        rc = horo__wait_check();
        if (rc < 0) { /* cancelled since the token became ours */
            (void)horo_limiter_release(limiter);
        }
    }
    return rc;
}

int horo_limiter_release(struct horo_limiter *limiter)
{
    struct horo_task *self = horo_task_self();
    size_t place;

    if (!self || !limiter->borrowers) {
        return -EPERM;
    }
    place = find(limiter, self);
    if (!limiter->borrowers[place]) {
        return -EPERM;
    }
    take_out(limiter, place);
    limiter->borrowed--;
    lend_to_waiters(limiter);
    return 0;
}

int horo_limiter_set_total(struct horo_limiter *limiter, size_t total)
{
    int rc = reserve(limiter, total);

    if (rc == 0) {
        limiter->total = total;
        lend_to_waiters(limiter);
    }
    return rc;
}

size_t horo_limiter_total(const struct horo_limiter *limiter)
{
    return limiter->total;
}

size_t horo_limiter_borrowed(const struct horo_limiter *limiter)
{
    return limiter->borrowed;
}
