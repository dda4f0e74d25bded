/* Channels under random use, thousands of times: tasks send, receive and
 * select, and are cancelled at any moment. Each seed replays the same run.
 *
 * Whatever happens, an item whose send succeeded comes out exactly once, one
 * whose send failed never; FIFO is kept; and when all tasks wait, none of them
 * has anything to wait for. */
#include <stdlib.h>

#include "harness.h"

enum { CHANNELS = 2, MOST_ACTORS = 7, STEPS = 24, MOST_ITEMS = 400 };

/* What an actor is about. */
enum act { IDLE, SEND, RECEIVE, SELECT };

struct actor {
    int number;
    enum act act;
    int sends_to; /* the channel, or -1 */
    int receives_from;
    struct horo_scope step;
    bool has_step;
};

struct item {
    bool is_sent; /* as the sender was told */
    int received; /* so many times */
};

/* A run, and what it is made of. */
static struct {
    uint64_t seed;
    uint64_t random;
    struct horo_channel channels[CHANNELS];
    size_t capacities[CHANNELS];
    enum horo_channel_order orders[CHANNELS];
    struct actor actors[MOST_ACTORS];
    int actor_count;
    int actors_live;
    struct item items[MOST_ITEMS];
    int item_count;
    int last[CHANNELS][MOST_ACTORS]; /* item received of each sender */
    int sender_of[MOST_ITEMS];
    struct horo_future future;
    bool is_broken;
} run;

/* SplitMix64, so that every run is the same everywhere. */
static unsigned pick(unsigned range)
{
    uint64_t word = run.random += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((word ^ word >> 31) % range);
}

/* A failed check, once for each run. */
static void expect(bool holds, const char *what)
{
    if (!holds && !run.is_broken) {
        run.is_broken = true;
        printf("# seed %llu: %s\n", (unsigned long long)run.seed, what);
        CHECK(!"the run is sound");
    }
}

/* --- items --- */

static int compare_items(const void *one, const void *other)
{
    return *(const int *)one / 4 - *(const int *)other / 4;
}

static int new_item(const struct actor *sender)
{
    int item = run.item_count++;

    run.sender_of[item] = sender->number;
    return item;
}

static void check_order(int channel, int item)
{
    int *last = &run.last[channel][run.sender_of[item]];

    /* A rendezvous hands over at once, and receivers run when they run. */
    if (run.orders[channel] == HORO_CHANNEL_FIFO &&
        run.capacities[channel] > 0) {
        expect(item > *last, "items of one sender are out of order");
        *last = item;
    }
}

static void take(int channel, int item)
{
    if (item < 0 || item >= run.item_count) {
        expect(false, "what was received was never sent");
        return;
    }
    run.items[item].received++;
    check_order(channel, item);
    (void)horo_channel_done(&run.channels[channel]);
}

static void discard(void *item)
{
    run.items[*(int *)item].received++;
}

/* --- what actors do --- */

static int do_send(struct actor *actor, int channel, bool may_wait)
{
    int item = new_item(actor);
    int rc;

    actor->act = may_wait ? SEND : IDLE;
    actor->sends_to = channel;
    rc = may_wait ? horo_channel_send(&run.channels[channel], &item)
                  : horo_channel_try_send(&run.channels[channel], &item);
    run.items[item].is_sent = rc == 0;
    return rc;
}

static int do_receive(struct actor *actor, int channel, bool may_wait)
{
    int item = -1;
    int rc;

    actor->act = may_wait ? RECEIVE : IDLE;
    actor->receives_from = channel;
    rc = may_wait ? horo_channel_receive(&run.channels[channel], &item)
                  : horo_channel_try_receive(&run.channels[channel], &item);
    if (rc == 0) {
        take(channel, item);
    } else {
        expect(item == -1, "an output of a failure");
    }
    return rc;
}

/* Both ends, of the same channel or of two, perhaps with a limit. */
static int do_select(struct actor *actor)
{
    int to = (int)pick(CHANNELS);
    int from = (int)pick(CHANNELS);
    int item = new_item(actor);
    int got = -1;
    struct horo_case cases[] = {
        HORO_RECEIVE(&run.channels[from], &got),
        HORO_SEND(&run.channels[to], &item),
        pick(2) ? HORO_AFTER(pick(4)) : HORO_DONE(&run.future),
    };
    size_t first = pick(2);
    size_t count = 3 - first - pick(2);
    int chosen;

    actor->act = SELECT;
    actor->receives_from = first == 0 ? from : -1;
    actor->sends_to = first + count > 1 ? to : -1;
    chosen = horo_select(cases + first, count);
    if (chosen < 0) {
        expect(got == -1, "an output of a failure");
        return chosen;
    }
    chosen += (int)first;
    if (chosen == 0 && cases[0].result == 0) {
        take(from, got);
    } else if (chosen == 1) {
        run.items[item].is_sent = cases[1].result == 0;
    }
    return cases[chosen].result;
}

static void do_something(struct actor *actor)
{
    int channel = (int)pick(CHANNELS);

    switch (pick(10)) {
    case 0:
    case 1:
    case 2:
        (void)do_send(actor, channel, pick(8) > 0);
        break;
    case 3:
    case 4:
    case 5:
        (void)do_receive(actor, channel, pick(8) > 0);
        break;
    case 6:
    case 7:
        (void)do_select(actor);
        break;
    case 8:
        actor->act = IDLE;
        (void)horo_yield();
        break;
    default: {
        struct actor *victim = &run.actors[pick((unsigned)run.actor_count)];

        if (victim->has_step) {
            horo_scope_cancel(&victim->step);
        }
    }
    }
    actor->act = IDLE;
}

static int act(void *arg)
{
    struct actor *actor = arg;

    for (int i = 0; i < STEPS && run.item_count < MOST_ITEMS - 1; i++) {
        CHECK_CODE(horo_scope_open(&actor->step, NULL), 0);
        actor->has_step = true;
        do_something(actor);
        actor->has_step = false;
        (void)horo_scope_close(&actor->step, 0);
    }
    run.actors_live--;
    return 0;
}

/* --- the run --- */

static bool waits_to_send(const struct actor *actor, int channel)
{
    return (actor->act == SEND || actor->act == SELECT) && actor->has_step &&
           actor->sends_to == channel;
}

static bool waits_to_receive(const struct actor *actor, int channel)
{
    return (actor->act == RECEIVE || actor->act == SELECT) && actor->has_step &&
           actor->receives_from == channel;
}

/* All tasks wait: rightly so? */
static void check_waits(void)
{
    for (int channel = 0; channel < CHANNELS; channel++) {
        size_t length = horo_channel_length(&run.channels[channel]);
        const struct actor *sender = NULL;
        const struct actor *receiver = NULL;

        for (int i = 0; i < run.actor_count; i++) {
            const struct actor *actor = &run.actors[i];

            if (waits_to_send(actor, channel)) {
                expect(length == run.capacities[channel],
                       "a sender waits though there is room");
                sender = actor;
            }
            if (waits_to_receive(actor, channel)) {
                expect(length == 0, "a receiver waits though there is an item");
                receiver = actor;
            }
        }
        expect(!sender || !receiver || sender == receiver,
               "a sender and a receiver wait for each other");
    }
}

/* Lets things happen until nothing does, again and again; cancels somebody
 * each time, so that they go on. */
static void watch_actors(void)
{
    unsigned rounds = pick(60);

    for (unsigned i = 0; i < rounds && run.actors_live > 0; i++) {
        struct actor *victim;

        CHECK_CODE(horo_sleep(10), 0);
        check_waits();
        victim = &run.actors[pick((unsigned)run.actor_count)];
        if (victim->has_step) {
            horo_scope_cancel(&victim->step);
        }
    }
}

static void end_channels(void)
{
    bool at_once = pick(2) == 0;

    for (int i = 0; i < CHANNELS; i++) {
        if (pick(3) > 0) {
            CHECK_CODE(horo_channel_close(&run.channels[i]), 0);
        }
    }
    if (!at_once) {
        CHECK_CODE(horo_sleep(10), 0);
    }
    for (int i = 0; i < CHANNELS; i++) {
        CHECK_CODE(horo_channel_abort(&run.channels[i]), 0);
    }
}

static void check_items(void)
{
    for (int i = 0; i < run.item_count; i++) {
        expect(run.items[i].received == (run.items[i].is_sent ? 1 : 0),
               run.items[i].is_sent ? "an item was lost, or came twice"
                                    : "an item came that was not sent");
    }
}

static void begin_run(uint64_t seed)
{
    memset(&run, 0, sizeof run);
    run.seed = seed;
    run.random = seed;
    memset(run.last, 0xff, sizeof run.last);
    horo_future_init(&run.future);
    for (int i = 0; i < CHANNELS; i++) {
        run.capacities[i] = pick(4);
        run.orders[i] = run.capacities[i] > 0 ? (enum horo_channel_order)pick(3)
                                              : HORO_CHANNEL_FIFO;
        CHECK_CODE(horo_channel_init(&run.channels[i],
                                     &(struct horo_channel_options){
                                         .item_size = sizeof(int),
                                         .capacity = run.capacities[i],
                                         .order = run.orders[i],
                                         .compare = compare_items,
                                         .discard = discard,
                                         .shared = pick(4) == 0 }),
                   0);
    }
}

static void do_run(uint64_t seed)
{
    struct horo_scope scope;

    begin_run(seed);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    run.actor_count = 2 + (int)pick(MOST_ACTORS - 1);
    run.actors_live = run.actor_count;
    for (int i = 0; i < run.actor_count; i++) {
        run.actors[i].number = i;
        CHECK_CODE(horo_spawn(&scope, act, &run.actors[i], NULL), 0);
    }
    watch_actors();
    if (pick(2)) {
        (void)horo_future_set(&run.future, NULL);
    }
    end_channels();
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    for (int i = 0; i < CHANNELS; i++) {
        horo_channel_fini(&run.channels[i]);
    }
    horo_future_fini(&run.future);
    check_items();
}

/* HORO_SEED=n replays one run. */
static void nothing_is_lost_and_nobody_waits_in_vain(void)
{
    const char *seed = getenv("HORO_SEED");
    uint64_t first = seed ? strtoull(seed, NULL, 10) : 1;
    uint64_t count = seed ? 1 : scaled(20000, 500);

    for (uint64_t i = 0; i < count && count_failures() < 5; i++) {
        do_run(first + i);
    }
}

int main(void)
{
    RUN_IN_LOOP(nothing_is_lost_and_nobody_waits_in_vain);
    return tap_end();
}
