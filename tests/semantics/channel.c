/* Channels of one loop. */
#include "harness.h"

#include <pthread.h>
#include <stdlib.h>

static const struct horo_channel_options rendezvous = { .item_size =
                                                            sizeof(int) };

static struct horo_channel channel;
static struct horo_scope scope;

static void make(size_t capacity, enum horo_channel_order order,
                 int (*compare)(const void *one, const void *other))
{
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = capacity,
                                            .order = order,
                                            .compare = compare };

    CHECK_CODE(horo_channel_init(&channel, &options), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
}

/* Ends the scope, in which nothing may be left waiting. */
static void finish(int expected)
{
    CHECK_CODE(horo_scope_close(&scope, 0), expected);
    horo_channel_fini(&channel);
}

static void put(int item)
{
    CHECK_CODE(horo_channel_send(&channel, &item), 0);
}

static void get(int expected)
{
    int item = -1;

    CHECK_CODE(horo_channel_receive(&channel, &item), 0);
    CHECK_NUMBER(item, expected);
}

/* --- tasks that note what happens to them --- */

static const char *word_for(int rc)
{
    switch (rc) {
    case 0:
        return "ok";
    case -ESHUTDOWN:
        return "shutdown";
    case -ECANCELED:
        return "cancelled";
    default:
        return horo_strerror(rc);
    }
}

/* One that acts on the channel once, in a scope of its own. */
struct actor {
    char name;
    int item;
    struct horo_scope own;
};

static int sender(void *arg)
{
    struct actor *actor = arg;
    int rc;

    CHECK_CODE(horo_scope_open(&actor->own, NULL), 0);
    rc = horo_channel_send(&channel, &actor->item);
    note("%c:%s", actor->name, word_for(rc));
    (void)horo_scope_close(&actor->own, rc);
    return 0;
}

static int receiver(void *arg)
{
    struct actor *actor = arg;
    int rc;

    CHECK_CODE(horo_scope_open(&actor->own, NULL), 0);
    actor->item = -7;
    rc = horo_channel_receive(&channel, &actor->item);
    if (rc == 0) {
        note("%c:%d", actor->name, actor->item);
    } else {
        note("%c:%s", actor->name, word_for(rc));
        CHECK_NUMBER(actor->item, -7);
    }
    (void)horo_scope_close(&actor->own, rc);
    return 0;
}

static int joiner(void *arg)
{
    struct actor *actor = arg;
    int rc;

    CHECK_CODE(horo_scope_open(&actor->own, NULL), 0);
    rc = horo_channel_join(&channel);
    note("%c:%s", actor->name, word_for(rc));
    (void)horo_scope_close(&actor->own, rc);
    return 0;
}

static struct actor a = { .name = 'a', .item = 1 };
static struct actor b = { .name = 'b', .item = 2 };
static struct actor c = { .name = 'c', .item = 3 };
static struct actor d = { .name = 'd', .item = 4 };

static void give_items(void)
{
    a.item = 1;
    b.item = 2;
    c.item = 3;
    d.item = 4;
}

/* Has it run until it waits. */
static void start(horo_task_fn *fn, struct actor *actor)
{
    CHECK_CODE(horo_spawn(&scope, fn, actor, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
}

/* --- what goes in comes out --- */

static void the_oldest_comes_first(void)
{
    make(3, HORO_CHANNEL_FIFO, NULL);
    for (int round = 0; round < 10; round++) {
        put(round);
        put(round + 100);
        get(round);
        get(round + 100);
    }
    CHECK_NUMBER(horo_channel_length(&channel), 0);
    put(1);
    put(2);
    put(3);
    CHECK_NUMBER(horo_channel_length(&channel), 3);
    get(1);
    put(4);
    get(2);
    get(3);
    get(4);
    finish(0);
}

static void the_newest_comes_first_from_a_stack(void)
{
    make(3, HORO_CHANNEL_LIFO, NULL);
    put(1);
    put(2);
    get(2);
    put(3);
    put(4);
    get(4);
    get(3);
    get(1);
    finish(0);
}

static int compare_tens(const void *one, const void *other)
{
    return *(const int *)one / 10 - *(const int *)other / 10;
}

static void the_least_comes_first_and_ties_in_order_of_arrival(void)
{
    static const int items[] = { 31, 12, 32, 11, 20, 13, 30 };
    static const int sorted[] = { 12, 11, 13, 20, 31, 32, 30 };

    make(7, HORO_CHANNEL_PRIORITY, compare_tens);
    for (int i = 0; i < 7; i++) {
        put(items[i]);
    }
    for (int i = 0; i < 7; i++) {
        get(sorted[i]);
    }
    finish(0);
}

/* As in asyncio: what came in before the receiver runs takes part. */
static void a_waiting_receiver_gets_what_is_first_when_it_runs(void)
{
    make(3, HORO_CHANNEL_PRIORITY, compare_tens);
    start(receiver, &a);
    put(30);
    put(10);
    put(20);
    CHECK_CODE(horo_yield(), 0);
    get(20);
    get(30);
    CHECK_NOTES("a:10");
    finish(0);
}

static void items_of_every_size_are_copied_whole(void)
{
    unsigned char in[100];
    unsigned char out[101];

    for (size_t i = 0; i < sizeof in; i++) {
        in[i] = (unsigned char)(i + 1);
    }
    for (size_t size = 1; size <= sizeof in; size++) {
        for (size_t capacity = 1; capacity <= 3; capacity++) {
            struct horo_channel_options options = { .item_size = size,
                                                    .capacity = capacity };

            CHECK_CODE(horo_channel_init(&channel, &options), 0);
            memset(out, 0, sizeof out);
            for (size_t i = 0; i < capacity; i++) {
                CHECK_CODE(horo_channel_try_send(&channel, in), 0);
            }
            CHECK_CODE(horo_channel_try_receive(&channel, out), 0);
            CHECK_BYTES(out, in, size);
            CHECK_NUMBER(out[size], 0);
            horo_channel_fini(&channel);
        }
    }
}

/* --- waiting --- */

static void a_sender_waits_while_the_channel_is_full(void)
{
    make(1, HORO_CHANNEL_FIFO, NULL);
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    CHECK_NOTES("a:ok");
    CHECK_NUMBER(horo_channel_length(&channel), 1);
    get(1);
    CHECK_NUMBER(horo_channel_length(&channel), 1);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("b:ok");
    get(2);
    get(3);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("c:ok");
    finish(0);
}

static void receivers_are_served_in_order_of_arrival(void)
{
    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    start(receiver, &c);
    put(10);
    put(20);
    put(30); /* no room before one of them has run */
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:10 b:20 c:30");
    finish(0);
}

/* Nothing is left for somebody new while an item is promised to another. */
static void nobody_is_overtaken(void)
{
    int item = -1;

    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    put(10);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -EAGAIN);
    CHECK_NUMBER(item, -1);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:10");
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    CHECK_NOTES("a:ok b:ok");
    get(1); /* takes c's item in at once */
    CHECK_CODE(horo_channel_try_send(&channel, &item), -EAGAIN);
    get(2);
    get(3);
    finish(0);
    CHECK_NOTES("c:ok");
}

static void an_empty_or_full_channel_says_so(void)
{
    int item = 5;

    make(1, HORO_CHANNEL_FIFO, NULL);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -EAGAIN);
    CHECK_CODE(horo_channel_try_send(&channel, &item), 0);
    CHECK_CODE(horo_channel_try_send(&channel, &item), -EAGAIN);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), 0);
    finish(0);
}

static int count_turns(void *arg)
{
    while (horo_yield() == 0) {
        ++*(int *)arg;
    }
    return 0;
}

/* Nothing ever waits here, and yet the others get their turns. */
static void a_task_that_never_has_to_wait_lets_others_run(void)
{
    int turns = 0;

    make(1, HORO_CHANNEL_FIFO, NULL);
    CHECK_CODE(horo_spawn(&scope, count_turns, &turns, NULL), 0);
    for (int i = 0; i < 10000; i++) {
        put(i);
        get(i);
    }
    CHECK(turns >= 100);
    horo_scope_cancel(&scope);
    finish(-ECANCELED);
}

/* --- rendezvous --- */

static void in_a_rendezvous_the_sender_waits_for_a_receiver(void)
{
    int item;

    make(0, HORO_CHANNEL_FIFO, NULL);
    give_items();
    start(sender, &a);
    start(sender, &b);
    CHECK_NOTES("");
    CHECK_NUMBER(horo_channel_length(&channel), 0);
    get(1);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), 0);
    CHECK_NUMBER(item, 2);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -EAGAIN);
    finish(0);
    CHECK_NOTES("a:ok b:ok");
}

static void in_a_rendezvous_the_receiver_waits_for_a_sender(void)
{
    int item = 20;

    make(0, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    put(10);
    CHECK_CODE(horo_channel_try_send(&channel, &item), 0);
    CHECK_CODE(horo_channel_try_send(&channel, &item), -EAGAIN);
    finish(0);
    CHECK_NOTES("a:10 b:20");
}

/* The item has nowhere else to go: it is received in spite of all. */
static void a_rendezvous_is_not_undone(void)
{
    make(0, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    put(10);
    horo_scope_cancel(&a.own);
    horo_scope_cancel(&b.own);
    finish(0);
    CHECK_NOTES("a:10 b:cancelled");
}

/* --- cancelling: the scenario `queue` --- */

static void cancelled_ones_leave_the_line(void)
{
    make(1, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    horo_scope_cancel(&a.own);
    put(10);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:cancelled b:10");
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    horo_scope_cancel(&b.own);
    get(1);
    get(3);
    CHECK_NUMBER(horo_channel_length(&channel), 0);
    finish(0);
    CHECK_NOTES("a:ok b:cancelled c:ok");
}

static void queue_getter(void)
{
    make(4, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    put(10);
    horo_scope_cancel(&a.own); /* woken, and has not run yet */
    finish(0);
    CHECK_NOTES("a:cancelled b:10");
}

static void queue_getter_alone(void)
{
    make(4, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    put(10);
    put(20);
    put(30);
    horo_scope_cancel(&b.own);
    horo_scope_cancel(&a.own);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:cancelled b:cancelled");
    get(10); /* and in order */
    get(20);
    get(30);
    finish(0);
}

/* Its item is in the channel: it says so, and the next wait tells the rest. */
static void queue_putter(void)
{
    make(1, HORO_CHANNEL_FIFO, NULL);
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    get(1);
    horo_scope_cancel(&b.own);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:ok b:ok");
    get(2);
    get(3);
    finish(0);
    CHECK_NOTES("c:ok");
}

static void queue_shutdown(void)
{
    int item;

    make(2, HORO_CHANNEL_FIFO, NULL);
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    start(sender, &d);
    CHECK_NOTES("a:ok b:ok");
    CHECK_CODE(horo_channel_close(&channel), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("c:shutdown d:shutdown");
    CHECK_CODE(horo_channel_send(&channel, &a.item), -ESHUTDOWN);
    CHECK_CODE(horo_channel_try_send(&channel, &a.item), -ESHUTDOWN);
    get(1);
    get(2);
    CHECK_CODE(horo_channel_receive(&channel, &item), -ESHUTDOWN);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -ESHUTDOWN);
    CHECK_CODE(horo_channel_close(&channel), 0);
    finish(0);
}

static void queue_shutdown_of_waiting_getters(void)
{
    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    start(receiver, &c);
    put(10);
    CHECK_CODE(horo_channel_close(&channel), 0);
    finish(0);
    CHECK_NOTES("a:10 b:shutdown c:shutdown");
}

/* The item of the one that is cancelled is drained by the next. */
static void queue_shutdown_after_which_a_getter_is_cancelled(void)
{
    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    start(receiver, &c);
    put(10);
    CHECK_CODE(horo_channel_close(&channel), 0);
    horo_scope_cancel(&a.own);
    finish(0);
    CHECK_NOTES("a:cancelled b:10 c:shutdown");
}

static int receiver_of_a_select(void *arg)
{
    struct actor *actor = arg;
    struct horo_case cases[] = { HORO_RECEIVE(&channel, &actor->item) };

    CHECK_CODE(horo_select(cases, 1), 0);
    if (cases[0].result == 0) {
        note("%c:%d", actor->name, actor->item);
    } else {
        note("%c:%s", actor->name, word_for(cases[0].result));
    }
    return 0;
}

/* Who comes after the closing stands in line as long as there is an item that
 * could be left to it. */
static void queue_shutdown_with_an_item_promised(void)
{
    int item = -1;

    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    start(receiver, &b);
    put(10);
    put(20);
    CHECK_CODE(horo_channel_close(&channel), 0);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -EAGAIN);
    horo_scope_cancel(&a.own);
    horo_scope_cancel(&b.own);
    CHECK_CODE(horo_spawn(&scope, receiver, &c,
                          &(struct horo_spawn_options){ .eager = true }),
               0);
    CHECK_CODE(horo_spawn(&scope, receiver_of_a_select, &d,
                          &(struct horo_spawn_options){ .eager = true }),
               0);
    CHECK_NOTES("");
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_channel_receive(&channel, &item), -ESHUTDOWN);
    finish(0);
    CHECK_NOTES("a:cancelled b:cancelled c:10 d:20");
}

/* Nobody is cancelled: then there is nothing for who comes after. */
static void queue_shutdown_with_a_promise_kept(void)
{
    make(2, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    put(10);
    CHECK_CODE(horo_channel_close(&channel), 0);
    CHECK_CODE(horo_spawn(&scope, receiver, &b,
                          &(struct horo_spawn_options){ .eager = true }),
               0);
    CHECK_NOTES("");
    finish(0);
    CHECK_NOTES("a:10 b:shutdown");
}

static void queue_shutdown_immediate(void)
{
    int item;

    make(2, HORO_CHANNEL_FIFO, NULL);
    give_items();
    start(sender, &a);
    start(sender, &b);
    start(sender, &c);
    start(joiner, &d);
    CHECK_NOTES("a:ok b:ok");
    CHECK_CODE(horo_channel_abort(&channel), 0);
    CHECK_NUMBER(horo_channel_length(&channel), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("c:shutdown d:ok");
    CHECK_CODE(horo_channel_receive(&channel, &item), -ESHUTDOWN);
    CHECK_CODE(horo_channel_done(&channel), -EINVAL);
    CHECK_CODE(horo_channel_abort(&channel), 0);
    finish(0);
}

/* What had been promised is gone, and what had been received is not done. */
static void queue_shutdown_immediate_of_getters(void)
{
    make(2, HORO_CHANNEL_FIFO, NULL);
    put(10);
    get(10);
    start(receiver, &a);
    start(receiver, &b);
    start(joiner, &d);
    put(20);
    CHECK_CODE(horo_channel_abort(&channel), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:shutdown b:shutdown");
    CHECK_CODE(horo_channel_done(&channel), 0);
    finish(0);
    CHECK_NOTES("d:ok");
}

/* As in asyncio: what was done before it was received is not done again. */
static void queue_shutdown_immediate_after_too_much_was_done(void)
{
    make(4, HORO_CHANNEL_FIFO, NULL);
    put(10);
    put(20);
    put(30);
    CHECK_CODE(horo_channel_done(&channel), 0);
    CHECK_CODE(horo_channel_done(&channel), 0);
    start(joiner, &a);
    CHECK_CODE(horo_channel_abort(&channel), 0);
    CHECK_CODE(horo_channel_done(&channel), -EINVAL);
    CHECK_CODE(horo_channel_join(&channel), 0);
    finish(0);
    CHECK_NOTES("a:ok");
}

/* --- join --- */

static void join_waits_until_all_is_done(void)
{
    make(4, HORO_CHANNEL_FIFO, NULL);
    CHECK_CODE(horo_channel_join(&channel), 0); /* nothing to do */
    CHECK_CODE(horo_channel_done(&channel), -EINVAL);
    put(1);
    put(2);
    start(joiner, &a);
    start(joiner, &b);
    get(1);
    get(2);
    CHECK_CODE(horo_channel_done(&channel), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("");
    horo_scope_cancel(&b.own);
    CHECK_CODE(horo_channel_done(&channel), 0);
    finish(0);
    CHECK_NOTES("b:cancelled a:ok");
}

static void a_join_cancelled_before_it_runs_says_so(void)
{
    make(1, HORO_CHANNEL_FIFO, NULL);
    put(1);
    start(joiner, &a);
    CHECK_CODE(horo_channel_done(&channel), 0);
    horo_scope_cancel(&a.own);
    finish(0);
    CHECK_NOTES("a:cancelled");
}

static void join_counts_what_passes_from_hand_to_hand(void)
{
    make(0, HORO_CHANNEL_FIFO, NULL);
    start(sender, &a);
    get(a.item);
    start(receiver, &b);
    put(3);
    start(joiner, &c);
    CHECK_CODE(horo_channel_done(&channel), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:ok b:3");
    CHECK_CODE(horo_channel_done(&channel), 0);
    CHECK_CODE(horo_channel_done(&channel), -EINVAL);
    finish(0);
    CHECK_NOTES("c:ok");
}

/* --- what is left inside --- */

static int discarded;

static void count_discarded(void *item)
{
    discarded += *(int *)item;
}

static void what_nobody_receives_is_discarded_once(void)
{
    static const enum horo_channel_order orders[] = { HORO_CHANNEL_FIFO,
                                                      HORO_CHANNEL_LIFO,
                                                      HORO_CHANNEL_PRIORITY };

    for (int i = 0; i < 3; i++) {
        struct horo_channel_options options = { .item_size = sizeof(int),
                                                .capacity = 3,
                                                .order = orders[i],
                                                .compare = compare_tens,
                                                .discard = count_discarded };
        int item;

        discarded = 0;
        CHECK_CODE(horo_channel_init(&channel, &options), 0);
        put(1000);
        CHECK_CODE(horo_channel_receive(&channel, &item), 0);
        put(1);
        put(20);
        put(300);
        if (i > 0) {
            CHECK_CODE(horo_channel_abort(&channel), 0);
            CHECK_NUMBER(discarded, 321);
        }
        horo_channel_fini(&channel);
        CHECK_NUMBER(discarded, 321);
    }
}

/* --- misuse --- */

static void wrong_options_are_refused(void)
{
    static const struct horo_channel_options wrong[] = {
        { .capacity = 1 },
        { .item_size = 4, .capacity = 1, .order = HORO_CHANNEL_PRIORITY },
        { .item_size = 4, .order = HORO_CHANNEL_LIFO },
        { .item_size = 4,
          .order = HORO_CHANNEL_PRIORITY,
          .compare = compare_tens },
        { .item_size = 4, .capacity = 1, .order = (enum horo_channel_order)9 },
    };
    static const struct horo_channel_options large[] = {
        { .item_size = 8, .capacity = SIZE_MAX / 4 },
        { .item_size = SIZE_MAX / 4, .capacity = 8 },
        { .item_size = SIZE_MAX,
          .capacity = 1,
          .order = HORO_CHANNEL_PRIORITY,
          .compare = compare_tens },
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CHECK_CODE(horo_channel_init(&channel, &wrong[i]), -EINVAL);
        horo_channel_fini(&channel);
    }
    for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
        CHECK_CODE(horo_channel_init(&channel, &large[i]), -ENOMEM);
        CHECK_CODE(horo_channel_send(&channel, ""), -ESHUTDOWN);
        horo_channel_fini(&channel);
        horo_channel_fini(&channel);
    }
    horo_channel_fini(NULL);
}

static void in_a_cancelled_scope_only_the_calls_that_never_wait_work(void)
{
    int item = 1;

    make(2, HORO_CHANNEL_FIFO, NULL);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_channel_send(&channel, &item), -ECANCELED);
    CHECK_CODE(horo_channel_try_send(&channel, &item), 0);
    CHECK_CODE(horo_channel_receive(&channel, &item), -ECANCELED);
    CHECK_CODE(horo_channel_join(&channel), -ECANCELED);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), 0);
    CHECK_CODE(horo_channel_done(&channel), 0);
    CHECK_CODE(horo_channel_close(&channel), 0);
    finish(-ECANCELED);
}

static void use_it_between_tasks(void *arg)
{
    int item = 7;

    (void)arg;
    CHECK_CODE(horo_channel_send(&channel, &item), -HORO_ENOTASK);
    CHECK_CODE(horo_channel_receive(&channel, &item), -HORO_ENOTASK);
    CHECK_CODE(horo_channel_join(&channel), -HORO_ENOTASK);
    CHECK_CODE(horo_channel_try_send(&channel, &item), 0);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), -EAGAIN);
}

static void a_callback_may_use_the_calls_that_never_wait(void)
{
    make(1, HORO_CHANNEL_FIFO, NULL);
    start(receiver, &a);
    CHECK_CODE(horo_loop_post(horo_loop_self(), use_it_between_tasks, NULL), 0);
    finish(0);
    CHECK_NOTES("a:7");
}

/* A rendezvous without anybody at the other end, so nothing but the calls'
 * results tells. */
static int use_it(void *arg)
{
    int rc = *(int *)arg;
    int item = 1;

    CHECK_CODE(horo_channel_try_send(&channel, &item), rc ? rc : -EAGAIN);
    CHECK_CODE(horo_channel_try_receive(&channel, &item), rc ? rc : -EAGAIN);
    CHECK_CODE(horo_channel_done(&channel), rc ? rc : -EINVAL);
    if (horo_task_self()) {
        CHECK_CODE(horo_channel_join(&channel), rc);
    }
    if (rc < 0) {
        CHECK_CODE(horo_channel_close(&channel), rc);
        CHECK_CODE(horo_channel_abort(&channel), rc);
    }
    if (rc < 0 && horo_task_self()) {
        CHECK_CODE(horo_channel_send(&channel, &item), rc);
        CHECK_CODE(horo_channel_receive(&channel, &item), rc);
    }
    return 0;
}

static void *use_it_on_a_thread(void *arg)
{
    (void)use_it(arg);
    CHECK_CODE(run_loop(use_it, arg, NULL), 0);
    return NULL;
}

static void use_it_elsewhere(int rc)
{
    pthread_t thread;

    CHECK_NUMBER(pthread_create(&thread, NULL, use_it_on_a_thread, &rc), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
}

/* Not to a loop: that of the next run is as good, wherever it lies. */
static void a_channel_belongs_to_the_thread_that_used_it_first(void)
{
    int fine = 0;

    CHECK_CODE(horo_channel_init(&channel, &rendezvous), 0);
    for (int i = 0; i < 3; i++) {
        void *hole = malloc((size_t)5000 + 700 * (size_t)i);

        CHECK_CODE(run_loop(use_it, &fine, NULL), 0);
        CHECK_CODE(use_it(&fine), 0);
        free(hole);
    }
    use_it_elsewhere(-HORO_EOTHERLOOP);
    horo_channel_fini(&channel);
}

static int make_it(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_channel_init(&channel, &rendezvous), 0);
    return 0;
}

static void making_a_channel_is_no_use_of_it(void)
{
    int refused = -HORO_EOTHERLOOP;

    CHECK_CODE(run_loop(make_it, NULL, NULL), 0);
    use_it_elsewhere(0);
    CHECK_CODE(run_loop(use_it, &refused, NULL), 0);
    horo_channel_fini(&channel);
}

static void an_ended_channel_is_closed(void)
{
    int item = 1;

    for (int i = 0; i < 2; i++) {
        CHECK_CODE(
            horo_channel_init(
                &channel, i ? &rendezvous
                            : &(struct horo_channel_options){ .item_size = 0 }),
            i ? 0 : -EINVAL);
        horo_channel_fini(&channel);
        CHECK_CODE(horo_channel_try_send(&channel, &item), -ESHUTDOWN);
        CHECK_CODE(horo_channel_try_receive(&channel, &item), -ESHUTDOWN);
        CHECK_CODE(horo_channel_close(&channel), 0);
        CHECK_CODE(horo_channel_abort(&channel), 0);
        CHECK_CODE(horo_channel_join(&channel), 0);
        CHECK_CODE(horo_channel_done(&channel), -EINVAL);
        CHECK_NUMBER(horo_channel_length(&channel), 0);
        horo_channel_fini(&channel);
    }
}

static int end_under_a_receiver(void *arg)
{
    (void)arg;
    if (horo_channel_init(&channel, &rendezvous) == 0 &&
        horo_scope_open(&scope, NULL) == 0 &&
        horo_spawn(&scope, receiver, &a, NULL) == 0 && horo_yield() == 0) {
        horo_channel_fini(&channel);
    }
    return 0;
}

static int run_and_end(void *arg)
{
    return horo_run(end_under_a_receiver, arg, NULL);
}

static void ending_a_channel_in_use_ends_the_program(void)
{
    struct child_end end;

    run_child(run_and_end, NULL, &end);
    CHECK(end.status != 0);
    CHECK(strstr(end.errors, "calls == 0") != NULL);
}

int main(void)
{
    RUN_IN_LOOP(the_oldest_comes_first);
    RUN_IN_LOOP(the_newest_comes_first_from_a_stack);
    RUN_IN_LOOP(the_least_comes_first_and_ties_in_order_of_arrival);
    RUN_IN_LOOP(a_waiting_receiver_gets_what_is_first_when_it_runs);
    RUN_IN_LOOP(items_of_every_size_are_copied_whole);
    RUN_IN_LOOP(a_sender_waits_while_the_channel_is_full);
    RUN_IN_LOOP(receivers_are_served_in_order_of_arrival);
    RUN_IN_LOOP(nobody_is_overtaken);
    RUN_IN_LOOP(an_empty_or_full_channel_says_so);
    RUN_IN_LOOP(a_task_that_never_has_to_wait_lets_others_run);
    RUN_IN_LOOP(in_a_rendezvous_the_sender_waits_for_a_receiver);
    RUN_IN_LOOP(in_a_rendezvous_the_receiver_waits_for_a_sender);
    RUN_IN_LOOP(a_rendezvous_is_not_undone);
    RUN_IN_LOOP(cancelled_ones_leave_the_line);
    RUN_IN_LOOP(queue_getter);
    RUN_IN_LOOP(queue_getter_alone);
    RUN_IN_LOOP(queue_putter);
    RUN_IN_LOOP(queue_shutdown);
    RUN_IN_LOOP(queue_shutdown_of_waiting_getters);
    RUN_IN_LOOP(queue_shutdown_after_which_a_getter_is_cancelled);
    RUN_IN_LOOP(queue_shutdown_with_an_item_promised);
    RUN_IN_LOOP(queue_shutdown_with_a_promise_kept);
    RUN_IN_LOOP(queue_shutdown_immediate);
    RUN_IN_LOOP(queue_shutdown_immediate_of_getters);
    RUN_IN_LOOP(queue_shutdown_immediate_after_too_much_was_done);
    RUN_IN_LOOP(join_waits_until_all_is_done);
    RUN_IN_LOOP(a_join_cancelled_before_it_runs_says_so);
    RUN_IN_LOOP(join_counts_what_passes_from_hand_to_hand);
    RUN_IN_LOOP(what_nobody_receives_is_discarded_once);
    RUN_IN_LOOP(wrong_options_are_refused);
    RUN_IN_LOOP(in_a_cancelled_scope_only_the_calls_that_never_wait_work);
    RUN_IN_LOOP_ONCE(a_callback_may_use_the_calls_that_never_wait,
                     "uses what it did not get");
    RUN_IN_LOOP(an_ended_channel_is_closed);
    RUN(a_channel_belongs_to_the_thread_that_used_it_first);
    RUN(making_a_channel_is_no_use_of_it);
    RUN(ending_a_channel_in_use_ends_the_program);
    return tap_end();
}
