/* Select. All shared channels are locked at once, in the order of their
 * addresses, to see what is ready and to stand in line where nothing is: so
 * only one of two selects that meet can be found waiting by the other one. */
#include <horo/select.h>

#include <errno.h>
#include <limits.h>

#include "base/list.h"
#include "core/alarm.h"
#include "core/future.h"
#include "core/wait.h"
#include "sync/channel.h"
#include "sync/selection.h"

static enum horo__case_kind kind_of(const struct horo_case *one)
{
    return (enum horo__case_kind)one->kind;
}

/* --- the shared channels, locked together --- */

static uintptr_t address_of(const struct horo_case *one)
{
    return (uintptr_t)one->subject;
}

/* Each channel once. */
static void chain_insert(struct horo_case **chain, struct horo_case *added)
{
    while (*chain && address_of(*chain) < address_of(added)) {
        chain = &(*chain)->next_shared;
    }
    if (!*chain || address_of(*chain) != address_of(added)) {
        added->next_shared = *chain;
        *chain = added;
    }
}

static void chain_enter(struct horo_case *chain)
{
    for (; chain; chain = chain->next_shared) {
        (void)horo__channel_enter(chain->subject); /* shared: cannot fail */
    }
}

static void chain_leave(struct horo_case *chain)
{
    for (; chain; chain = chain->next_shared) {
        horo__channel_leave(chain->subject);
    }
}

/* --- before: may it be waited for? --- */

/* The first HORO_AFTER(0), or -EAGAIN. */
static int find_otherwise(const struct horo_case cases[], int count)
{
    for (int i = 0; i < count; i++) {
        if (kind_of(&cases[i]) == HORO__CASE_AFTER && cases[i].delay <= 0) {
            return i;
        }
    }
    return -EAGAIN;
}

static int check_channel(struct horo_case *one, struct horo_case **chain)
{
    struct horo_channel *channel = one->subject;

    if (channel->mutex) {
        chain_insert(chain, one);
        return 0;
    }
    return horo__channel_enter(channel); /* which locks nothing */
}

static int check_case(struct horo_case *one, struct horo_case **chain)
{
    struct horo_future *future = one->subject;

    if (!one->subject) {
        return 0;
    }
    if (kind_of(one) != HORO__CASE_DONE) {
        return check_channel(one, chain);
    }
    if (future->task && future->task == horo_task_self()) {
        return -EDEADLK;
    }
    return horo__future_check(future);
}

/* --- at once: is it ready? --- */

/* True, with the outcome in place, when it has happened. */
static bool try_case(struct horo_case *one)
{
    if (!one->subject) {
        return false;
    }
    switch (kind_of(one)) {
    case HORO__CASE_SEND:
        one->result = horo__channel_send_now(one->subject, one->item);
        return one->result != -EAGAIN;
    case HORO__CASE_RECEIVE:
        one->result = horo__channel_receive_now(one->subject, one->item);
        return one->result != -EAGAIN;
    case HORO__CASE_DONE:
        if (!horo__future_is_settled(one->subject)) {
            return false;
        }
        one->result = horo_future_result(one->subject, &one->value);
        return true;
    case HORO__CASE_AFTER:
        return false;
    }
    return false;
}

/* The case that can happen without waiting, or `otherwise`. */
static int find_ready(struct horo_case cases[], int count, int otherwise)
{
    for (int i = 0; i < count; i++) {
        if (try_case(&cases[i])) {
            return i;
        }
    }
    if (otherwise >= 0) {
        cases[otherwise].result = 0;
    }
    return otherwise;
}

/* --- waiting --- */

/* A select that waits; on its stack. */
struct choice {
    struct horo__selection selection;
    const struct horo_case *cases;
    int count;
};

static struct horo_task *awaits(const struct horo_task *task)
{
    const struct choice *choice =
        horo__container((struct horo__selection *)horo__awaited(task),
                        struct choice, selection);
    struct horo_task *awaited = NULL;

    for (int i = 0; i < choice->count && !awaited; i++) {
        const struct horo_case *one = &choice->cases[i];

        if (kind_of(one) == HORO__CASE_DONE && one->subject) {
            awaited = horo__listener_awaits(&one->as.listener, one->subject);
        }
    }
    return awaited;
}

static const struct horo__wait_kind waiting = { "select",
                                                horo__selection_interrupt,
                                                awaits };

static void time_is_up(struct horo__timer *timer)
{
    struct horo_case *one = horo__container(timer, struct horo_case, as.timer);

    one->result = 0;
    (void)horo__selection_settle(one->selection, one);
}

/* The outcome goes over at once: by the time the task runs, the future may be
 * gone. */
static void future_has_settled(struct horo__listener *listener,
                               struct horo_future *future)
{
    struct horo_case *one =
        horo__container(listener, struct horo_case, as.listener);

    if (horo__selection_settle(one->selection, one)) {
        one->result = horo_future_result(future, &one->value);
    }
}

static void begin_case(struct horo_case *one, struct horo__selection *selection)
{
    struct horo_channel *channel = one->subject;

    one->selection = selection;
    switch (kind_of(one)) {
    case HORO__CASE_SEND:
        if (channel) {
            horo__channel_line_up(channel, &channel->senders, &one->as.place,
                                  selection, one->item);
        }
        return;
    case HORO__CASE_RECEIVE:
        if (channel) {
            horo__channel_line_up(channel, &channel->receivers, &one->as.place,
                                  selection, one->item);
        }
        return;
    case HORO__CASE_DONE:
        if (one->subject) {
            one->as.listener.notify = future_has_settled;
            horo__future_listen(one->subject, &one->as.listener);
        }
        return;
    case HORO__CASE_AFTER:
        one->as.timer = (struct horo__timer){ .fire = time_is_up };
        horo__alarm_set(&one->as.timer, one->delay);
        return;
    }
}

/* True when this case has won, and has not been given back. */
static bool end_channel_case(struct horo_case *one)
{
    struct horo_channel *channel = one->subject;
    bool has_won = horo__selection_was_won_by(one->selection, &one->as.place);
    int rc;

    (void)horo__channel_enter(channel); /* this thread's, as before */
    rc = horo__channel_line_leave(channel, &one->as.place);
    horo__channel_leave(channel);
    if (has_won) {
        one->result = rc;
    }
    return has_won && rc != -ECANCELED;
}

static bool end_case(struct horo_case *one)
{
    switch (kind_of(one)) {
    case HORO__CASE_SEND:
    case HORO__CASE_RECEIVE:
        return one->subject && end_channel_case(one);
    case HORO__CASE_DONE:
        if (one->subject) {
            horo__future_unlisten(&one->as.listener);
        }
        break;
    case HORO__CASE_AFTER:
        horo__alarm_clear(&one->as.timer);
        break;
    }
    return horo__selection_was_won_by(one->selection, one);
}

/* Waits for the first of the cases, none of which is ready; the shared
 * channels have been entered, and are left. */
static int wait_for_one(struct horo_case cases[], int count,
                        struct horo_case *chain)
{
    struct choice choice = { .cases = cases, .count = count };
    int chosen = -ECANCELED;

    horo__selection_init(&choice.selection, chain != NULL);
    for (int i = 0; i < count; i++) {
        begin_case(&cases[i], &choice.selection);
    }
    chain_leave(chain);
    (void)horo__selection_wait(&choice.selection,
                               &waiting); /* its winner tells */
    for (int i = 0; i < count; i++) {
        if (end_case(&cases[i])) {
            chosen = i;
        }
    }
    return chosen;
}

static int select_among(struct horo_case cases[], int count)
{
    struct horo_case *chain = NULL;
    int otherwise = find_otherwise(cases, count);
    int rc = otherwise >= 0 ? horo__wait_check() : horo__wait_politely();
    int chosen;

    for (int i = 0; rc == 0 && i < count; i++) {
        rc = check_case(&cases[i], &chain);
    }
    if (rc < 0) {
        return rc;
    }
    chain_enter(chain);
    chosen = find_ready(cases, count, otherwise);
    if (chosen < 0) {
        return wait_for_one(cases, count, chain);
    }
    chain_leave(chain);
    return chosen;
}

int horo_select(struct horo_case cases[], size_t count)
{
    return count > 0 && count <= INT_MAX ? select_among(cases, (int)count)
                                         : -EINVAL;
}
