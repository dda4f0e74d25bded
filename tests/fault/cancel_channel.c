/* Channels and select, cancelled at every suspension point: every item that was
 * sent is received once, or left inside, or discarded. */
#include "cancel.h"
#include "harness.h"

enum {
    SENDERS = 2,
    RECEIVERS = 3,
    EACH = 3, /* items of a sender */
    ITEMS = SENDERS * EACH
};

static struct {
    struct horo_channel channel;
    int begun; /* senders */
    int sent[ITEMS];
    int received[ITEMS];
    int discarded[ITEMS];
} office;

static void discard(void *item)
{
    office.discarded[*(int *)item]++;
}

static int compare(const void *one, const void *other)
{
    return *(const int *)one - *(const int *)other;
}

static void open_office(size_t capacity, enum horo_channel_order order)
{
    struct horo_channel_options options = {
        .item_size = sizeof(int),
        .capacity = capacity,
        .order = order,
        .compare = compare,
        .discard = discard,
    };

    memset(&office, 0, sizeof office);
    CHECK_CODE(horo_channel_init(&office.channel, &options), 0);
}

/* What is left is discarded. */
static void close_office(void)
{
    horo_channel_fini(&office.channel);
    for (int i = 0; i < ITEMS; i++) {
        CHECK(office.sent[i] <= 1);
        CHECK_NUMBER(office.received[i] + office.discarded[i], office.sent[i]);
    }
}

/* --- senders and receivers --- */

static int send_each(void *arg)
{
    int first = office.begun++ * EACH;
    int rc = 0;

    (void)arg;
    for (int i = first; i < first + EACH && rc == 0; i++) {
        rc = horo_channel_send(&office.channel, &i);
        office.sent[i] += rc == 0;
    }
    return rc;
}

static int receive_all(void *arg)
{
    int item = -1;
    int rc;

    (void)arg;
    while ((rc = horo_channel_receive(&office.channel, &item)) == 0) {
        office.received[item]++;
        CHECK_CODE(horo_channel_done(&office.channel), 0);
        item = -1;
        rc = item % 2 ? horo_yield() : horo_sleep(HORO_MS(1));
        if (rc < 0) {
            return rc;
        }
    }
    CHECK_NUMBER(item, -1);
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int send_and_close(horo_task_fn *sender)
{
    struct horo_scope scope;
    int rc = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < SENDERS && rc == 0; i++) {
        rc = horo_spawn(&scope, sender, NULL, NULL);
    }
    rc = horo_scope_close(&scope, rc);
    CHECK_CODE(horo_channel_close(&office.channel), 0);
    return rc;
}

static int run_office(horo_task_fn *sender, horo_task_fn *receiver)
{
    struct horo_scope scope;
    int rc = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < RECEIVERS && rc == 0; i++) {
        rc = horo_spawn(&scope, receiver, NULL, NULL);
    }
    rc = rc < 0 ? rc : send_and_close(sender);
    return horo_scope_close(&scope, rc);
}

static int items_first_in_first_out(void)
{
    int rc;

    open_office(2, HORO_CHANNEL_FIFO);
    rc = run_office(send_each, receive_all);
    close_office();
    return rc;
}

static int items_from_a_stack(void)
{
    int rc;

    open_office(2, HORO_CHANNEL_LIFO);
    rc = run_office(send_each, receive_all);
    close_office();
    return rc;
}

static int items_by_priority(void)
{
    int rc;

    open_office(2, HORO_CHANNEL_PRIORITY);
    rc = run_office(send_each, receive_all);
    close_office();
    return rc;
}

static int items_from_hand_to_hand(void)
{
    int rc;

    open_office(0, HORO_CHANNEL_FIFO);
    rc = run_office(send_each, receive_all);
    close_office();
    return rc;
}

/* One item, several who want it: cancelling one must not strand the others. */
static int send_one_late(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    return rc < 0 ? rc : send_each(arg);
}

static int items_for_those_who_wait(void)
{
    int rc;

    open_office(1, HORO_CHANNEL_FIFO);
    rc = run_office(send_one_late, receive_all);
    close_office();
    return rc;
}

/* --- a queue of work --- */

static int send_and_join(void *arg)
{
    int rc = send_each(arg);

    if (rc == 0) {
        rc = horo_channel_join(&office.channel);
    }
    if (rc == 0) {
        for (int i = 0; i < EACH; i++) {
            CHECK_NUMBER(office.received[i], office.sent[i]);
        }
    }
    return rc;
}

static int work_that_is_waited_for(void)
{
    int rc;

    open_office(2, HORO_CHANNEL_FIFO);
    rc = run_office(send_and_join, receive_all);
    close_office();
    return rc;
}

static int give_up_soon(void *arg)
{
    (void)arg;
    (void)horo_sleep(HORO_MS(2)); /* cancelled or not */
    CHECK_CODE(horo_channel_abort(&office.channel), 0);
    return 0;
}

static int send_until_closed(void *arg)
{
    int rc = send_each(arg);

    return rc == -ESHUTDOWN ? 0 : rc;
}

static int an_aborted_channel(void)
{
    struct horo_scope scope;
    int rc;

    open_office(1, HORO_CHANNEL_FIFO);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    rc = horo_spawn(&scope, give_up_soon, NULL, NULL);
    rc = rc < 0 ? rc : run_office(send_until_closed, receive_all);
    rc = horo_scope_close(&scope, rc);
    close_office();
    return rc;
}

/* --- select --- */

static struct horo_channel other;

/* Sends where there is room. */
static int send_either_way(void *arg)
{
    int first = office.begun++ * EACH;
    int rc = 0;

    (void)arg;
    for (int i = first; i < first + EACH && rc >= 0; i++) {
        struct horo_case cases[] = {
            HORO_SEND(&office.channel, &i),
            HORO_SEND(&other, &i),
            HORO_AFTER(HORO_S(1000)),
        };

        rc = horo_select(cases, 3);
        CHECK(rc != 2);
        if (rc >= 0 && CHECK_CODE(cases[rc].result, 0)) {
            office.sent[i]++;
        }
    }
    return rc < 0 ? rc : 0;
}

/* Receives from both until both are closed. */
static int receive_from_both(void *arg)
{
    struct horo_future never;
    struct horo_channel *from[] = { &office.channel, &other };
    int rc = 0;

    (void)arg;
    horo_future_init(&never);
    while (rc >= 0 && (from[0] || from[1])) {
        int items[] = { -1, -1 };
        struct horo_case cases[] = {
            HORO_RECEIVE(from[0], &items[0]),
            HORO_RECEIVE(from[1], &items[1]),
            HORO_DONE(&never),
        };

        rc = horo_select(cases, 3);
        if (rc == 0 || rc == 1) {
            CHECK_NUMBER(items[1 - rc], -1);
            if (cases[rc].result == 0) {
                office.received[items[rc]]++;
                rc = horo_yield();
            } else {
                from[rc] = NULL;
            }
        }
    }
    horo_future_fini(&never);
    return rc < 0 ? rc : 0;
}

static int send_either_way_and_close(void)
{
    int rc = send_and_close(send_either_way);

    CHECK_CODE(horo_channel_close(&other), 0);
    return rc;
}

static int select_over_two(size_t capacity)
{
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = capacity,
                                            .discard = discard };
    struct horo_scope scope;
    int rc = 0;

    open_office(capacity, HORO_CHANNEL_FIFO);
    CHECK_CODE(horo_channel_init(&other, &options), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = horo_spawn(&scope, receive_from_both, NULL, NULL);
    }
    rc = rc < 0 ? rc : send_either_way_and_close();
    rc = horo_scope_close(&scope, rc);
    horo_channel_fini(&other);
    close_office();
    return rc;
}

static int select_over_two_channels(void)
{
    return select_over_two(1);
}

static int select_from_hand_to_hand(void)
{
    return select_over_two(0);
}

int main(void)
{
    CANCEL_SWEEP(items_first_in_first_out);
    CANCEL_SWEEP(items_from_a_stack);
    CANCEL_SWEEP(items_by_priority);
    CANCEL_SWEEP(items_from_hand_to_hand);
    CANCEL_SWEEP(items_for_those_who_wait);
    CANCEL_SWEEP(work_that_is_waited_for);
    CANCEL_SWEEP(an_aborted_channel);
    CANCEL_SWEEP(select_over_two_channels);
    CANCEL_SWEEP(select_from_hand_to_hand);
    return tap_end();
}
