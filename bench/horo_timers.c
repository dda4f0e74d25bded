/* A million armed timers: see bench/README.md for the work. */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/timers.h"
#include "sys/clock.h"

enum { RESIDENT = 1000000, OPERATIONS = 2000000 };

static uint64_t random_state = 88172645463325252u;
static uint64_t fired;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int64_t random_timeout(void)
{
    return (int64_t)(60000 + next_random() % 3600000) * 1000000;
}

static void fire(struct horo__timer *timer)
{
    (void)timer;
    fired++;
}

static double since(int64_t began, uint64_t count)
{
    return (double)(horo__clock_now() - began) / (double)count;
}

static void measure(struct horo__timers *timers, struct horo__timer *all)
{
    int64_t now = horo__clock_now();
    struct horo__timer extra = { .fire = fire };
    int64_t began = now;

    for (int i = 0; i < RESIDENT; i++) {
        all[i].fire = fire;
        horo__timer_arm(timers, &all[i], now + random_timeout());
    }
    printf("{\"insert_ns\": %.2f, ", since(began, RESIDENT));
    began = horo__clock_now();
    for (int i = 0; i < OPERATIONS; i++) {
        struct horo__timer *timer = &all[next_random() % RESIDENT];

        horo__timer_disarm(timers, timer);
        horo__timer_arm(timers, timer, now + random_timeout());
    }
    printf("\"rearm_ns\": %.2f, ", since(began, OPERATIONS));
    began = horo__clock_now();
    for (int i = 0; i < OPERATIONS; i++) {
        horo__timer_arm(timers, &extra, now + random_timeout());
        horo__timer_disarm(timers, &extra);
    }
    printf("\"hot_set_cancel_ns\": %.2f, ", since(began, OPERATIONS));
    for (int i = 0; i < RESIDENT; i++) {
        horo__timer_disarm(timers, &all[i]);
        horo__timer_arm(timers, &all[i],
                        now + (int64_t)(next_random() % 500) * 1000000);
    }
    began = horo__clock_now();
    horo__timers_expire(timers, now + INT64_C(500000000));
    printf("\"expire_ns\": %.2f}\n", since(began, RESIDENT));
}

int main(void)
{
    struct horo__timers *timers = malloc(sizeof *timers);
    struct horo__timer *all = calloc(RESIDENT, sizeof *all);

    if (!timers || !all) {
        return 1;
    }
    horo__timers_init(timers, horo__clock_now());
    measure(timers, all);
    free(all);
    free(timers);
    return fired == RESIDENT ? 0 : 1;
}
