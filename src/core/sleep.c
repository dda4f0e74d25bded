/* Waiting for time to pass. */
#include <horo/time.h>

#include "core/alarm.h"
#include "core/core.h"
#include "core/wait.h"

struct sleeper {
    struct horo__timer timer;
    struct horo_task *task;
};

static void time_is_up(struct horo__timer *timer)
{
    horo__wake(horo__container(timer, struct sleeper, timer)->task, 0);
}

static void interrupt_sleep(struct horo_task *task)
{
    struct sleeper *sleeper = horo__awaited(task);

    horo__timer_disarm(&task->loop->timers, &sleeper->timer);
    horo__wake(task, -ECANCELED);
}

static const struct horo__wait_kind sleeping = { "time", interrupt_sleep,
                                                 NULL };

int horo_sleep_until(horo_time moment)
{
    int rc = horo__wait_check();
    struct sleeper sleeper = { .timer.fire = time_is_up };

    if (rc < 0) {
        return rc;
    }
    sleeper.task = horo__loop->current;
    horo__timer_arm(&horo__loop->timers, &sleeper.timer, moment);
    return horo__wait(&sleeping, &sleeper);
}

int horo_sleep(horo_time duration)
{
    horo_time moment;

    if (duration <= 0) {
        return horo_yield();
    }
    if (!horo__loop) {
        return -HORO_ENOTASK;
    }
    if (__builtin_add_overflow(horo__loop_read_clock(horo__loop), duration,
                               &moment)) {
        moment = INT64_MAX;
    }
    return horo_sleep_until(moment);
}

void horo__alarm_set(struct horo__timer *timer, horo_time delay)
{
    horo_time moment;

    if (__builtin_add_overflow(horo__loop_now(horo__loop, delay), delay,
                               &moment)) {
        moment = INT64_MAX; /* never */
    }
    horo__timer_arm(&horo__loop->timers, timer, moment);
}

void horo__alarm_clear(struct horo__timer *timer)
{
    horo__timer_disarm(&horo__loop->timers, timer);
}
