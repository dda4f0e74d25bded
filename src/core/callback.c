/* Calls between tasks, in the order in which they and the tasks became ready.
 *
 *               hold           release            the batch reaches it
 *        IDLE -------> HELD -------------> QUEUED ---------------------> IDLE
 *          |\                              ^   ^
 *          | `-> TIMED -- its moment ------'   |
 *          |                comes              |
 *          `--------------- soon --------------'
 *
 * The queue of tasks counts those that were ever put into it; a callback notes
 * that count as its place, and is called when as many have been taken. What is
 * ready when a turn begins is its batch: tasks up to `batch_end`, callbacks in
 * `batch`. What the batch asks for waits for the next one. */
#include <horo/callback.h>

#include "core/callback.h"
#include "core/core.h"

enum state { IDLE = 0, HELD, QUEUED, TIMED };

static struct horo_callback *callback_of_link(struct horo__link *link)
{
    return horo__container(link, struct horo_callback, link);
}

/* --- asking --- */

/* The caller changes its state, which is still IDLE. */
static int claim(struct horo_callback *callback, horo_callback_fn *fn,
                 void *arg)
{
    struct horo_loop *loop = horo__loop;

    if (!loop) {
        return -HORO_ENOTASK;
    }
    if (loop->is_closed) {
        return -ESHUTDOWN;
    }
    if (!fn) {
        return -EINVAL;
    }
    if (callback->state != IDLE) {
        return -EBUSY;
    }
    callback->fn = fn;
    callback->arg = arg;
    callback->loop = loop;
    return 0;
}

int horo__callback_hold(struct horo_callback *callback, struct horo__link *list,
                        horo_callback_fn *fn, void *arg)
{
    int rc = claim(callback, fn, arg);

    if (rc == 0) {
        callback->state = HELD;
        horo__list_append(list, &callback->link);
        horo__list_append(&callback->loop->held, &callback->held);
    }
    return rc;
}

static void enqueue(struct horo_callback *callback)
{
    struct horo_loop *loop = callback->loop;

    callback->state = QUEUED;
    loop->calls_queued++;
    callback->place = loop->ready.tail;
    horo__list_append(&loop->callbacks, &callback->link);
    /* Tasks that become ready from now on come after it. */
    horo__limit_budget(loop, loop->ready.tail - loop->ready.head);
}

void horo__callback_release(struct horo_callback *callback)
{
    horo__list_remove(&callback->held);
    horo__list_remove(&callback->link);
    enqueue(callback);
}

int horo_call_soon(struct horo_callback *callback, horo_callback_fn *fn,
                   void *arg)
{
    int rc = claim(callback, fn, arg);

    if (rc == 0) {
        enqueue(callback);
    }
    return rc;
}

static void moment_has_come(struct horo__timer *timer)
{
    struct horo_callback *callback =
        horo__container(timer, struct horo_callback, timer);

    horo__list_remove(&callback->link);
    enqueue(callback);
}

int horo_call_at(struct horo_callback *callback, horo_time moment,
                 horo_callback_fn *fn, void *arg)
{
    int rc = claim(callback, fn, arg);

    if (rc < 0) {
        return rc;
    }
    callback->state = TIMED;
    callback->timer = (struct horo__timer){ .fire = moment_has_come };
    horo__list_append(&callback->loop->timed, &callback->link);
    horo__timer_arm(&callback->loop->timers, &callback->timer, moment);
    return 0;
}

int horo_call_later(struct horo_callback *callback, horo_time delay,
                    horo_callback_fn *fn, void *arg)
{
    horo_time moment;

    if (__builtin_add_overflow(horo_now(), delay, &moment)) {
        moment = delay < 0 ? INT64_MIN : INT64_MAX;
    }
    return horo_call_at(callback, moment, fn, arg);
}

static void take_back(struct horo_callback *callback)
{
    if (callback->state == TIMED) {
        horo__timer_disarm(&callback->loop->timers, &callback->timer);
    } else if (callback->state == HELD) {
        horo__list_remove(&callback->held);
    } else {
        callback->loop->calls_queued--;
    }
    horo__list_remove(&callback->link);
    callback->state = IDLE;
}

int horo_call_cancel(struct horo_callback *callback)
{
    if (callback->state == IDLE) {
        return 0;
    }
    if (callback->loop != horo__loop) {
        return -HORO_EOTHERLOOP;
    }
    take_back(callback);
    return 1;
}

/* --- calling --- */

void horo__callbacks_init(struct horo_loop *loop)
{
    horo__list_init(&loop->callbacks);
    horo__list_init(&loop->batch);
    horo__list_init(&loop->timed);
    horo__list_init(&loop->held);
}

static void drop_all(struct horo__link *list)
{
    while (!horo__list_is_empty(list)) {
        take_back(callback_of_link(list->next));
    }
}

void horo__callbacks_fini(struct horo_loop *loop)
{
    drop_all(&loop->callbacks);
    drop_all(&loop->batch);
    drop_all(&loop->timed);
    while (!horo__list_is_empty(&loop->held)) {
        take_back(horo__container(loop->held.next, struct horo_callback, held));
    }
}

static void begin_batch(struct horo_loop *loop)
{
    if (horo__batch_is_over(loop)) {
        loop->batch_end = loop->ready.tail;
        horo__list_move(&loop->batch, &loop->callbacks);
    }
}

/* Tasks ready before the first callback of the list; all, if it is empty. */
static size_t tasks_before(const struct horo_loop *loop,
                           const struct horo__link *list)
{
    return horo__list_is_empty(list)
               ? SIZE_MAX
               : callback_of_link(list->next)->place - loop->ready.head;
}

/* Calls those of the batch that no task comes before; returns how many. */
static unsigned call_due(struct horo_loop *loop, unsigned most)
{
    unsigned called = 0;

    while (called < most && tasks_before(loop, &loop->batch) == 0) {
        struct horo_callback *callback =
            callback_of_link(horo__list_pop(&loop->batch));

        callback->state = IDLE;
        loop->calls_queued--;
        called++;
        callback->fn(callback->arg);
    }
    return called;
}

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* How many tasks may run before something else has to be looked at. */
static unsigned tasks_in_a_row(const struct horo_loop *loop, unsigned most)
{
    size_t count = smaller(tasks_before(loop, &loop->batch),
                           tasks_before(loop, &loop->callbacks));

    if (loop->is_stopping) {
        count = smaller(count, horo__batch_left(loop));
    }
    return (unsigned)smaller(count, most);
}

void horo__run_mixed_batch(struct horo_loop *loop)
{
    unsigned left = HORO__CALLS_PER_TURN;

    begin_batch(loop);
    do {
        left -= call_due(loop, left);
        left -= horo__run_ready(loop, tasks_in_a_row(loop, left));
    } while (left > 0 && !horo__list_is_empty(&loop->batch));
    loop->resumed += HORO__CALLS_PER_TURN - left;
}
