/* The barrier: a line that is let go when it is long enough. */
#include <horo/barrier.h>
#include <horo/error.h>
#include <horo/task.h>
#include <limits.h>

#include "core/wait.h"
#include "sync/waiters.h"

/* A task that has come; on its stack. */
struct party {
    struct horo__waiter waiter;
    struct horo_barrier *barrier;
};

int horo_barrier_init(struct horo_barrier *barrier, size_t parties)
{
    if (parties == 0 || parties > INT_MAX) {
        return -EINVAL;
    }
    *barrier = (struct horo_barrier){ .parties = parties };
    return 0;
}

/* Lets a round pass; returns the number of the last to come. */
static int pass(struct horo_barrier *barrier)
{
    struct horo__waiter *waiter;
    int number = 0;

    barrier->waiting = 0;
    while ((waiter = horo__waiters_first(&barrier->waiters))) {
        horo__waiter_wake(waiter, number++);
    }
    return number;
}

static void send_away(struct horo_barrier *barrier)
{
    barrier->waiting = 0;
    horo__waiters_wake_all(&barrier->waiters, -HORO_EBROKEN);
}

/* At once, lest the next to come counts on a task that has left. */
static void leave(struct horo_task *task)
{
    struct party *party = horo__awaited(task);

    party->barrier->waiting--;
    horo__waiter_wake(&party->waiter, -ECANCELED);
}

static const struct horo__wait_kind waiting = { "barrier", leave, NULL };

int horo_barrier_wait(struct horo_barrier *barrier)
{
    struct party party = { .barrier = barrier };
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    if (barrier->is_broken) {
        return -HORO_EBROKEN;
    }
    if (barrier->waiting + 1 == barrier->parties) {
        return pass(barrier);
    }
    barrier->waiting++;
    party.waiter.task = horo_task_self();
    horo__waiters_append(&barrier->waiters, &party.waiter);
    return horo__wait(&waiting, &party);
}

void horo_barrier_abort(struct horo_barrier *barrier)
{
    barrier->is_broken = true;
    send_away(barrier);
}

void horo_barrier_reset(struct horo_barrier *barrier)
{
    barrier->is_broken = false;
    send_away(barrier);
}

size_t horo_barrier_waiting(const struct horo_barrier *barrier)
{
    return barrier->waiting;
}
