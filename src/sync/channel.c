/* Channels: who may go on when an item comes or leaves.
 *
 * Between two calls these hold, where a place in line counts only while its
 * selection is open:
 *  - nobody stands in line to send unless the store is full;
 *  - nobody stands in line to receive unless every item inside is promised;
 *  - a rendezvous has a line at one end only;
 *  - promised <= items inside, but for an aborted channel.
 * So who comes never overtakes anybody by not waiting.
 *
 * A receiver is promised an item and takes it when it runs. A sender's item is
 * taken from it at once when there is room, and the sender merely told. */
#include "sync/channel.h"

#include <horo/error.h>

#include "base/check.h"
#include "base/list.h"
#include "core/wait.h"
#include "sync/store.h"
#include "sys/mutex.h"

/* --- in and out --- */

/* Its address tells the thread; unlike that of a loop, of which another one
 * may come to lie where one was. */
static __thread char this_thread;

int horo__channel_enter(struct horo_channel *channel)
{
    if (channel->mutex) {
        horo__mutex_lock(channel->mutex);
        return 0;
    }
    if (horo__unlikely(channel->thread != &this_thread)) {
        if (channel->thread) {
            return -HORO_EOTHERLOOP;
        }
        channel->thread = &this_thread;
    }
    return 0;
}

void horo__channel_leave(struct horo_channel *channel)
{
    if (channel->mutex) {
        horo__mutex_unlock(channel->mutex);
    }
}

static bool is_rendezvous(const struct horo_channel *channel)
{
    return channel->store.capacity == 0;
}

/* --- lines --- */

/* Takes out of the line the first place whose wait has not ended otherwise,
 * and wakes its task; NULL when nobody waits. The task does not run before
 * the caller has left the channel, so the place can still be filled in. */
static struct horo__place *wake_first(struct horo__link *line)
{
    struct horo__link *link;

    while ((link = horo__list_pop(line))) {
        struct horo__place *place =
            horo__container(link, struct horo__place, link);

        if (horo__selection_settle(place->selection, place)) {
            return place;
        }
    }
    return NULL;
}

static void settle(struct horo__place *place, int result)
{
    place->state = HORO__PLACE_SETTLED;
    place->result = result;
}

static void settle_all(struct horo__link *line, int result)
{
    struct horo__place *place;

    while ((place = wake_first(line))) {
        settle(place, result);
    }
}

/* Keeps an item inside for the first receiver in line, if there is one. */
static void promise_item(struct horo_channel *channel)
{
    struct horo__place *place = wake_first(&channel->receivers);

    if (place) {
        place->state = HORO__PLACE_PROMISED;
        channel->promised++;
    }
}

/* --- items --- */

static void put_item(struct horo_channel *channel, const void *item)
{
    horo__store_push(&channel->store, item);
    channel->unfinished++;
    promise_item(channel);
}

/* When a closed channel is empty, it is in vain to wait for an item. Not
 * before: one that is promised may yet be left to others. */
static bool is_drained(const struct horo_channel *channel)
{
    return channel->is_closed && channel->store.count == 0;
}

static void end_if_drained(struct horo_channel *channel)
{
    if (is_drained(channel)) {
        settle_all(&channel->receivers, -ESHUTDOWN);
    }
}

/* Takes an item, and lets in that of the first sender in line. */
static void take_item(struct horo_channel *channel, void *ret_item)
{
    struct horo__place *sender;

    horo__store_pop(&channel->store, ret_item);
    sender = wake_first(&channel->senders);
    if (sender) {
        put_item(channel, sender->item);
        settle(sender, 0);
    }
    end_if_drained(channel);
}

int horo__channel_send_now(struct horo_channel *channel, const void *item)
{
    struct horo__place *receiver;

    if (channel->is_closed) {
        return -ESHUTDOWN;
    }
    if (channel->store.count < channel->store.capacity) {
        put_item(channel, item);
        return 0;
    }
    if (is_rendezvous(channel) &&
        (receiver = wake_first(&channel->receivers))) {
        horo__store_copy(&channel->store, receiver->item, item);
        channel->unfinished++;
        settle(receiver, 0);
        return 0;
    }
    return -EAGAIN;
}

int horo__channel_receive_now(struct horo_channel *channel, void *ret_item)
{
    struct horo__place *sender;

    if (channel->store.count > channel->promised) {
        take_item(channel, ret_item);
        return 0;
    }
    if (is_rendezvous(channel) && (sender = wake_first(&channel->senders))) {
        horo__store_copy(&channel->store, ret_item, sender->item);
        channel->unfinished++;
        settle(sender, 0);
        return 0;
    }
    return is_drained(channel) ? -ESHUTDOWN : -EAGAIN;
}

/* --- waiting --- */

void horo__channel_line_up(struct horo_channel *channel,
                           struct horo__link *line, struct horo__place *place,
                           struct horo__selection *selection, void *item)
{
    place->selection = selection;
    place->item = item;
    place->state = HORO__PLACE_WAITING;
    horo__list_append(line, &place->link);
    channel->calls++;
}

/* A receiver runs that has been promised an item. */
static int keep_promise(struct horo_channel *channel, void *ret_item)
{
    int rc = horo__wait_check();

    channel->promised--;
    if (rc < 0) { /* cancelled since: the item is for the next one */
        if (channel->store.count > channel->promised) {
            promise_item(channel);
        }
        return rc;
    }
    if (channel->store.count == 0) {
        return -ESHUTDOWN; /* aborted since */
    }
    take_item(channel, ret_item);
    return 0;
}

int horo__channel_line_leave(struct horo_channel *channel,
                             struct horo__place *place)
{
    channel->calls--;
    horo__list_remove(&place->link);
    switch ((enum horo__place_state)place->state) {
    case HORO__PLACE_WAITING:
        return -ECANCELED;
    case HORO__PLACE_PROMISED:
        return keep_promise(channel, place->item);
    case HORO__PLACE_SETTLED:
        /* A failure can be exchanged for the one that matters more. */
        return place->result < 0 && horo__wait_check() < 0 ? -ECANCELED
                                                           : place->result;
    }
    return -ECANCELED;
}

static const struct horo__wait_kind waiting = { "channel",
                                                horo__selection_interrupt,
                                                NULL };

/* Waits in one line of a channel that has been entered; leaves it. */
static int wait_in_line(struct horo_channel *channel, struct horo__link *line,
                        void *item)
{
    struct horo__selection selection;
    struct horo__place place;
    int rc;

    horo__selection_init(&selection, channel->mutex != NULL);
    horo__channel_line_up(channel, line, &place, &selection, item);
    horo__channel_leave(channel);
    (void)horo__selection_wait(&selection, &waiting); /* the place tells */
    (void)horo__channel_enter(channel); /* this thread's, as before */
    rc = horo__channel_line_leave(channel, &place);
    horo__channel_leave(channel);
    return rc;
}

/* --- the calls that may wait --- */

static int check_and_enter(struct horo_channel *channel)
{
    int rc = horo__wait_politely();

    return rc < 0 ? rc : horo__channel_enter(channel);
}

int horo_channel_send(struct horo_channel *channel, const void *item)
{
    int rc = check_and_enter(channel);

    if (rc < 0) {
        return rc;
    }
    rc = horo__channel_send_now(channel, item);
    if (rc == -EAGAIN) {
        return wait_in_line(channel, &channel->senders, (void *)item);
    }
    horo__channel_leave(channel);
    return rc;
}

int horo_channel_receive(struct horo_channel *channel, void *ret_item)
{
    int rc = check_and_enter(channel);

    if (rc < 0) {
        return rc;
    }
    rc = horo__channel_receive_now(channel, ret_item);
    if (rc == -EAGAIN) {
        return wait_in_line(channel, &channel->receivers, ret_item);
    }
    horo__channel_leave(channel);
    return rc;
}

int horo_channel_join(struct horo_channel *channel)
{
    int rc = check_and_enter(channel);

    if (rc < 0) {
        return rc;
    }
    if (channel->unfinished == 0) {
        horo__channel_leave(channel);
        return 0;
    }
    rc = wait_in_line(channel, &channel->joiners, NULL);
    /* Nothing has been handed over that would be lost. */
    return rc == 0 ? horo__wait_check() : rc;
}

/* --- the calls that never wait --- */

int horo_channel_try_send(struct horo_channel *channel, const void *item)
{
    int rc = horo__channel_enter(channel);

    if (rc == 0) {
        rc = horo__channel_send_now(channel, item);
        horo__channel_leave(channel);
    }
    return rc;
}

int horo_channel_try_receive(struct horo_channel *channel, void *ret_item)
{
    int rc = horo__channel_enter(channel);

    if (rc == 0) {
        rc = horo__channel_receive_now(channel, ret_item);
        horo__channel_leave(channel);
    }
    return rc;
}

static void finish(struct horo_channel *channel, size_t count)
{
    channel->unfinished -= count;
    if (channel->unfinished == 0) {
        settle_all(&channel->joiners, 0);
    }
}

int horo_channel_done(struct horo_channel *channel)
{
    int rc = horo__channel_enter(channel);

    if (rc < 0) {
        return rc;
    }
    if (channel->unfinished > 0) {
        finish(channel, 1);
    } else {
        rc = -EINVAL;
    }
    horo__channel_leave(channel);
    return rc;
}

static void close_entered(struct horo_channel *channel)
{
    channel->is_closed = true;
    settle_all(&channel->senders, -ESHUTDOWN);
    end_if_drained(channel);
}

int horo_channel_close(struct horo_channel *channel)
{
    int rc = horo__channel_enter(channel);

    if (rc == 0) {
        close_entered(channel);
        horo__channel_leave(channel);
    }
    return rc;
}

static size_t discard_all(struct horo_channel *channel)
{
    size_t count = channel->store.count;
    void *item;

    while ((item = horo__store_drop(&channel->store))) {
        if (channel->discard) {
            channel->discard(item);
        }
    }
    return count;
}

int horo_channel_abort(struct horo_channel *channel)
{
    int rc = horo__channel_enter(channel);
    size_t discarded;

    if (rc < 0) {
        return rc;
    }
    close_entered(channel);
    discarded = discard_all(channel);
    end_if_drained(channel);
    /* Some of them may have been called done while they were inside. */
    finish(channel,
           discarded < channel->unfinished ? discarded : channel->unfinished);
    horo__channel_leave(channel);
    return 0;
}

size_t horo_channel_length(const struct horo_channel *channel)
{
    size_t length;

    if (!channel->mutex) {
        return channel->store.count;
    }
    horo__mutex_lock(channel->mutex);
    length = channel->store.count;
    horo__mutex_unlock(channel->mutex);
    return length;
}

/* --- beginning and end --- */

/* What a channel is before its beginning and after its end: closed and empty,
 * so that whoever uses it then is told so. */
static void make_closed(struct horo_channel *channel)
{
    *channel = (struct horo_channel){ .is_closed = true };
    horo__list_init(&channel->receivers);
    horo__list_init(&channel->senders);
    horo__list_init(&channel->joiners);
}

int horo_channel_init(struct horo_channel *channel,
                      const struct horo_channel_options *options)
{
    int rc;

    make_closed(channel);
    channel->discard = options->discard;
    rc = horo__store_init(&channel->store, options);
    if (rc == 0 && options->shared) {
        rc = horo__mutex_create(&channel->mutex);
    }
    if (rc < 0) {
        horo__store_fini(&channel->store);
        return rc;
    }
    channel->is_closed = false;
    return 0;
}

void horo_channel_fini(struct horo_channel *channel)
{
    if (!channel) {
        return;
    }
    horo__check(channel->calls == 0);
    (void)discard_all(channel);
    horo__store_fini(&channel->store);
    horo__mutex_destroy(channel->mutex);
    make_closed(channel);
}
