/* Futures: settled once, told to all who listen, waited for. */
#include "core/future.h"

#include "core/callback.h"
#include "core/core.h"
#include "core/wait.h"

/* --- beginning and end --- */

static void future_init(struct horo_future *future, struct horo_task *task)
{
    *future = (struct horo_future){
        .home = horo__loop ? horo__loop->serial : 0,
        .task = task,
    };
    horo__list_init(&future->listeners);
    horo__list_init(&future->callbacks);
    horo__list_init(&future->beside);
}

void horo_future_init(struct horo_future *future)
{
    future_init(future, NULL);
}

void horo__future_init_task(struct horo_future *future, struct horo_task *task)
{
    future_init(future, task);
}

void horo_future_fini(struct horo_future *future)
{
    if (!future) {
        return;
    }
    /* Whoever waits would never be told. */
    horo__check(horo__list_is_empty(&future->listeners));
    horo__check(horo__list_is_empty(&future->callbacks));
    horo__check(!future->task);
    if (future->state == HORO_FUTURE_DONE && future->result < 0 &&
        !future->is_read && !future->is_told && horo__loop &&
        horo__future_check(future) == 0) {
        future->is_read = true;
        horo__loop_report_error(horo__loop, "future", NULL, future->result);
    }
}

int horo__future_check(struct horo_future *future)
{
    uint64_t here = horo__loop ? horo__loop->serial : 0;
    uint64_t home = __atomic_load_n(&future->home, __ATOMIC_RELAXED);

    /* Of two loops that come at the same time, one gets it. */
    if (home == here ||
        (home == 0 &&
         __atomic_compare_exchange_n(&future->home, &home, here, false,
                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED))) {
        return 0;
    }
    return -HORO_EOTHERLOOP;
}

/* --- settling --- */

void horo__future_listen(struct horo_future *future,
                         struct horo__listener *listener)
{
    horo__check(!horo__future_is_settled(future));
    horo__list_append(&future->listeners, &listener->link);
}

void horo__future_unlisten(struct horo__listener *listener)
{
    horo__list_remove(&listener->link);
}

static void release_callbacks(struct horo_future *future)
{
    while (!horo__list_is_empty(&future->callbacks)) {
        horo__callback_release(horo__container(future->callbacks.next,
                                               struct horo_callback, link));
    }
}

static void set_outcome(struct horo_future *future, int result, void *value)
{
    struct horo_loop *loop = horo__loop;

    future->state =
        result == -ECANCELED ? HORO_FUTURE_CANCELLED : HORO_FUTURE_DONE;
    future->result = result;
    future->value = value;
    future->task = NULL;
    future->order = loop ? ++loop->futures_settled : 0;
}

static void tell_listeners(struct horo_future *future)
{
    struct horo__link *link;

    while ((link = horo__list_pop(&future->listeners))) {
        struct horo__listener *listener =
            horo__container(link, struct horo__listener, link);

        listener->notify(listener, future);
    }
    release_callbacks(future);
}

/* Those that follow it stand in line behind it, and theirs behind them: there
 * may be more than the stack has frames for. */
void horo__future_settle(struct horo_future *future, int result, void *value)
{
    bool is_last;

    set_outcome(future, result, value);
    do {
        struct horo_future *next;

        tell_listeners(future);
        is_last = horo__list_is_empty(&future->beside);
        next = horo__container(future->beside.next, struct horo_future, beside);
        horo__list_remove(&future->beside);
        future = next;
    } while (!is_last);
}

void horo__future_follow(struct horo_future *future, struct horo_future *source)
{
    future->is_told = source->is_told;
    source->is_read = true;
    set_outcome(future, source->result, source->value);
    if (!horo__list_is_empty(&future->listeners) ||
        !horo__list_is_empty(&future->callbacks)) {
        horo__list_append(&source->beside, &future->beside);
    }
}

static void settle_task(struct horo_task *task, int result, void *value,
                        bool is_told)
{
    struct horo_future *future = task->future;

    /* Else it was given to another task, or made anew. */
    horo__check(future->task == task);
    task->future = NULL;
    future->is_told = is_told;
    horo__future_settle(future, result, value);
}

void horo__future_settle_own(int result, void *value, bool is_told)
{
    settle_task(horo__loop->current, result, value, is_told);
}

void horo__future_end(struct horo_task *task, int result)
{
    settle_task(task, result, NULL, horo__scope_tells(task->root.parent));
}

int horo_future_on_done(struct horo_future *future,
                        struct horo_callback *callback, horo_callback_fn *fn,
                        void *arg)
{
    int rc = horo__future_check(future);

    if (rc < 0) {
        return rc;
    }
    return horo__future_is_settled(future)
               ? horo_call_soon(callback, fn, arg)
               : horo__callback_hold(callback, &future->callbacks, fn, arg);
}

/* What a plain future has to be for its owner to settle it. */
static int check_unsettled(struct horo_future *future)
{
    int rc = horo__future_check(future);

    if (rc < 0) {
        return rc;
    }
    return horo__future_is_settled(future) ? -HORO_EINVALIDSTATE : 0;
}

static int settle_plain(struct horo_future *future, int result, void *value)
{
    int rc = check_unsettled(future);

    if (rc < 0) {
        return rc;
    }
    if (future->task) {
        return -EPERM;
    }
    horo__future_settle(future, result, value);
    return 0;
}

int horo_future_set(struct horo_future *future, void *value)
{
    return settle_plain(future, 0, value);
}

int horo_future_fail(struct horo_future *future, int code)
{
    return code < 0 ? settle_plain(future, code, NULL) : -EINVAL;
}

int horo_future_cancel(struct horo_future *future)
{
    int rc = check_unsettled(future);

    if (rc == 0 && future->task) {
        horo_scope_cancel(&future->task->root);
    } else if (rc == 0) {
        horo__future_settle(future, -ECANCELED, NULL);
    }
    return rc;
}

/* --- reading --- */

enum horo_future_state horo_future_state(const struct horo_future *future)
{
    if (future->task && future->task->state != HORO_TASK_NEW) {
        return HORO_FUTURE_RUNNING;
    }
    return future->state;
}

int horo_future_result(struct horo_future *future, void **ret_value)
{
    int rc = horo__future_check(future);

    if (rc < 0) {
        return rc;
    }
    if (!horo__future_is_settled(future)) {
        return -HORO_EINVALIDSTATE;
    }
    future->is_read = true;
    if (future->result >= 0 && ret_value) {
        *ret_value = future->value;
    }
    return future->result;
}

/* --- waiting --- */

/* A task in horo_future_wait(), on its stack. The result goes over at once: by
 * the time the task runs, the future may be gone. */
struct waiter {
    struct horo__listener listener;
    struct horo_future *future;
    struct horo_task *task;
    int result;
    void *value;
};

static void wake_waiter(struct horo__listener *listener,
                        struct horo_future *future)
{
    struct waiter *waiter = horo__container(listener, struct waiter, listener);

    waiter->result = future->result;
    waiter->value = future->value;
    future->is_read = true;
    horo__wake(waiter->task, 0);
}

static void interrupt_waiter(struct horo_task *task)
{
    struct waiter *waiter = horo__awaited(task);

    horo__future_unlisten(&waiter->listener);
    horo__wake(task, -ECANCELED);
}

static struct horo_task *awaits(const struct horo_task *task)
{
    const struct waiter *waiter = horo__awaited(task);

    return waiter->future->task;
}

static const struct horo__wait_kind waiting = { "future", interrupt_waiter,
                                                awaits };

static int wait_unsettled(struct horo_future *future, void **ret_value)
{
    struct waiter waiter = {
        .listener.notify = wake_waiter,
        .future = future,
        .task = horo__loop->current,
    };
    int rc;

    horo__future_listen(future, &waiter.listener);
    rc = horo__wait(&waiting, &waiter);
    if (rc < 0) {
        return rc;
    }
    if (waiter.result >= 0 && ret_value) {
        *ret_value = waiter.value;
    }
    return waiter.result;
}

int horo_future_wait(struct horo_future *future, void **ret_value)
{
    int rc = horo__wait_check();

    if (rc == 0) {
        rc = horo__future_check(future);
    }
    if (rc < 0) {
        return rc;
    }
    if (horo__future_is_settled(future)) {
        return horo_future_result(future, ret_value);
    }
    if (future->task == horo__loop->current) {
        return -EDEADLK;
    }
    return wait_unsettled(future, ret_value);
}
