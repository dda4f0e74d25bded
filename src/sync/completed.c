/* Futures in the order in which they settle. */
#include <horo/wait.h>

#include "base/check.h"
#include "base/list.h"
#include "base/size.h"
#include "core/future.h"
#include "core/wait.h"
#include "sync/wait.h"
#include "sys/memory.h"

/* What is known of one of the futures. */
struct horo__completion {
    struct horo__listener listener; /* until it settles */
    struct horo__link place;        /* in `settled`, from then until told */
    struct horo_as_completed *completed;
    struct horo_future *future;
};

static void notice(struct horo__listener *listener, struct horo_future *future)
{
    struct horo__completion *completion =
        horo__container(listener, struct horo__completion, listener);
    struct horo_as_completed *completed = completion->completed;
    bool is_first = horo__list_is_empty(&completed->settled);

    (void)future;
    horo__list_append(&completed->settled, &completion->place);
    if (completed->waiter && is_first) {
        horo__wake(completed->waiter, 0); /* whose turn it stays */
    }
}

/* --- those that have settled before --- */

static uint64_t order_of(struct horo__link *place)
{
    return horo__container(place, struct horo__completion, place)
        ->future->order;
}

/* Sorts `count` places, earliest first: half of them, the other half, and each
 * of the first half into the second. */
static void sort(struct horo__link *list, size_t count)
{
    struct horo__link half;
    struct horo__link *later;

    if (count < 2) {
        return;
    }
    horo__list_init(&half);
    for (size_t i = 0; i < count / 2; i++) {
        horo__list_append(&half, horo__list_pop(list));
    }
    sort(&half, count / 2);
    sort(list, count - count / 2);
    later = list->next;
    while (!horo__list_is_empty(&half)) {
        struct horo__link *place = horo__list_pop(&half);

        while (later != list && order_of(later) < order_of(place)) {
            later = later->next;
        }
        horo__list_append(later, place); /* in front of it */
    }
}

/* --- opening and closing --- */

/* No memory is needed for no future; 0 or -ENOMEM. */
static int allocate_places(struct horo_as_completed *completed, size_t count)
{
    size_t size;

    if (count == 0) {
        return 0;
    }
    if (horo__size_multiply(count, sizeof *completed->places, &size)) {
        completed->places = horo__alloc(size);
    }
    return completed->places ? 0 : -ENOMEM;
}

int horo_as_completed_open(struct horo_as_completed *completed,
                           struct horo_future *const *futures, size_t count)
{
    size_t settled = 0;
    int rc = horo_task_self() ? horo__wait_check_futures(futures, count)
                              : -HORO_ENOTASK;

    *completed = (struct horo_as_completed){ 0 };
    horo__list_init(&completed->settled);
    if (rc == 0) {
        rc = allocate_places(completed, count);
    }
    if (rc < 0) {
        return rc;
    }
    completed->count = count;
    completed->left = count;
    for (size_t i = 0; i < count; i++) {
        struct horo__completion *completion = &completed->places[i];

        completion->completed = completed;
        completion->future = futures[i];
        completion->listener.notify = notice;
        horo__list_init(&completion->listener.link);
        if (horo__future_is_settled(futures[i])) {
            horo__list_append(&completed->settled, &completion->place);
            settled++;
        } else {
            horo__future_listen(futures[i], &completion->listener);
        }
    }
    sort(&completed->settled, settled);
    return 0;
}

void horo_as_completed_close(struct horo_as_completed *completed)
{
    horo__check(!completed->waiter);
    for (size_t i = 0; i < completed->count; i++) {
        horo__future_unlisten(&completed->places[i].listener);
    }
    horo__free(completed->places);
    *completed = (struct horo_as_completed){ 0 };
}

/* --- one after another --- */

static void interrupt_next(struct horo_task *task)
{
    struct horo_as_completed *completed = horo__awaited(task);

    completed->waiter = NULL;
    horo__wake(task, -ECANCELED);
}

static struct horo_task *awaits(const struct horo_task *task)
{
    const struct horo_as_completed *completed = horo__awaited(task);
    struct horo_task *awaited = NULL;

    for (size_t i = 0; i < completed->count && !awaited; i++) {
        awaited = horo__listener_awaits(&completed->places[i].listener,
                                        completed->places[i].future);
    }
    return awaited;
}

static const struct horo__wait_kind kind = { "futures", interrupt_next,
                                             awaits };

int horo_as_completed_next(struct horo_as_completed *completed,
                           size_t *ret_index)
{
    struct horo__completion *completion;
    int rc = horo__wait_check();

    if (rc == 0 && completed->left == 0) {
        return -HORO_EDONE;
    }
    if (rc == 0 && completed->waiter) {
        return -EBUSY;
    }
    if (rc == 0 && horo__list_is_empty(&completed->settled)) {
        completed->waiter = horo_task_self();
        rc = horo__wait(&kind, completed);
        if (rc == 0) {
            completed->waiter = NULL;
        }
    }
    if (rc < 0) {
        return rc;
    }
    completion = horo__container(horo__list_pop(&completed->settled),
                                 struct horo__completion, place);
    completed->left--;
    *ret_index = (size_t)(completion - completed->places);
    return 0;
}
