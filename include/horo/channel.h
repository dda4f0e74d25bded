/* Channels: queues of items between tasks, asyncio's Queue and Go's channel in
 * one. Items are copied in and out; tasks wait in line, first come first
 * served, while a channel is full or empty.
 *
 *     struct horo_channel jobs;
 *     struct horo_channel_options options = { .item_size = sizeof(int),
 *                                             .capacity = 10 };
 *
 *     rc = horo_channel_init(&jobs, &options);
 *     ...
 *     rc = horo_channel_send(&jobs, &(int){ 7 });      in one task
 *     rc = horo_channel_receive(&jobs, &number);       in another
 *     ...
 *     horo_channel_fini(&jobs);
 *
 * Without capacity a channel is a rendezvous: an item goes from hand to hand,
 * and who comes first waits for the other one.
 *
 * To wait for several channels at once see horo/select.h. */
#ifndef HORO_CHANNEL_H
#define HORO_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

enum horo_channel_order {
    HORO_CHANNEL_FIFO = 0, /* the oldest item first */
    HORO_CHANNEL_LIFO,     /* the newest first: a stack */
    HORO_CHANNEL_PRIORITY  /* the least first; among equals the oldest */
};

/* A zeroed struct lacks only the item_size. */
struct horo_channel_options {
    /* Bytes of an item; at least 1. */
    size_t item_size;
    /* How many items fit in. 0: a rendezvous. */
    size_t capacity;
    /* Which item is received first. A rendezvous knows only FIFO. */
    enum horo_channel_order order;
    /* For HORO_CHANNEL_PRIORITY, and required there: as for qsort(3), less
     * than zero when `one` is to be received before `other`. */
    int (*compare)(const void *one, const void *other);
    /* Called with each item that nobody will receive, when the channel is
     * aborted or ends, to free what the item owns. It must not suspend, nor
     * use the channel. Default: nothing is done. */
    void (*discard)(void *item);
    /* For tasks of several loops, each on its thread; and, for the calls that
     * never suspend, for threads without any. Otherwise a channel belongs to
     * the thread that first uses it: to its loops, one after the other, and to
     * what it does outside of them. Calls from other threads return
     * -HORO_EOTHERLOOP. Making a channel is no use of it. */
    bool shared;
};

/* Lives in the caller's memory from init to fini; the fields are private. */
struct horo_channel {
    struct horo__store store;
    struct horo__link receivers; /* horo__place::link, in order of arrival */
    struct horo__link senders;   /* the same */
    struct horo__link joiners;   /* the same */
    size_t promised;   /* items left inside for receivers that will run */
    size_t calls;      /* that wait, or have been woken and not yet run */
    size_t unfinished; /* items sent, less those done */
    void (*discard)(void *item);
    const void *thread;        /* that may use it; NULL: not known yet */
    struct horo__mutex *mutex; /* when shared; then `thread` is not used */
    bool is_closed;
};

/* Makes a channel, with memory for all items that it can hold. Never suspends.
 * Returns 0; -EINVAL without item_size, for PRIORITY without `compare`, or for
 * a rendezvous that is not FIFO; -ENOMEM. After a failure the
 * channel is closed and empty, and horo_channel_fini() need not be called. */
HORO__API int horo_channel_init(struct horo_channel *channel,
                                const struct horo_channel_options *options);

/* Ends a channel that nobody uses any more; items left inside are discarded.
 * Ending one while a task waits in it ends the program with a report. NULL is
 * fine. Until it is made anew, the channel is closed and empty. Never
 * suspends. */
HORO__API void horo_channel_fini(struct horo_channel *channel);

/* Copies an item into the channel; waits in line while that is full, or, in
 * a rendezvous, while nobody receives. Suspends; even when there is room, now
 * and then, so that others get a turn. Returns 0; -ESHUTDOWN when the channel
 * is or becomes closed; -ECANCELED in a cancelled scope; -HORO_ENOTASK outside
 * a task; -HORO_EOTHERLOOP. After an error the item has not been sent.
 *
 * A sender whose item has been taken from it returns 0, even if it has been
 * cancelled before it could run: its next suspension tells. */
HORO__API int horo_channel_send(struct horo_channel *channel, const void *item);

/* Takes an item out of the channel, to `ret_item`; waits in line while there
 * is none. Suspends; even when there is one, now and then. Returns 0;
 * -ESHUTDOWN when the channel is closed and empty; -ECANCELED in a cancelled
 * scope; -HORO_ENOTASK outside a task; -HORO_EOTHERLOOP.
 *
 * A receiver that is cancelled when an item was there for it already leaves
 * that to the next one; items are received in order even then. Only in
 * a rendezvous, where an item has no place to stay, does it return 0 with the
 * item, and the next suspension tells. */
HORO__API int horo_channel_receive(struct horo_channel *channel,
                                   void *ret_item);

/* The same without waiting: -EAGAIN when the channel is full or empty, or, in
 * a rendezvous, when nobody waits at the other end. Nobody who waits is
 * overtaken: what has come for a receiver that has not run yet is not there for
 * another, and a closed channel with nothing else inside is not yet empty.
 * Never suspend, and work in callbacks and cancelled scopes. */
HORO__API int horo_channel_try_send(struct horo_channel *channel,
                                    const void *item);
HORO__API int horo_channel_try_receive(struct horo_channel *channel,
                                       void *ret_item);

/* Closes the channel: who sends, or waits to, gets -ESHUTDOWN; who receives
 * still gets all items that are inside, and -ESHUTDOWN after the last. May be
 * called repeatedly. Never suspends. Returns 0 or -HORO_EOTHERLOOP. */
HORO__API int horo_channel_close(struct horo_channel *channel);

/* Closes the channel and discards all items inside, which count as done, as
 * far as they do not yet. asyncio: shutdown(immediate=True). May be called
 * repeatedly, also after closing. Never suspends. Returns 0 or
 * -HORO_EOTHERLOOP. */
HORO__API int horo_channel_abort(struct horo_channel *channel);

/* Says that one item, received before, has been dealt with: for
 * horo_channel_join(). asyncio: task_done(), and as there it is items sent that
 * are counted, not those received. Never suspends. Returns 0; -EINVAL when more
 * would be done than have been sent; -HORO_EOTHERLOOP. */
HORO__API int horo_channel_done(struct horo_channel *channel);

/* Waits until all items sent so far, and those sent meanwhile, are done; see
 * above. Suspends, unless they are. Returns 0; -ECANCELED; -HORO_ENOTASK;
 * -HORO_EOTHERLOOP. */
HORO__API int horo_channel_join(struct horo_channel *channel);

/* Items inside. In a shared channel that may have changed on return. Never
 * suspends, never fails. */
HORO__API size_t horo_channel_length(const struct horo_channel *channel);

HORO__END

#endif
