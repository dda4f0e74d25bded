/* Watches: callbacks for what becomes of a descriptor, as long as it lasts.
 *
 *      horo_watch_fd     something holds         it is called
 *    ------------> WAITING -----------> CALLING -------------.
 *                     ^                                      |
 *                     `------------- again ------------------'
 *
 * A watch is an operation that is started anew after each call, whose result
 * the call gets; so it comes again and again, while other tasks and callbacks
 * have their turns in between. The kernel knows the operation's address: the
 * watch is ours, not the caller's, and outlasts horo_unwatch() until the
 * operation has come back. */
#include <horo/callback.h>

#include "core/callback.h"
#include "core/core.h"
#include "sys/descriptor.h"
#include "sys/memory.h"

struct horo_watch {
    struct horo__link beside; /* in horo_loop::watches */
    struct horo__operation operation;
    struct horo_callback callback;
    horo_watch_fn *fn; /* NULL: unwatched, to be freed when all is back */
    void *arg;
    bool is_calling;
};

_Static_assert(sizeof(struct horo_watch) < 512, "see horo_watch_fd()");

static bool is_waiting(const struct horo_watch *watch)
{
    return watch->operation.state == HORO__OPERATION_ACTIVE ||
           watch->operation.state == HORO__OPERATION_CANCELLING;
}

static void watch_free(struct horo_watch *watch)
{
    horo__list_remove(&watch->beside);
    horo__free(watch);
}

static void call(void *arg);

static void something_holds(struct horo__operation *operation)
{
    struct horo_watch *watch = operation->owner;

    if (!watch->fn) {
        watch_free(watch);
    } else {
        (void)horo_call_soon(&watch->callback, call, watch); /* it is idle */
    }
}

/* Waits for the next event; an error in place of events ends the watch. */
static void start(struct horo_watch *watch)
{
    watch->operation.state = HORO__OPERATION_IDLE;
    if (horo__operation_start(&watch->operation)) {
        something_holds(&watch->operation);
    }
}

static void call(void *arg)
{
    struct horo_watch *watch = arg;
    int events = watch->operation.result;

    watch->is_calling = true;
    watch->fn(watch->arg, events);
    watch->is_calling = false;
    if (!watch->fn) {
        watch_free(watch);
    } else if (events > 0) {
        start(watch);
    }
}

int horo_watch_fd(int fd, short events, horo_watch_fn *fn, void *arg,
                  struct horo_watch **ret_watch)
{
    struct horo_loop *loop = horo__loop;
    struct horo_watch *watch;
    int rc;

    if (!loop) {
        return -HORO_ENOTASK;
    }
    if (loop->is_closed) {
        return -ESHUTDOWN;
    }
    if (!events || !fn) {
        return -EINVAL;
    }
    rc = horo__sys_check_pollable(fd);
    if (rc < 0) {
        return rc;
    }
    watch = horo__alloc(sizeof *watch);
    if (!watch) {
        return -ENOMEM;
    }
    watch->operation = (struct horo__operation){
        .kind = HORO__POLL,
        .fd = fd,
        .as.poll = { .events = events, .is_foreign = true },
        .complete = something_holds,
        .owner = watch,
    };
    watch->fn = fn;
    watch->arg = arg;
    horo__list_append(&loop->watches, &watch->beside);
    start(watch);
    if (!is_waiting(watch) && watch->operation.result < 0) {
        rc = watch->operation.result;
        horo_unwatch(&watch);
        return rc;
    }
    *ret_watch = watch;
    return 0;
}

static void unwatch(struct horo_watch *watch)
{
    watch->fn = NULL;
    (void)horo_call_cancel(&watch->callback);
    if (is_waiting(watch)) {
        horo__operation_cancel(&watch->operation); /* frees it, now or later */
    } else if (!watch->is_calling) {
        watch_free(watch);
    }
}

void horo_unwatch(struct horo_watch **watch)
{
    if (watch && *watch) {
        unwatch(*watch);
        *watch = NULL;
    }
}

void horo__watches_fini(struct horo_loop *loop)
{
    struct horo__link *link = loop->watches.next;

    while (link != &loop->watches) {
        struct horo_watch *watch =
            horo__container(link, struct horo_watch, beside);

        link = link->next;
        if (watch->fn) {
            unwatch(watch);
        }
    }
}
