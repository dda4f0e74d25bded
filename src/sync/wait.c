/* Waiting for several futures at once, and for a call with a time limit. */
#include <horo/wait.h>
#include <limits.h>

#include "base/list.h"
#include "base/size.h"
#include "core/future.h"
#include "core/wait.h"
#include "sync/wait.h"
#include "sys/memory.h"

int horo_wait_for(horo_task_fn *fn, void *arg, horo_time timeout)
{
    struct horo_scope scope;
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    /* A scope takes 0 for no limit at all. */
    (void)horo_scope_open(&scope, &(struct horo_scope_options){
                                      .timeout = timeout > 0 ? timeout : -1 });
    return horo_scope_close(&scope, fn(arg));
}

/* --- several futures --- */

/* So many futures are waited for without allocation. */
enum { WATCHED_FOR_FREE = 8 };

/* A call of horo_wait(), on its stack. */
struct wait {
    struct horo_future *const *futures;
    size_t count;
    enum horo_wait_until until;
    size_t settled;
    bool is_over;
    struct horo_task *task; /* suspended */
    struct watched *watched;
};

/* One of its futures. */
struct watched {
    struct horo__listener listener;
    struct wait *wait;
};

static void note_settled(struct wait *wait, const struct horo_future *future)
{
    wait->settled++;
    switch (wait->until) {
    case HORO_WAIT_ALL:
        break;
    case HORO_WAIT_FIRST_COMPLETED:
        wait->is_over = true;
        break;
    case HORO_WAIT_FIRST_EXCEPTION:
        wait->is_over = wait->is_over ||
                        (future->result < 0 && future->result != -ECANCELED);
        break;
    }
    wait->is_over = wait->is_over || wait->settled == wait->count;
}

static void notice(struct horo__listener *listener, struct horo_future *future)
{
    struct wait *wait =
        horo__container(listener, struct watched, listener)->wait;
    bool was_over = wait->is_over;

    note_settled(wait, future);
    if (wait->is_over && !was_over) {
        horo__wake(wait->task, 0);
    }
}

static void interrupt_wait(struct horo_task *task)
{
    struct wait *wait = horo__awaited(task);

    wait->is_over = true; /* what settles before it runs must not wake it */
    horo__wake(task, -ECANCELED);
}

static struct horo_task *awaits(const struct horo_task *task)
{
    const struct wait *wait = horo__awaited(task);
    struct horo_task *awaited = NULL;

    for (size_t i = 0; i < wait->count && !awaited; i++) {
        awaited =
            horo__listener_awaits(&wait->watched[i].listener, wait->futures[i]);
    }
    return awaited;
}

static const struct horo__wait_kind kind = { "futures", interrupt_wait,
                                             awaits };

/* Suspends until it is over, with a listener for each unsettled future. */
static int watch_all(struct wait *wait, struct watched *watched)
{
    int rc;

    for (size_t i = 0; i < wait->count; i++) {
        watched[i].wait = wait;
        watched[i].listener.notify = notice;
        horo__list_init(&watched[i].listener.link);
        if (!horo__future_is_settled(wait->futures[i])) {
            horo__future_listen(wait->futures[i], &watched[i].listener);
        }
    }
    wait->task = horo_task_self();
    wait->watched = watched;
    rc = horo__wait(&kind, wait);
    for (size_t i = 0; i < wait->count; i++) {
        horo__future_unlisten(&watched[i].listener);
    }
    return rc;
}

static int suspend(struct wait *wait)
{
    struct watched few[WATCHED_FOR_FREE];
    struct watched *watched = few;
    size_t size;
    int rc;

    if (wait->count > WATCHED_FOR_FREE) {
        watched = horo__size_multiply(wait->count, sizeof *watched, &size)
                      ? horo__alloc(size)
                      : NULL;
        if (!watched) {
            return -ENOMEM;
        }
    }
    rc = watch_all(wait, watched);
    if (watched != few) {
        horo__free(watched);
    }
    return rc;
}

static int suspend_for(struct wait *wait, horo_time timeout)
{
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope,
                          &(struct horo_scope_options){ .timeout = timeout });
    rc = horo_scope_close(&scope, suspend(wait));
    return rc == -ETIMEDOUT ? 0 : rc;
}

int horo__wait_check_futures(struct horo_future *const *futures, size_t count)
{
    const struct horo_task *self = horo_task_self();
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = horo__future_check(futures[i]);
        if (rc == 0 && futures[i]->task == self) {
            rc = -EDEADLK;
        }
    }
    return rc;
}

static int count_settled(struct horo_future *const *futures, size_t count)
{
    int settled = 0;

    for (size_t i = 0; i < count; i++) {
        settled += horo__future_is_settled(futures[i]);
    }
    return settled;
}

int horo_wait(struct horo_future *const *futures, size_t count,
              const struct horo_wait_options *options)
{
    static const struct horo_wait_options defaults;
    struct wait wait = { .futures = futures, .count = count };
    int rc = horo__wait_check();

    options = options ? options : &defaults;
    wait.until = options->until;
    if (rc == 0 && (count == 0 || count > INT_MAX ||
                    wait.until > HORO_WAIT_FIRST_EXCEPTION)) {
        rc = -EINVAL;
    }
    if (rc == 0) {
        rc = horo__wait_check_futures(futures, count);
    }
    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (horo__future_is_settled(futures[i])) {
            note_settled(&wait, futures[i]);
        }
    }
    if (!wait.is_over && options->timeout >= 0) {
        rc = suspend_for(&wait, options->timeout);
    }
    return rc < 0 ? rc : count_settled(futures, count);
}
