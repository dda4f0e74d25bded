/* Shared channels: loops on threads of their own that hand each other items.
 * Each item is a number, who sent it and how manieth it was: nothing is lost,
 * nothing comes twice, and what one sender sent comes in order. */
#include <pthread.h>
#include <sched.h>

#include "harness.h"

enum { MOST_THREADS = 4, ITEMS = 1000, ITEMS_SLOWLY = 200, NUMBERS = 1 << 24 };

static struct horo_channel one;
static struct horo_channel other;
static int items; /* of each sender */

/* One thread, and what it has found out; read after it has been joined. */
struct party {
    pthread_t thread;
    horo_task_fn *fn; /* its loop's main task */
    int number;
    int result;
    unsigned random;
    int64_t sum;            /* of what it received */
    int count;              /* how many those were */
    int next[MOST_THREADS]; /* from each sender, the least it may get */
    bool is_disordered;
};

static struct party parties[MOST_THREADS];
static int party_count;

static void make(struct horo_channel *channel, size_t capacity)
{
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = capacity,
                                            .shared = true };

    CHECK_CODE(horo_channel_init(channel, &options), 0);
}

static void begin(size_t one_capacity, size_t other_capacity)
{
    items = (int)scaled(ITEMS, ITEMS_SLOWLY);
    make(&one, one_capacity);
    make(&other, other_capacity);
    party_count = 0;
}

static void *run_party(void *arg)
{
    struct party *party = arg;

    party->result = horo_run(party->fn, party, NULL);
    return NULL;
}

static void start_with(void *(*body)(void *arg), horo_task_fn *fn)
{
    struct party *party = &parties[party_count];

    *party = (struct party){
        .fn = fn,
        .number = party_count,
        .random = (unsigned)party_count * 12345 + 1,
    };
    party_count++;
    CHECK_NUMBER(pthread_create(&party->thread, NULL, body, party), 0);
}

static void start(horo_task_fn *fn)
{
    start_with(run_party, fn);
}

static void join_all(void)
{
    for (int i = 0; i < party_count; i++) {
        CHECK_NUMBER(pthread_join(parties[i].thread, NULL), 0);
        CHECK_CODE(parties[i].result, 0);
        CHECK(!parties[i].is_disordered);
    }
}

static void finish(void)
{
    CHECK_NUMBER(horo_channel_length(&one), 0);
    CHECK_NUMBER(horo_channel_length(&other), 0);
    horo_channel_fini(&one);
    horo_channel_fini(&other);
}

static bool chance(struct party *party, unsigned one_in)
{
    party->random = party->random * 1103515245 + 12345;
    return (party->random >> 16) % one_in == 0;
}

/* --- items --- */

static int item_of(const struct party *sender, int index)
{
    return sender->number * NUMBERS + index;
}

static void take(struct party *party, int item)
{
    int from = item / NUMBERS;
    int index = item % NUMBERS;

    party->is_disordered |= index < party->next[from];
    party->next[from] = index + 1;
    party->sum += item;
    party->count++;
}

/* All that `senders` sent has been received by the rest. */
static void check_conserved(int senders)
{
    int64_t sum = 0;
    int count = 0;

    for (int i = 0; i < party_count; i++) {
        count += parties[i].count;
        sum += parties[i].sum;
    }
    for (int i = 0; i < senders; i++) {
        sum -= (int64_t)i * NUMBERS * items + (int64_t)items * (items - 1) / 2;
    }
    CHECK_NUMBER(count, senders * items);
    CHECK_NUMBER(sum, 0);
}

/* --- sending and receiving --- */

static int send_all(void *arg)
{
    struct party *party = arg;
    int rc = 0;

    for (int i = 0; i < items && rc == 0; i++) {
        rc = horo_channel_send(&one, &(int){ item_of(party, i) });
    }
    return rc;
}

static int receive_all(void *arg)
{
    int item;
    int rc;

    while ((rc = horo_channel_receive(&one, &item)) == 0) {
        take(arg, item);
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int receive_as_many(void *arg)
{
    struct party *party = arg;
    int rc = 0;
    int item;

    while (party->count < items && rc == 0) {
        rc = horo_channel_receive(&one, &item);
        if (rc == 0) {
            take(party, item);
        }
    }
    return rc;
}

/* Closes the channel when the senders, the first so many, are done. */
static void close_after(int senders)
{
    for (int i = 0; i < senders; i++) {
        CHECK_NUMBER(pthread_join(parties[i].thread, NULL), 0);
        CHECK_CODE(parties[i].result, 0);
    }
    CHECK_CODE(horo_channel_close(&one), 0);
    for (int i = senders; i < party_count; i++) {
        CHECK_NUMBER(pthread_join(parties[i].thread, NULL), 0);
        CHECK_CODE(parties[i].result, 0);
        CHECK(!parties[i].is_disordered);
    }
}

static void items_pass_between_two_loops(void)
{
    static const size_t capacities[] = { 0, 1, 2, 100 };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        begin(capacities[i], 1);
        start(send_all);
        start(receive_as_many);
        join_all();
        check_conserved(1);
        finish();
    }
}

static void items_pass_between_many_loops(void)
{
    static const size_t capacities[] = { 0, 1, 7 };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        begin(capacities[i], 1);
        start(send_all);
        start(send_all);
        start(receive_all);
        start(receive_all);
        close_after(2);
        check_conserved(2);
        finish();
    }
}

/* --- threads without a loop --- */

static void *send_without_loop(void *arg)
{
    struct party *party = arg;

    party->result = horo_channel_send(&one, &(int){ 0 });
    if (party->result == -HORO_ENOTASK) {
        party->result = 0;
    }
    for (int i = 0; i < items && party->result == 0;) {
        int item = item_of(party, i);

        party->result = horo_channel_try_send(&one, &item);
        if (party->result == 0) {
            i++;
        } else if (party->result == -EAGAIN) {
            party->result = 0;
            (void)sched_yield();
        }
    }
    return NULL;
}

static void a_thread_without_a_loop_can_send(void)
{
    if (skip_if_deaf()) {
        return;
    }
    begin(3, 1);
    start_with(send_without_loop, NULL);
    start_with(send_without_loop, NULL);
    start(receive_all);
    close_after(2);
    check_conserved(2);
    finish();
}

/* --- back and forth --- */

static int serve(void *arg)
{
    int rc = 0;
    int item;

    (void)arg;
    while (rc == 0) {
        rc = horo_channel_receive(&one, &item);
        if (rc == 0) {
            item++;
            rc = horo_channel_send(&other, &item);
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int ask(void *arg)
{
    int rc = 0;

    (void)arg;
    for (int i = 0; i < items / 4 && rc == 0; i++) {
        int answer = 0;

        rc = horo_channel_send(&one, &i);
        if (rc == 0) {
            rc = horo_channel_receive(&other, &answer);
        }
        if (rc == 0 && answer != i + 1) {
            rc = -EPROTO;
        }
    }
    (void)horo_channel_close(&one);
    return rc;
}

static void two_loops_play_ping_pong(void)
{
    if (skip_if_deaf()) {
        return;
    }
    for (size_t capacity = 0; capacity < 2; capacity++) {
        begin(capacity, capacity);
        start(serve);
        start(ask);
        join_all();
        finish();
    }
}

/* --- select --- */

/* Sends by whatever channel there is, and receives meanwhile. */
static int select_both_ways(void *arg)
{
    struct party *party = arg;
    bool is_even = party->number % 2 == 0;
    struct horo_channel *mine = is_even ? &one : &other;
    struct horo_channel *theirs = is_even ? &other : &one;
    int sent = 0;
    int item = item_of(party, 0);
    int got;
    struct horo_case cases[] = { HORO_RECEIVE(theirs, &got),
                                 HORO_SEND(mine, &item) };
    int rc = 0;

    while (rc >= 0 && (sent < items || party->count < items)) {
        cases[0].subject = party->count < items ? theirs : NULL;
        cases[1].subject = sent < items ? mine : NULL;
        rc = horo_select(cases, 2);
        if (rc >= 0 && cases[rc].result < 0) {
            rc = cases[rc].result;
        }
        if (rc == 0) {
            take(party, got);
        } else if (rc == 1) {
            item = item_of(party, ++sent);
        }
    }
    return rc < 0 ? rc : 0;
}

static void loops_that_select_both_ways_meet(void)
{
    static const size_t capacities[][2] = {
        { 0, 0 }, { 0, 1 }, { 1, 0 }, { 2, 3 }
    };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 4; i++) {
        begin(capacities[i][0], capacities[i][1]);
        start(select_both_ways);
        start(select_both_ways);
        join_all();
        check_conserved(2);
        finish();
        begin(capacities[i][0], capacities[i][1]);
        for (int j = 0; j < 4; j++) {
            start(select_both_ways);
        }
        join_all();
        check_conserved(4);
        finish();
    }
}

/* --- cancelling --- */

/* Receives in short-lived scopes, which often end when an item is just there
 * or under way. */
static int receive_impatiently(void *arg)
{
    struct party *party = arg;
    int rc = 0;

    while (rc == 0 || rc == -ETIMEDOUT) {
        struct horo_scope_options options = {
            .timeout = HORO_US(chance(party, 4) ? 200 : 20),
        };
        struct horo_scope scope;
        int item = -1;
        struct horo_case cases[] = { HORO_RECEIVE(&other, &item),
                                     HORO_RECEIVE(&one, &item) };

        rc = horo_scope_open(&scope, &options);
        if (rc == 0 && chance(party, 2)) {
            rc = horo_channel_receive(&one, &item);
        } else if (rc == 0) {
            rc = horo_select(cases, 2);
            rc = rc < 0 ? rc : cases[rc].result;
        }
        if (rc == 0) {
            take(party, item);
        } else if (item != -1) {
            party->is_disordered = true; /* an output of a failure */
        }
        rc = horo_scope_close(&scope, rc);
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

/* Sends now and then, so that the others have to wait. */
static int send_hesitantly(void *arg)
{
    struct party *party = arg;
    int rc = 0;

    for (int i = 0; i < items && rc == 0; i++) {
        rc = horo_channel_send(&one, &(int){ item_of(party, i) });
        if (rc == 0 && chance(party, 8)) {
            rc = horo_sleep(HORO_US(30));
        }
    }
    return rc;
}

/* Of two receivers one may be late with its item, but nothing is lost. */
static void nothing_is_lost_when_receivers_are_cancelled(void)
{
    static const size_t capacities[] = { 0, 1, 5 };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        begin(capacities[i], 1);
        items = (int)scaled(ITEMS / 2, ITEMS_SLOWLY);
        start(send_hesitantly);
        start(receive_impatiently);
        start(receive_impatiently);
        close_after(1);
        check_conserved(1);
        finish();
    }
}

static int send_impatiently(void *arg)
{
    struct party *party = arg;
    int rc = 0;

    for (int i = 0; i < items && rc == 0;) {
        struct horo_scope_options options = {
            .timeout = HORO_US(chance(party, 4) ? 200 : 20),
        };
        struct horo_scope scope;
        int item = item_of(party, i);

        rc = horo_scope_open(&scope, &options);
        if (rc == 0) {
            rc = horo_channel_send(&one, &item);
        }
        i += rc == 0;
        rc = horo_scope_close(&scope, rc);
        if (rc == -ETIMEDOUT) {
            rc = 0;
        }
    }
    return rc;
}

static int receive_hesitantly(void *arg)
{
    struct party *party = arg;
    int item;
    int rc = 0;

    while (rc == 0) {
        rc = horo_channel_receive(&one, &item);
        if (rc == 0) {
            take(party, item);
        }
        if (rc == 0 && chance(party, 8)) {
            rc = horo_sleep(HORO_US(30));
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static void nothing_is_sent_twice_when_senders_are_cancelled(void)
{
    static const size_t capacities[] = { 0, 1, 5 };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        begin(capacities[i], 1);
        items = (int)scaled(ITEMS / 2, ITEMS_SLOWLY);
        start(send_impatiently);
        start(send_impatiently);
        start(receive_hesitantly);
        close_after(2);
        check_conserved(2);
        finish();
    }
}

/* --- the ends of loops --- */

static int receive_one(void *arg)
{
    struct party *party = arg;
    int item;
    int rc = horo_channel_receive(&one, &item);

    if (rc == 0) {
        take(party, item);
    }
    return rc;
}

static int send_one(void *arg)
{
    return horo_channel_send(&one, &(int){ item_of(arg, 0) });
}

/* A loop may be gone as soon as its task has got its item, while the other
 * thread is still busy waking it. */
static void a_loop_may_end_as_soon_as_it_has_been_woken(void)
{
    int rounds = (int)scaled(200, 30);

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < rounds; i++) {
        begin((size_t)i % 2, 1);
        items = 1;
        start(i % 3 ? send_one : receive_one);
        start(i % 3 ? receive_one : send_one);
        join_all();
        CHECK_NUMBER(parties[0].count + parties[1].count, 1);
        finish();
    }
}

/* --- join and close --- */

static int work_off(void *arg)
{
    int item;
    int rc;

    while ((rc = horo_channel_receive(&one, &item)) == 0) {
        take(arg, item);
        rc = horo_channel_done(&one);
        if (rc < 0) {
            return rc;
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int send_and_join(void *arg)
{
    int rc = 0;

    for (int i = 0; i < 20 && rc == 0; i++) {
        rc = horo_channel_send(&one, &(int){ item_of(arg, i) });
        if (rc == 0 && i % 2 == 0) {
            rc = horo_channel_join(&one);
        }
        if (rc == 0 && i % 2 == 0 && horo_channel_length(&one) > 0) {
            rc = -EPROTO;
        }
    }
    return rc < 0 ? rc : horo_channel_close(&one);
}

static void join_waits_for_workers_on_other_loops(void)
{
    int rounds = (int)scaled(30, 5);

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < rounds; i++) {
        begin(4, 1);
        items = 20;
        start(send_and_join);
        start(work_off);
        start(work_off);
        join_all();
        check_conserved(1);
        finish();
    }
}

static int discarded;

static void count_discarded(void *item)
{
    (void)item;
    discarded++;
}

static int send_until_closed(void *arg)
{
    struct party *party = arg;
    int rc = 0;

    while (rc == 0) {
        rc = horo_channel_send(&one, &(int){ item_of(party, party->count) });
        party->count += rc == 0;
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int receive_some_and_abort(void *arg)
{
    struct party *party = arg;
    int item;
    int rc = 0;

    while (party->count < items && rc == 0) {
        rc = horo_channel_receive(&one, &item);
        party->count += rc == 0;
    }
    return rc == 0 ? horo_channel_abort(&one) : rc;
}

static void aborting_ends_the_waits_of_other_loops(void)
{
    int rounds = (int)scaled(30, 5);

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < rounds; i++) {
        begin((size_t)i % 4, 1);
        items = 20;
        discarded = 0;
        one.discard = count_discarded;
        start(send_until_closed);
        start(send_until_closed);
        start(receive_some_and_abort);
        join_all();
        CHECK_NUMBER(parties[0].count + parties[1].count,
                     parties[2].count + discarded);
        finish();
    }
}

int main(void)
{
    RUN(items_pass_between_two_loops);
    RUN(items_pass_between_many_loops);
    RUN(a_thread_without_a_loop_can_send);
    RUN(two_loops_play_ping_pong);
    RUN(loops_that_select_both_ways_meet);
    RUN(nothing_is_lost_when_receivers_are_cancelled);
    RUN(nothing_is_sent_twice_when_senders_are_cancelled);
    RUN(a_loop_may_end_as_soon_as_it_has_been_woken);
    RUN(join_waits_for_workers_on_other_loops);
    RUN(aborting_ends_the_waits_of_other_loops);
    return tap_end();
}
