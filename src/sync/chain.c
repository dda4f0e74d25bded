/* Chains: links that wait for their source, shields that follow it. */
#include <horo/chain.h>
#include <horo/task.h>

#include "base/list.h"
#include "core/future.h"
#include "core/wait.h"

enum kind { THEN, CATCH, FINALLY };

/* --- links --- */

/* A failure of `finally` replaces the outcome; but of two errors one of which
 * only says that all is cancelled, the other one counts. */
static int clean_up(const struct horo_promise *promise, int result, void *value)
{
    int rc = promise->fn(promise->arg, result, &value);

    return rc >= 0 || (rc == -ECANCELED && result < 0) ? result : rc;
}

/* Passes on what a link got, or replaces it by what its function makes of it. */
static int react(const struct horo_promise *promise, int result, void **value)
{
    bool is_called = true;

    switch ((enum kind)promise->kind) {
    case THEN:
        is_called = result >= 0;
        break;
    case CATCH:
        is_called = result < 0 && result != -ECANCELED;
        break;
    case FINALLY:
        return clean_up(promise, result, *value);
    }
    return is_called ? promise->fn(promise->arg, result, value) : result;
}

/* The task. It succeeds in any case: the chain's errors are not its scope's. */
static int run_link(void *arg)
{
    struct horo_promise *promise = arg;
    struct horo_future *source = promise->source;
    void *value = NULL;
    int got = source ? horo_future_wait(source, &value) : horo__wait_check();
    int result = react(promise, got, &value);
    /* Passed on, it is not told again. */
    bool is_told = source && source->is_told && result == got;

    horo__future_settle_own(result, result < 0 ? NULL : value, is_told);
    return 0;
}

/* 0, or why there cannot be such a link. */
static int check_link(struct horo_future *source, horo_chain_fn *fn)
{
    int rc;

    if (!horo_task_self()) {
        return -HORO_ENOTASK;
    }
    if (!fn) {
        return -EINVAL;
    }
    rc = source ? horo__future_check(source) : 0;
    if (rc == 0 && source && source->task == horo_task_self()) {
        return -EDEADLK;
    }
    return rc;
}

static int add_link(struct horo_future *source, struct horo_promise *promise,
                    enum kind kind, horo_chain_fn *fn, void *arg)
{
    struct horo_spawn_options options = { .future = &promise->future };
    int rc;

    if (source == &promise->future) {
        return -EDEADLK;
    }
    rc = check_link(source, fn);
    promise->source = source;
    promise->fn = fn;
    promise->arg = arg;
    promise->kind = (unsigned char)kind;
    if (rc == 0) {
        rc = horo__spawn(horo_scope_self(), "promise", run_link, promise,
                         &options);
    }
    if (rc < 0) {
        horo_future_init(&promise->future);
        (void)horo_future_fail(&promise->future, rc); /* it is new */
    }
    return rc;
}

int horo_future_then(struct horo_future *source, struct horo_promise *promise,
                     horo_chain_fn *fn, void *arg)
{
    return add_link(source, promise, THEN, fn, arg);
}

int horo_future_catch(struct horo_future *source, struct horo_promise *promise,
                      horo_chain_fn *fn, void *arg)
{
    return add_link(source, promise, CATCH, fn, arg);
}

int horo_future_finally(struct horo_future *source,
                        struct horo_promise *promise, horo_chain_fn *fn,
                        void *arg)
{
    return add_link(source, promise, FINALLY, fn, arg);
}

/* --- shields --- */

/* Hands over the outcome, error and all, unless nobody wants it any more. */
static void follow(struct horo__listener *listener, struct horo_future *source)
{
    struct horo_shield *shield =
        horo__container(listener, struct horo_shield, listener);

    if (!horo__future_is_settled(&shield->future)) {
        horo__future_follow(&shield->future, source);
    }
}

int horo_future_shield(struct horo_future *source, struct horo_shield *shield)
{
    int rc = horo__future_check(source);

    horo_future_init(&shield->future);
    shield->listener.notify = follow;
    horo__list_init(&shield->listener.link);
    if (rc < 0) {
        (void)horo_future_fail(&shield->future, rc); /* it is new */
    } else if (horo__future_is_settled(source)) {
        follow(&shield->listener, source);
    } else {
        horo__future_listen(source, &shield->listener);
    }
    return rc;
}

void horo_shield_fini(struct horo_shield *shield)
{
    horo__future_unlisten(&shield->listener);
    (void)horo_future_cancel(&shield->future); /* if it is pending */
    horo_future_fini(&shield->future);
}

/* --- callbacks --- */

void horo_future_resolve(void *future, int result, void *value)
{
    if (result < 0) {
        (void)horo_future_fail(future, result); /* the first call counts */
    } else {
        (void)horo_future_set(future, value);
    }
}
