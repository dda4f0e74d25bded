/* Select: exactly one of several things happens. */
#include <limits.h>

#include "harness.h"

static struct horo_channel left;
static struct horo_channel right;
static struct horo_scope scope;

static void make(struct horo_channel *channel, size_t capacity)
{
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = capacity };

    CHECK_CODE(horo_channel_init(channel, &options), 0);
}

static void begin(size_t left_capacity, size_t right_capacity)
{
    make(&left, left_capacity);
    make(&right, right_capacity);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
}

static void finish(int expected)
{
    CHECK_CODE(horo_scope_close(&scope, 0), expected);
    horo_channel_fini(&left);
    horo_channel_fini(&right);
}

static void put(struct horo_channel *channel, int item)
{
    CHECK_CODE(horo_channel_try_send(channel, &item), 0);
}

static void get(struct horo_channel *channel, int expected)
{
    int item = -1;

    CHECK_CODE(horo_channel_try_receive(channel, &item), 0);
    CHECK_NUMBER(item, expected);
}

static void check_empty(struct horo_channel *channel)
{
    int item = -7;

    CHECK_CODE(horo_channel_try_receive(channel, &item), -EAGAIN);
    CHECK_NUMBER(item, -7);
}

/* A task that selects once, in a scope of its own, and notes the outcome. */
struct chooser {
    char name;
    struct horo_case *cases;
    size_t count;
    int chosen;
    struct horo_scope own;
};

static int choose(void *arg)
{
    struct chooser *chooser = arg;

    CHECK_CODE(horo_scope_open(&chooser->own, NULL), 0);
    chooser->chosen = horo_select(chooser->cases, chooser->count);
    if (chooser->chosen < 0) {
        note("%c:%s", chooser->name,
             chooser->chosen == -ECANCELED ? "cancelled" : "failed");
    } else {
        note("%c:%d", chooser->name, chooser->chosen);
    }
    (void)horo_scope_close(&chooser->own, chooser->chosen);
    return 0;
}

static void start(horo_task_fn *fn, void *arg)
{
    CHECK_CODE(horo_spawn(&scope, fn, arg, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
}

/* --- at once --- */

static void the_first_that_is_ready_is_chosen(void)
{
    int item = -1;
    int sent = 5;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_RECEIVE(&right, &item),
                                 HORO_SEND(&left, &sent) };

    begin(2, 2);
    CHECK_NUMBER(horo_select(cases, 3), 2);
    CHECK_CODE(cases[2].result, 0);
    CHECK_NUMBER(item, -1);
    put(&right, 10);
    CHECK_NUMBER(horo_select(cases, 3), 0);
    CHECK_CODE(cases[0].result, 0);
    CHECK_NUMBER(item, 5);
    CHECK_NUMBER(horo_channel_length(&right), 1);
    CHECK_NUMBER(horo_select(cases, 3), 1);
    CHECK_NUMBER(item, 10);
    check_empty(&left);
    check_empty(&right);
    finish(0);
}

static void otherwise_is_chosen_when_nothing_is_ready(void)
{
    int item = -1;
    horo_time began = horo_now();
    struct horo_case cases[] = { HORO_AFTER(0), HORO_AFTER(-1),
                                 HORO_AFTER(HORO_S(1)),
                                 HORO_RECEIVE(&left, &item) };

    begin(1, 1);
    CHECK_NUMBER(horo_select(cases, 4), 0);
    put(&left, 3);
    CHECK_NUMBER(horo_select(cases, 4), 3);
    CHECK_NUMBER(horo_select(&cases[1], 3), 0);
    CHECK_NUMBER(item, 3);
    CHECK_NUMBER(horo_now() - began, 0);
    finish(0);
}

static void a_closed_channel_is_ready(void)
{
    int item = 1;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_SEND(&left, &item) };

    begin(0, 0);
    CHECK_CODE(horo_channel_close(&left), 0);
    CHECK_NUMBER(horo_select(cases, 2), 0);
    CHECK_CODE(cases[0].result, -ESHUTDOWN);
    CHECK_NUMBER(horo_select(&cases[1], 1), 0);
    CHECK_CODE(cases[1].result, -ESHUTDOWN);
    finish(0);
}

/* --- waiting for channels --- */

static void an_item_ends_the_wait(void)
{
    int one = -1;
    int other = -1;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &one),
                                 HORO_RECEIVE(&right, &other) };
    struct chooser chooser = { 'a', cases, 2, 0, { 0 } };

    for (size_t capacity = 0; capacity < 2; capacity++) {
        begin(capacity, capacity);
        start(choose, &chooser);
        put(&right, 7);
        if (capacity > 0) {
            put(&left, 8); /* too late */
        }
        finish(0);
        CHECK_NOTES("a:1");
        CHECK_NUMBER(other, 7);
        CHECK_NUMBER(one, -1);
    }
}

static void room_ends_the_wait(void)
{
    int item = 8;
    struct horo_case cases[] = { HORO_SEND(&left, &item),
                                 HORO_SEND(&right, &item) };
    struct chooser chooser = { 'a', cases, 2, 0, { 0 } };

    begin(1, 1);
    put(&left, 1);
    put(&right, 2);
    start(choose, &chooser);
    get(&right, 2);
    get(&left, 1);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:1");
    get(&right, 8);
    check_empty(&left);
    finish(0);
}

static void closing_ends_the_wait(void)
{
    int item = 8;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_SEND(&right, &item) };
    struct chooser chooser = { 'a', cases, 2, 0, { 0 } };

    begin(0, 0);
    start(choose, &chooser);
    CHECK_CODE(horo_channel_close(&right), 0);
    CHECK_CODE(horo_channel_close(&left), 0);
    finish(0);
    CHECK_NOTES("a:1");
    CHECK_CODE(cases[1].result, -ESHUTDOWN);
}

/* It stands in line like all the others, and only once gets something. */
static void a_select_waits_its_turn(void)
{
    int items[3] = { -1, -1, -1 };
    struct horo_case first[] = { HORO_RECEIVE(&left, &items[0]) };
    struct horo_case second[] = { HORO_RECEIVE(&right, &items[1]),
                                  HORO_RECEIVE(&left, &items[1]) };
    struct horo_case third[] = { HORO_RECEIVE(&left, &items[2]),
                                 HORO_RECEIVE(&left, &items[2]) };
    struct chooser choosers[] = { { 'a', first, 1, 0, { 0 } },
                                  { 'b', second, 2, 0, { 0 } },
                                  { 'c', third, 2, 0, { 0 } } };

    begin(3, 3);
    for (int i = 0; i < 3; i++) {
        start(choose, &choosers[i]);
    }
    put(&left, 10);
    put(&left, 20);
    put(&left, 30);
    put(&right, 40); /* for b, who has something already */
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:0 b:1 c:0");
    CHECK_NUMBER(items[0], 10);
    CHECK_NUMBER(items[1], 20);
    CHECK_NUMBER(items[2], 30);
    get(&right, 40);
    finish(0);
}

static void two_selects_meet(void)
{
    int sent = 4;
    int received = -1;
    struct horo_case gives[] = { HORO_RECEIVE(&right, &received),
                                 HORO_SEND(&left, &sent) };
    struct horo_case takes[] = { HORO_SEND(&right, &sent),
                                 HORO_RECEIVE(&left, &received) };
    struct chooser giver = { 'g', gives, 2, 0, { 0 } };
    struct chooser taker = { 't', takes, 2, 0, { 0 } };

    begin(0, 0);
    start(choose, &giver);
    start(choose, &taker); /* what it lists first */
    finish(0);
    CHECK_NOTES("t:0 g:0");
    CHECK_NUMBER(received, 4);
    begin(0, 0);
    start(choose, &taker);
    start(choose, &giver);
    finish(0);
    CHECK_NOTES("g:0 t:0");
}

/* Both ends in one select: it does not meet itself. */
static void a_select_does_not_meet_itself(void)
{
    int sent = 4;
    int received = -1;
    struct horo_case ends[] = { HORO_SEND(&left, &sent),
                                HORO_RECEIVE(&left, &received) };
    struct chooser one = { 'a', ends, 2, 0, { 0 } };

    begin(0, 0);
    start(choose, &one);
    CHECK_NOTES("");
    get(&left, 4);
    check_empty(&left);
    finish(0);
    CHECK_NOTES("a:0");
    begin(0, 0);
    start(choose, &one);
    put(&left, 5);
    finish(0);
    CHECK_NOTES("a:1");
    CHECK_NUMBER(received, 5);
}

/* --- futures and time --- */

static void a_future_ends_the_wait(void)
{
    int item;
    struct horo_future future;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_DONE(&future) };
    struct chooser chooser = { 'a', cases, 2, 0, { 0 } };

    begin(1, 1);
    horo_future_init(&future);
    start(choose, &chooser);
    CHECK_CODE(horo_future_set(&future, &item), 0);
    horo_future_fini(&future); /* nobody needs it any more */
    memset(&future, 0xff, sizeof future);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:1");
    CHECK_CODE(cases[1].result, 0);
    CHECK(cases[1].value == &item);
    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, -EAGAIN), 0);
    CHECK_NUMBER(horo_select(cases, 2), 1);
    CHECK_CODE(cases[1].result, -EAGAIN);
    horo_future_fini(&future);
    horo_future_init(&future);
    start(choose, &chooser);
    CHECK_CODE(horo_future_cancel(&future), 0);
    finish(0);
    CHECK_NOTES("a:1");
    CHECK_CODE(cases[1].result, -ECANCELED);
    horo_future_fini(&future);
}

/* An error that the select did not choose is still to be read by somebody. */
static void a_future_that_comes_too_late_is_not_read(void)
{
    int item;
    struct horo_future future;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_DONE(&future) };
    struct chooser chooser = { 'a', cases, 2, 0, { 0 } };

    begin(1, 1);
    horo_future_init(&future);
    start(choose, &chooser);
    put(&left, 1);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    finish(0);
    CHECK_NOTES("a:0");
    CHECK(!future.is_read);
    CHECK_CODE(cases[1].result, 0);
    CHECK_CODE(horo_future_result(&future, NULL), -EIO);
    horo_future_fini(&future);
}

static int end_with_5(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(5)), 0);
    return 5;
}

static void the_end_of_a_task_ends_the_wait(void)
{
    int item;
    struct horo_future future;
    struct horo_spawn_options options = { .future = &future };
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item), HORO_DONE(&future),
                                 HORO_AFTER(HORO_S(3)) };

    begin(1, 1);
    CHECK_CODE(horo_spawn(&scope, end_with_5, NULL, &options), 0);
    CHECK_NUMBER(horo_select(cases, 3), 2);
    CHECK_NUMBER(horo_select(cases, 3), 1);
    CHECK_CODE(cases[1].result, 5);
    finish(0);
}

static void time_ends_the_wait(void)
{
    int item;
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_AFTER(HORO_S(3)), HORO_AFTER(HORO_S(2)),
                                 HORO_AFTER(INT64_MAX), HORO_AFTER(HORO_S(2)) };

    begin(1, 1);
    CHECK_NUMBER(horo_select(cases, 5), 2);
    CHECK_CODE(cases[2].result, 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    finish(0);
}

/* --- never --- */

static void cases_without_a_subject_never_happen(void)
{
    int item;
    struct horo_case cases[] = { HORO_RECEIVE(NULL, &item),
                                 HORO_SEND(NULL, &item), HORO_DONE(NULL),
                                 HORO_AFTER(HORO_S(1)) };

    CHECK_NUMBER(horo_select(cases, 4), 3);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1) }),
        0);
    CHECK_CODE(horo_select(cases, 3), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

/* --- cancelling --- */

static void a_cancelled_select_leaves_all_lines(void)
{
    int item = 9;
    struct horo_future future;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_SEND(&right, &item), HORO_DONE(&future),
                                 HORO_AFTER(HORO_S(1)) };
    struct chooser chooser = { 'a', cases, 4, 0, { 0 } };

    begin(1, 1);
    horo_future_init(&future);
    put(&right, 1);
    start(choose, &chooser);
    horo_scope_cancel(&chooser.own);
    put(&left, 2);
    get(&right, 1);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(2)), 0);
    CHECK_NOTES("a:cancelled");
    get(&left, 2);
    check_empty(&right);
    finish(0);
    horo_future_fini(&future);
}

/* The item that had been promised goes to the next one. */
static void a_select_cancelled_after_its_choice_gives_the_item_back(void)
{
    int one = -1;
    int other = -1;
    struct horo_case cases[] = { HORO_RECEIVE(&right, &one),
                                 HORO_RECEIVE(&left, &one) };
    struct horo_case simple[] = { HORO_RECEIVE(&left, &other) };
    struct chooser first = { 'a', cases, 2, 0, { 0 } };
    struct chooser second = { 'b', simple, 1, 0, { 0 } };

    begin(2, 2);
    start(choose, &first);
    start(choose, &second);
    put(&left, 1);
    horo_scope_cancel(&first.own);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a:cancelled b:0");
    CHECK_NUMBER(one, -1);
    CHECK_NUMBER(other, 1);
    finish(0);
}

/* What cannot be taken back has happened, and is told. */
static void a_select_cancelled_after_its_item_was_taken_says_so(void)
{
    int item = 9;
    struct horo_future future;
    struct horo_case sends[] = { HORO_RECEIVE(&left, &item),
                                 HORO_SEND(&right, &item) };
    struct horo_case waits[] = { HORO_DONE(&future) };
    struct chooser sender = { 'a', sends, 2, 0, { 0 } };
    struct chooser waiter = { 'b', waits, 1, 0, { 0 } };

    begin(1, 0);
    horo_future_init(&future);
    start(choose, &sender);
    start(choose, &waiter);
    get(&right, 9);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    horo_scope_cancel(&sender.own);
    horo_scope_cancel(&waiter.own);
    finish(0);
    CHECK_NOTES("a:1 b:0");
    CHECK_CODE(waits[0].result, -EIO);
    horo_future_fini(&future);
}

static void closing_after_which_a_select_is_cancelled(void)
{
    int item;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item) };
    struct chooser chooser = { 'a', cases, 1, 0, { 0 } };

    begin(1, 1);
    start(choose, &chooser);
    CHECK_CODE(horo_channel_close(&left), 0);
    horo_scope_cancel(&chooser.own);
    finish(0);
    CHECK_NOTES("a:cancelled");
}

/* --- misuse --- */

static int select_oneself(void *arg)
{
    struct horo_future *self = arg;
    struct horo_case cases[] = { HORO_DONE(self), HORO_AFTER(0) };

    return horo_select(cases, 2);
}

static void misuse_is_told(void)
{
    int item = 1;
    struct horo_future future;
    struct horo_spawn_options options = { .future = &future };
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item), HORO_AFTER(0) };

    begin(1, 1);
    CHECK_CODE(horo_select(cases, 0), -EINVAL);
    CHECK_CODE(horo_select(cases, (size_t)INT_MAX + 1), -EINVAL);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_scope_open(
                   &scope, &(struct horo_scope_options){ .keep_going = true }),
               0);
    CHECK_CODE(horo_spawn(&scope, select_oneself, &future, &options), 0);
    CHECK_CODE(horo_future_wait(&future, NULL), -EDEADLK);
    left.thread = &left; /* one that is not ours */
    CHECK_CODE(horo_select(cases, 2), -HORO_EOTHERLOOP);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_select(cases, 2), -ECANCELED);
    finish(-EDEADLK);
}

static void select_between_tasks(void *arg)
{
    CHECK_CODE(horo_select(arg, 1), -HORO_ENOTASK);
    note("done");
}

static void a_callback_cannot_select(void)
{
    struct horo_case cases[] = { HORO_AFTER(0) };

    CHECK_CODE(horo_loop_post(horo_loop_self(), select_between_tasks, cases),
               0);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_NOTES("done");
}

static int count_turns(void *arg)
{
    while (horo_yield() == 0) {
        ++*(int *)arg;
    }
    return 0;
}

static void a_select_that_never_has_to_wait_lets_others_run(void)
{
    int turns = 0;
    int item = 1;
    struct horo_case cases[] = { HORO_RECEIVE(&left, &item),
                                 HORO_SEND(&left, &item) };

    begin(1, 1);
    CHECK_CODE(horo_spawn(&scope, count_turns, &turns, NULL), 0);
    for (int i = 0; i < 10000; i++) {
        CHECK_NUMBER(horo_select(cases, 2), i % 2 == 0);
    }
    CHECK(turns >= 100);
    horo_scope_cancel(&scope);
    finish(-ECANCELED);
}

int main(void)
{
    RUN_IN_LOOP(the_first_that_is_ready_is_chosen);
    RUN_IN_LOOP(otherwise_is_chosen_when_nothing_is_ready);
    RUN_IN_LOOP(a_closed_channel_is_ready);
    RUN_IN_LOOP(an_item_ends_the_wait);
    RUN_IN_LOOP(room_ends_the_wait);
    RUN_IN_LOOP(closing_ends_the_wait);
    RUN_IN_LOOP(a_select_waits_its_turn);
    RUN_IN_LOOP(two_selects_meet);
    RUN_IN_LOOP(a_select_does_not_meet_itself);
    RUN_IN_LOOP(a_future_ends_the_wait);
    RUN_IN_LOOP(a_future_that_comes_too_late_is_not_read);
    RUN_IN_LOOP(the_end_of_a_task_ends_the_wait);
    RUN_IN_LOOP(time_ends_the_wait);
    RUN_IN_LOOP(cases_without_a_subject_never_happen);
    RUN_IN_LOOP(a_cancelled_select_leaves_all_lines);
    RUN_IN_LOOP(a_select_cancelled_after_its_choice_gives_the_item_back);
    RUN_IN_LOOP(a_select_cancelled_after_its_item_was_taken_says_so);
    RUN_IN_LOOP(closing_after_which_a_select_is_cancelled);
    RUN_IN_LOOP(misuse_is_told);
    RUN_IN_LOOP(a_callback_cannot_select);
    RUN_IN_LOOP(a_select_that_never_has_to_wait_lets_others_run);
    return tap_end();
}
