/* What select needs of a channel: to look, to stand in line, to leave. All but
 * the first and the last are to be called between horo__channel_enter() and
 * horo__channel_leave(). */
#ifndef HORO_SYNC_CHANNEL_H
#define HORO_SYNC_CHANNEL_H

#include <horo/channel.h>

#include "sync/selection.h"

/* What has become of a place in line. */
enum horo__place_state {
    HORO__PLACE_WAITING,
    /* For a receiver: an item inside is kept for it, to be taken when it runs.
     * It stays inside until then, so that it can be left to the next one, and
     * none is received out of order. */
    HORO__PLACE_PROMISED,
    HORO__PLACE_SETTLED /* `result` says how */
};

/* Locks a shared channel. Returns 0, or -HORO_EOTHERLOOP with nothing done. */
int horo__channel_enter(struct horo_channel *channel);
void horo__channel_leave(struct horo_channel *channel);

/* Sends or receives if that need not wait: 0, -ESHUTDOWN, or -EAGAIN. */
int horo__channel_send_now(struct horo_channel *channel, const void *item);
int horo__channel_receive_now(struct horo_channel *channel, void *ret_item);

/* Puts the task of `selection` in line, to send or to receive `item`. The call
 * above must have returned -EAGAIN. */
void horo__channel_line_up(struct horo_channel *channel,
                           struct horo__link *line, struct horo__place *place,
                           struct horo__selection *selection, void *item);

/* Leaves the line after the wait of the selection has ended. Returns what
 * sending or receiving returns, if this place has won; else -ECANCELED. */
int horo__channel_line_leave(struct horo_channel *channel,
                             struct horo__place *place);

#endif
