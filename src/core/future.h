/* For whatever waits for futures in ways of its own: gathering, select. */
#ifndef HORO_CORE_FUTURE_H
#define HORO_CORE_FUTURE_H

#include <horo/future.h>

#include "base/list.h"

/* 0 when this thread may use the future, else -HORO_EOTHERLOOP. One that was
 * made before any loop now is of this thread's, if it has one. */
int horo__future_check(struct horo_future *future);

static inline bool horo__future_is_settled(const struct horo_future *future)
{
    return future->state != HORO_FUTURE_PENDING;
}

/* Has the listener told, behind those that listen already. The future must be
 * unsettled. Neither allocates nor fails. */
void horo__future_listen(struct horo_future *future,
                         struct horo__listener *listener);

/* Takes a listener back; no harm if it has been told or taken back before. */
void horo__future_unlisten(struct horo__listener *listener);

/* The task of whose future the listener is still to be told; NULL for a plain
 * future, and once the listener has been told or taken back, whatever has
 * become of the future since. */
static inline struct horo_task *
horo__listener_awaits(const struct horo__listener *listener,
                      const struct horo_future *future)
{
    return horo__list_is_empty(&listener->link) ? NULL : future->task;
}

/* Makes the future of a task of this thread's loop. */
void horo__future_init_task(struct horo_future *future, struct horo_task *task);

/* Settles a pending plain future. */
void horo__future_settle(struct horo_future *future, int result, void *value);

/* For listeners, which must not do the above: settles a pending plain future as
 * `source`, of which the listener is being told, has. Its own listeners are
 * told later, before the call that settles `source` returns. A future to which
 * nobody listens may also follow one that settled long ago. */
void horo__future_follow(struct horo_future *future,
                         struct horo_future *source);

/* Settles the current task's own future, which is then no longer its own: its
 * end will not do it again. For results with a value. An error that the scope
 * is not told of, unless `is_told`. */
void horo__future_settle_own(int result, void *value, bool is_told);

/* Settles the future of the current task, which ends with `result`. */
void horo__future_end(struct horo_task *task, int result);

#endif
