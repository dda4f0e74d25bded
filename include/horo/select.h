/* Select: waiting for the first of several things, channels, futures and time,
 * of which exactly one happens.
 *
 *     struct horo_case cases[] = {
 *         HORO_RECEIVE(&jobs, &job),
 *         HORO_SEND(&results, &result),
 *         HORO_DONE(&shutdown),
 *         HORO_AFTER(HORO_S(5)),
 *     };
 *
 *     switch (horo_select(cases, 4)) {
 *     case 0: ... a job, unless cases[0].result says otherwise
 */
#ifndef HORO_SELECT_H
#define HORO_SELECT_H

#include <horo/channel.h>
#include <horo/future.h>
#include <horo/time.h>

HORO__BEGIN

/* One of the things to wait for; made by the macros below. May be used for one
 * select after the other, but not for two at a time. */
struct horo_case {
    /* The outcome, when horo_select() has chosen this case: a code, and of
     * a future that was set the value. */
    int result;
    void *value;

    /* The rest is private. */
    unsigned char kind;
    void *subject; /* the channel or the future */
    void *item;
    horo_time delay;
    struct horo__selection *selection;
    struct horo_case *next_shared; /* with a shared channel, by address */
    union {
        struct horo__place place;       /* in the line of a channel */
        struct horo__listener listener; /* to a future */
        struct horo__timer timer;
    } as;
};

/* Sends *item to a channel. Ready when there is room, or, in a rendezvous,
 * somebody waits to receive. Outcome: 0, or -ESHUTDOWN once it is closed. */
#define HORO_SEND(channel, item) horo__case_send(channel, item)

/* Receives an item from a channel to *ret_item. Ready when there is one, or
 * somebody waits to send. Outcome: 0, or -ESHUTDOWN once the channel is closed
 * and empty. */
#define HORO_RECEIVE(channel, ret_item) horo__case_receive(channel, ret_item)

/* Waits for a future. Ready when that has settled. Outcome: what
 * horo_future_result() returns; the value is in the case as well. */
#define HORO_DONE(future) horo__case_done(future)

/* Waits for a duration, in nanoseconds from the call of horo_select().
 * Outcome: 0. HORO_AFTER(0), or less, means "otherwise": it is chosen at once
 * when nothing else is ready. */
#define HORO_AFTER(duration) horo__case_after(duration)

/* Waits until one of the cases can happen, has it happen, and returns its
 * index in `cases`; nothing has happened to the others. Of several that are
 * ready the first one listed is taken, so list what is urgent first; a task
 * that must not starve any of them can rotate them. In the line of a channel
 * a select stands like any other sender or receiver.
 *
 * A case whose channel or future is NULL never happens: that is how to turn
 * one off for a while.
 *
 * Suspends; never with a HORO_AFTER(0), else now and then even when something
 * is ready. Errors, after which nothing has happened to any of the cases:
 * -ECANCELED in a cancelled scope; -HORO_ENOTASK outside a task;
 * -HORO_EOTHERLOOP when something belongs to another loop; -EDEADLK for the
 * caller's own future; -EINVAL without cases. What horo/channel.h says of
 * senders and receivers that are cancelled before they could run holds here,
 * too. */
HORO__API int horo_select(struct horo_case cases[], size_t count);

/* The kinds of cases; for the functions below. */
enum horo__case_kind {
    HORO__CASE_SEND,
    HORO__CASE_RECEIVE,
    HORO__CASE_DONE,
    HORO__CASE_AFTER
};

static inline struct horo_case horo__case_make(enum horo__case_kind kind,
                                               void *subject, void *item,
                                               horo_time delay)
{
    struct horo_case made;

    made.result = 0;
    made.value = NULL;
    made.kind = (unsigned char)kind;
    made.subject = subject;
    made.item = item;
    made.delay = delay;
    return made;
}

static inline struct horo_case horo__case_send(struct horo_channel *channel,
                                               const void *item)
{
    return horo__case_make(HORO__CASE_SEND, channel, (void *)item, 0);
}

static inline struct horo_case horo__case_receive(struct horo_channel *channel,
                                                  void *ret_item)
{
    return horo__case_make(HORO__CASE_RECEIVE, channel, ret_item, 0);
}

static inline struct horo_case horo__case_done(struct horo_future *future)
{
    return horo__case_make(HORO__CASE_DONE, future, NULL, 0);
}

static inline struct horo_case horo__case_after(horo_time duration)
{
    return horo__case_make(HORO__CASE_AFTER, NULL, NULL, duration);
}

HORO__END

#endif
