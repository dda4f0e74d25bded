/* An event: something that has happened, or not yet. Any number of tasks wait
 * for it; setting it lets them all go on.
 *
 *     struct horo_event ready = { 0 };
 *
 * Set and clear may be called by tasks and callbacks of the loop. */
#ifndef HORO_EVENT_H
#define HORO_EVENT_H

#include <stdbool.h>

#include <horo/detail.h>

HORO__BEGIN

/* All zeros: not set. In the caller's memory, for tasks of one loop; the fields
 * are private. Calls from other threads than the loop's are the caller's fault
 * and are not detected: there, horo_loop_post() a function that makes them. A
 * task whose wait has ended may reuse that memory at once, if it knows of no
 * other use of the event. */
struct horo_event {
    struct horo__waiters waiters;
    bool is_set;
};

/* Lets all who wait go on, and all who come, until it is cleared. Never
 * suspends. */
HORO__API void horo_event_set(struct horo_event *event);

/* From now on tasks wait again. Those that were let go on stay so. Never
 * suspends. */
HORO__API void horo_event_clear(struct horo_event *event);

/* True from a set to the next clear. */
HORO__API bool horo_event_is_set(const struct horo_event *event);

/* Waits until the event has been set. Suspends; when the event is set, only now
 * and then, to let others run. Returns 0;
 * -ECANCELED in a cancelled scope; -HORO_ENOTASK outside a task. When it
 * returns 0 the event may have been cleared again: look at what it told of. */
HORO__API int horo_event_wait(struct horo_event *event);

HORO__END

#endif
