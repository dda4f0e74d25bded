/* The event: a flag and those who wait for it. */
#include <horo/event.h>

#include "core/wait.h"
#include "sync/waiters.h"

void horo_event_set(struct horo_event *event)
{
    event->is_set = true;
    horo__waiters_wake_all(&event->waiters, 0);
}

void horo_event_clear(struct horo_event *event)
{
    event->is_set = false;
}

bool horo_event_is_set(const struct horo_event *event)
{
    return event->is_set;
}

static const struct horo__wait_kind waiting = { "event", horo__waiter_leave,
                                                NULL };

int horo_event_wait(struct horo_event *event)
{
    struct horo__waiter waiter;
    int rc = horo__wait_politely(); /* only others can clear the event */

    if (rc < 0 || event->is_set) {
        return rc;
    }
    return horo__waiters_wait(&event->waiters, &waiter, &waiting);
}
