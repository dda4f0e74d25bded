/* Any number of pending moments, each armed and disarmed in constant time.
 *
 * Far moments sit in a hierarchical wheel: eight levels of 64 slots, the first
 * with slots of 2^20 ns (about 1 ms). Nearly all deadlines are disarmed there
 * and never looked at. Near ones, in or before the slot where the wheel
 * stands, sit in a pairing heap, which gives their exact order: by moment,
 * then by when they were armed. Nothing is ever allocated. */
#ifndef HORO_BASE_TIMERS_H
#define HORO_BASE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

#include <horo/detail.h>

enum { HORO__WHEEL_LEVELS = 8, HORO__WHEEL_SLOTS = 64 };

enum horo__timer_state {
    HORO__TIMER_IDLE = 0, /* as in zeroed memory */
    HORO__TIMER_IN_WHEEL,
    HORO__TIMER_IN_HEAP
};

struct horo__timers {
    uint64_t tick;            /* where the wheel stands, in slots of level 0 */
    uint64_t order;           /* counts timers armed, to break ties */
    uint64_t armed;           /* how many are pending */
    struct horo__timer *near; /* root of the pairing heap */
    /* One row more than there are levels: its first slot holds back what was
     * armed while expire() was firing. */
    uint64_t occupied[HORO__WHEEL_LEVELS + 1];
    struct horo__timer *slots[HORO__WHEEL_LEVELS + 1][HORO__WHEEL_SLOTS];
};

void horo__timers_init(struct horo__timers *timers, int64_t now_ns);

/* Has timer->fire called at `deadline_ns`. The timer must not be armed. */
void horo__timer_arm(struct horo__timers *timers, struct horo__timer *timer,
                     int64_t deadline_ns);

/* Undoes arming; nothing happens when the timer is not armed. */
void horo__timer_disarm(struct horo__timers *timers, struct horo__timer *timer);

/* Fires all that are due at `now_ns`, in order; those armed meanwhile wait for
 * the next call. Each is disarmed before its `fire` runs. */
void horo__timers_expire(struct horo__timers *timers, int64_t now_ns);

/* The next moment to call expire at: exact when it is near, earlier than the
 * earliest deadline when that is far. INT64_MAX when nothing is pending. */
int64_t horo__timers_next(struct horo__timers *timers);

static inline bool horo__timer_is_armed(const struct horo__timer *timer)
{
    return timer->state != HORO__TIMER_IDLE;
}

#endif
