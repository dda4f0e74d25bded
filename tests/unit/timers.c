/* Timers, against a model that looks at all of them each time. */
#include "base/timers.h"

#include <stdlib.h>

#include "base/list.h"
#include "harness.h"

enum { TIMERS = 400, OPERATIONS = 100000 };

/* What the model knows of one timer. */
struct fact {
    struct horo__timer timer; /* must be first */
    bool armed;
    int64_t deadline;
    uint64_t order;
};

static struct fact facts[TIMERS];
static struct horo__timers timers;
static int64_t now;
static uint64_t order;
static uint64_t order_limit; /* what was armed later must not fire yet */
static bool expiring;
static size_t fired;
static uint64_t seed;

/* SplitMix64, so that every run is the same everywhere. */
static uint64_t random_word(void)
{
    uint64_t word = seed += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

/* Durations of every size from one nanosecond to a century. */
static int64_t random_duration(void)
{
    return (int64_t)(random_word() >> (random_word() % 62 + 2)) %
           INT64_C(3000000000000000000);
}

static int64_t random_deadline(void)
{
    switch (random_word() % 16) {
    case 0:
        return now; /* many ties */
    case 1:
        return now - random_duration() % (now + 1); /* the past */
    case 2:
        return INT64_MAX;
    case 3:
        return -random_duration() - 1;
    case 4:
        return now + 5000000; /* ties in the future */
    default:
        return now + random_duration();
    }
}

static void arm(struct fact *fact, int64_t deadline)
{
    fact->armed = true;
    fact->deadline = deadline;
    fact->order = order++;
    horo__timer_arm(&timers, &fact->timer, deadline);
}

static void disarm(struct fact *fact)
{
    fact->armed = false;
    horo__timer_disarm(&timers, &fact->timer);
}

/* The one that has to fire next; NULL when none has. */
static struct fact *first_due(void)
{
    struct fact *first = NULL;

    for (size_t i = 0; i < TIMERS; i++) {
        struct fact *fact = &facts[i];

        if (!fact->armed || fact->deadline > now ||
            fact->order >= order_limit) {
            continue;
        }
        if (!first || fact->deadline < first->deadline ||
            (fact->deadline == first->deadline && fact->order < first->order)) {
            first = fact;
        }
    }
    return first;
}

static int64_t earliest(void)
{
    int64_t deadline = INT64_MAX;

    for (size_t i = 0; i < TIMERS; i++) {
        if (facts[i].armed && facts[i].deadline < deadline) {
            deadline = facts[i].deadline;
        }
    }
    return deadline;
}

static size_t count_armed(void)
{
    size_t count = 0;

    for (size_t i = 0; i < TIMERS; i++) {
        count += facts[i].armed;
    }
    return count;
}

static void fire(struct horo__timer *timer)
{
    struct fact *fact = (struct fact *)timer;

    CHECK(expiring);
    CHECK(!horo__timer_is_armed(timer));
    CHECK_NUMBER(fact - facts, first_due() - facts);
    fact->armed = false;
    fired++;
    if (random_word() % 4 == 0) {
        arm(fact, random_deadline()); /* itself, perhaps in the past */
    }
    if (random_word() % 4 == 0) {
        disarm(&facts[random_word() % TIMERS]); /* perhaps one that is due */
    }
}

static void expire(void)
{
    order_limit = order;
    expiring = true;
    horo__timers_expire(&timers, now);
    expiring = false;
    CHECK(first_due() == NULL);
}

static void check_next(void)
{
    int64_t next = horo__timers_next(&timers);
    int64_t first = earliest();

    CHECK(next <= first);
    CHECK_NUMBER(timers.armed, count_armed());
    if (count_armed() == 0) {
        CHECK_NUMBER(next, INT64_MAX);
    }
    if (first > now) {
        CHECK(next > now); /* or the loop would turn without end */
    }
}

static void begin(uint64_t new_seed, int64_t begin_at)
{
    seed = new_seed;
    now = begin_at;
    order = 0;
    fired = 0;
    horo__timers_init(&timers, now);
    for (size_t i = 0; i < TIMERS; i++) {
        facts[i] = (struct fact){ .timer.fire = fire };
    }
}

static void step(void)
{
    struct fact *fact = &facts[random_word() % TIMERS];

    switch (random_word() % 8) {
    case 0:
    case 1:
    case 2:
    case 3:
        disarm(fact);
        arm(fact, random_deadline());
        break;
    case 4:
        disarm(fact);
        break;
    case 5:
        check_next();
        break;
    case 6:
        now += random_duration() % 10000000;
        expire();
        break;
    default:
        /* As the loop does it: to the very moment it was told. */
        if (horo__timers_next(&timers) < now + HORO_S(1000000)) {
            int64_t next = horo__timers_next(&timers);

            now = next > now ? next : now;
        } else if (now < HORO_S(4000000000)) {
            now += random_duration() % HORO_S(3600);
        }
        expire();
        break;
    }
}

static void agree_with_the_model(int64_t begin_at, uint64_t new_seed)
{
    size_t operations = scaled(OPERATIONS, OPERATIONS / 10);

    begin(new_seed, begin_at);
    for (size_t i = 0; i < operations; i++) {
        step();
    }
    CHECK(fired > operations / 20);
    while (count_armed() > 0 && earliest() < INT64_MAX / 2) {
        now = earliest() > now ? earliest() : now;
        expire();
    }
    for (size_t i = 0; i < TIMERS; i++) {
        disarm(&facts[i]);
    }
    CHECK_NUMBER(timers.armed, 0);
    CHECK_NUMBER(horo__timers_next(&timers), INT64_MAX);
}

static void random_operations_agree_with_the_model(void)
{
    agree_with_the_model(0, 1);
    agree_with_the_model(1, 2);
    agree_with_the_model(INT64_C(1) << 62, 3);
    agree_with_the_model(HORO_S(86400) * 365 - 1, 4);
    agree_with_the_model((INT64_C(1) << 44) - 1, 5); /* before a wheel turns */
}

/* --- single stories --- */

static void note_fire(struct horo__timer *timer)
{
    note("%d", (int)((struct fact *)timer - facts));
}

static void begin_noting(int64_t begin_at)
{
    begin(0, begin_at);
    for (size_t i = 0; i < TIMERS; i++) {
        facts[i].timer.fire = note_fire;
    }
}

static void equal_moments_fire_in_the_order_of_arming(void)
{
    static const int64_t distances[] = {
        0, 1, 1000000, HORO_MS(100), HORO_S(3600), HORO_S(1e9)
    };

    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        begin_noting(HORO_S(1000));
        for (int k = 0; k < 10; k++) {
            arm(&facts[k], now + distances[i]);
        }
        now += distances[i];
        horo__timers_expire(&timers, now);
        CHECK_NOTES("0 1 2 3 4 5 6 7 8 9");
    }
}

static void equal_moments_armed_at_different_distances_keep_their_order(void)
{
    begin_noting(HORO_S(1000));
    for (int k = 0; k < 4; k++) {
        arm(&facts[k], HORO_S(2000)); /* in ever lower levels of the wheel */
        now += (HORO_S(2000) - now) * 9 / 10;
        horo__timers_expire(&timers, now);
    }
    arm(&facts[4], HORO_S(2000));
    horo__timers_expire(&timers, HORO_S(2000));
    CHECK_NOTES("0 1 2 3 4");
}

static void nothing_fires_a_nanosecond_early(void)
{
    for (int bit = 0; bit < 60; bit++) {
        int64_t distance = INT64_C(1) << bit;

        begin_noting(HORO_S(1000));
        arm(&facts[7], now + distance);
        horo__timers_expire(&timers, now + distance - 1);
        CHECK_NOTES("");
        horo__timers_expire(&timers, now + distance);
        CHECK_NOTES("7");
    }
}

static void the_past_fires_at_once_in_order(void)
{
    begin_noting(HORO_S(1000));
    arm(&facts[0], now);
    arm(&facts[1], now - 1);
    arm(&facts[2], 0);
    arm(&facts[3], -5);
    arm(&facts[4], INT64_MIN);
    CHECK_NUMBER(horo__timers_next(&timers), INT64_MIN);
    horo__timers_expire(&timers, now);
    CHECK_NOTES("4 3 2 1 0");
}

static void the_end_of_time_never_comes(void)
{
    begin_noting(HORO_S(1000));
    arm(&facts[0], INT64_MAX);
    horo__timers_expire(&timers, INT64_MAX - 1);
    CHECK_NOTES("");
    CHECK(horo__timer_is_armed(&facts[0].timer));
    horo__timers_expire(&timers, INT64_MAX);
    CHECK_NOTES("0");
}

static void fire_again_at_once(struct horo__timer *timer)
{
    note_fire(timer);
    horo__timer_arm(&timers, timer, now - 1);
}

static void armed_while_firing_waits_for_the_next_call(void)
{
    begin_noting(HORO_S(1000));
    facts[0].timer.fire = fire_again_at_once;
    arm(&facts[0], now);
    arm(&facts[1], now);
    horo__timers_expire(&timers, now);
    CHECK_NOTES("0 1");
    horo__timers_expire(&timers, now);
    CHECK_NOTES("0");
    disarm(&facts[0]);
}

static void disarm_the_next(struct horo__timer *timer)
{
    note_fire(timer);
    disarm((struct fact *)timer + 1);
}

static void disarmed_while_firing_does_not_fire(void)
{
    begin_noting(HORO_S(1000));
    facts[0].timer.fire = disarm_the_next;
    for (int k = 0; k < 3; k++) {
        arm(&facts[k], now);
    }
    horo__timers_expire(&timers, now);
    CHECK_NOTES("0 2");
}

static void disarming_what_is_not_armed_does_nothing(void)
{
    begin_noting(0);
    disarm(&facts[0]);
    arm(&facts[0], HORO_S(1));
    disarm(&facts[0]);
    disarm(&facts[0]);
    CHECK_NUMBER(timers.armed, 0);
    CHECK_NUMBER(horo__timers_next(&timers), INT64_MAX);
}

int main(void)
{
    RUN(random_operations_agree_with_the_model);
    RUN(equal_moments_fire_in_the_order_of_arming);
    RUN(equal_moments_armed_at_different_distances_keep_their_order);
    RUN(nothing_fires_a_nanosecond_early);
    RUN(the_past_fires_at_once_in_order);
    RUN(the_end_of_time_never_comes);
    RUN(armed_while_firing_waits_for_the_next_call);
    RUN(disarmed_while_firing_does_not_fire);
    RUN(disarming_what_is_not_armed_does_nothing);
    return tap_end();
}
