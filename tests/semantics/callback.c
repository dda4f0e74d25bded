/* Callbacks: called soon, later, in order, or taken back. */
#include "harness.h"

static void note_it(void *arg)
{
    note("%s", (const char *)arg);
}

static int note_and_end(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

/* Lets all that is ready, and what that asks for, have its turn. */
static void settle(void)
{
    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
}

/* --- soon --- */

static struct horo_callback first, second, third, fourth, fifth;

static uint64_t count_turns(void)
{
    struct horo_loop_stats stats = { 0 };

    CHECK_CODE(horo_loop_stats(&stats), 0);
    return stats.turns;
}

static void note_turn(void *arg)
{
    *(uint64_t *)arg = count_turns();
    note("D");
}

static void ask_for_the_turn(void *arg)
{
    note("B%d", (int)(*(uint64_t *)arg = count_turns()) > 0);
    CHECK_CODE(horo_call_soon(&fourth, note_turn, (uint64_t *)arg + 1), 0);
}

/* A, B, C; B queues D: A, B, C, a look at the kernel, D. */
static void soon_fifo(void)
{
    uint64_t turns[2] = { 0, 0 };

    CHECK_CODE(horo_call_soon(&first, note_it, "A"), 0);
    CHECK_CODE(horo_call_soon(&second, ask_for_the_turn, turns), 0);
    CHECK_CODE(horo_call_soon(&third, note_it, "C"), 0);
    note("not yet");
    settle();
    CHECK_NOTES("not yet A B1 C D");
    CHECK_NUMBER(turns[1], turns[0] + 1);
}

static void call_and_spawn(struct horo_scope *scope)
{
    CHECK_CODE(horo_spawn(scope, note_and_end, "a", NULL), 0);
    CHECK_CODE(horo_call_soon(&first, note_it, "B"), 0);
    CHECK_CODE(horo_call_soon(&second, note_it, "C"), 0);
    CHECK_CODE(horo_spawn(scope, note_and_end, "d", NULL), 0);
    CHECK_CODE(horo_spawn(scope, note_and_end, "e", NULL), 0);
    CHECK_CODE(horo_call_soon(&third, note_it, "F"), 0);
}

static void callbacks_and_tasks_take_turns_as_they_came(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    call_and_spawn(&scope);
    note("not yet");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("not yet a B C d e F");
    settle();
}

static int yield_and_note(void *arg)
{
    for (int i = 0; i < 3; i++) {
        note("%s%d", (const char *)arg, i);
        CHECK_CODE(horo_yield(), 0);
    }
    return 0;
}

static void call_again(void *arg)
{
    int *left = arg;

    note("c%d", *left);
    if (--*left > 0) {
        CHECK_CODE(horo_call_soon(&first, call_again, left), 0);
    }
}

static void a_callback_that_comes_again_is_as_fair_as_a_task_that_yields(void)
{
    struct horo_scope scope;
    int left = 3;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, yield_and_note, "a", NULL), 0);
    CHECK_CODE(horo_call_soon(&first, call_again, &left), 0);
    CHECK_CODE(horo_spawn(&scope, yield_and_note, "b", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a0 c3 b0 a1 c2 b1 a2 c1 b2");
}

enum { MANY = 1000 };

static struct horo_callback many[MANY];
static int order[2 * MANY];
static int order_count;

static void note_number(void *arg)
{
    order[order_count++] = (int)((struct horo_callback *)arg - many);
}

static int note_task(void *arg)
{
    order[order_count++] = -(int)((struct horo_callback *)arg - many);
    return 0;
}

/* Far more than a turn runs. */
static void the_order_holds_for_many(void)
{
    struct horo_scope scope;

    order_count = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        bool is_task = i % 3 == 1 || i % 7 == 0;

        if (is_task) {
            CHECK_CODE(horo_spawn(&scope, note_task, &many[i], NULL), 0);
        } else {
            CHECK_CODE(horo_call_soon(&many[i], note_number, &many[i]), 0);
        }
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    for (int i = 0; i < MANY; i++) {
        bool is_task = i % 3 == 1 || i % 7 == 0;

        if (order[i] != (is_task ? -i : i)) {
            CHECK_NUMBER(order[i], is_task ? -i : i);
            break;
        }
    }
    settle();
    CHECK_NUMBER(order_count, MANY);
}

/* Between two looks at timers and the kernel there are not many. */
static void a_crowd_of_callbacks_shares_several_turns(void)
{
    uint64_t turns[2] = { 0, 0 };

    CHECK_CODE(horo_call_soon(&first, ask_for_the_turn, turns), 0);
    order_count = 0;
    for (int i = 0; i < MANY; i++) {
        CHECK_CODE(horo_call_soon(&many[i], note_number, &many[i]), 0);
    }
    settle();
    CHECK_NOTES("B1 D");
    CHECK_NUMBER(order_count, MANY);
    CHECK(turns[1] - turns[0] >= MANY / 100);
}

static void try_everything_that_suspends(void *arg)
{
    struct horo_scope scope;

    (void)arg;
    CHECK(horo_task_self() == NULL);
    CHECK(horo_loop_self() != NULL);
    CHECK_CODE(horo_yield(), -HORO_ENOTASK);
    CHECK_CODE(horo_sleep(1), -HORO_ENOTASK);
    CHECK_CODE(horo_fd_wait(0, 1), -HORO_ENOTASK);
    CHECK_CODE(horo_scope_open(&scope, NULL), -HORO_ENOTASK);
    note("done");
}

static void a_callback_must_not_suspend(void)
{
    CHECK_CODE(horo_call_soon(&first, try_everything_that_suspends, NULL), 0);
    CHECK_CODE(horo_call_later(&second, 1, try_everything_that_suspends, NULL),
               0);
    CHECK_CODE(horo_sleep(2), 0);
    CHECK_NOTES("done done");
}

static void use_its_struct_again(void *arg)
{
    struct horo_callback *callback = arg;

    note("again");
    memset(callback, 0xff, sizeof *callback); /* it may be freed */
}

static void a_callback_s_memory_is_free_when_it_is_called(void)
{
    struct horo_callback callback = { 0 };

    CHECK_CODE(horo_call_soon(&callback, use_its_struct_again, &callback), 0);
    settle();
    callback = (struct horo_callback){ 0 };
    CHECK_CODE(horo_call_later(&callback, 1, use_its_struct_again, &callback),
               0);
    CHECK_CODE(horo_sleep(2), 0);
    CHECK_NOTES("again again");
}

static void spawn_into(void *arg)
{
    CHECK_CODE(horo_spawn(arg, note_and_end, "spawned", NULL), 0);
}

static void cancel_it(void *arg)
{
    horo_scope_cancel(arg);
}

static void a_callback_can_spawn_and_cancel(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_call_soon(&first, spawn_into, &scope), 0);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_CODE(horo_call_later(&first, 1, cancel_it, &scope), 0);
    CHECK_CODE(horo_sleep(2), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("spawned");
}

/* --- misuse --- */

static void misuse_is_refused(void)
{
    struct horo_callback callback = { 0 };

    CHECK_CODE(horo_call_soon(&callback, NULL, NULL), -EINVAL);
    CHECK_CODE(horo_call_later(&callback, 1, NULL, NULL), -EINVAL);
    CHECK_CODE(horo_call_at(&callback, horo_now(), NULL, NULL), -EINVAL);
    CHECK_CODE(horo_call_cancel(&callback), 0);
    CHECK_CODE(horo_call_soon(&callback, note_it, "soon"), 0);
    CHECK_CODE(horo_call_soon(&callback, note_it, "twice"), -EBUSY);
    CHECK_CODE(horo_call_later(&callback, 1, note_it, "twice"), -EBUSY);
    settle();
    CHECK_CODE(horo_call_later(&callback, 1, note_it, "later"), 0);
    CHECK_CODE(horo_call_soon(&callback, note_it, "twice"), -EBUSY);
    CHECK_CODE(horo_call_at(&callback, 1, note_it, "twice"), -EBUSY);
    CHECK_CODE(horo_sleep(2), 0);
    CHECK_NOTES("soon later");
}

static void without_a_loop_there_are_no_callbacks(void)
{
    struct horo_callback callback = { 0 };

    CHECK_CODE(horo_call_soon(&callback, note_it, ""), -HORO_ENOTASK);
    CHECK_CODE(horo_call_later(&callback, 1, note_it, ""), -HORO_ENOTASK);
    CHECK_CODE(horo_call_at(&callback, 1, note_it, ""), -HORO_ENOTASK);
    CHECK_CODE(horo_call_cancel(&callback), 0);
}

/* --- later --- */

static void note_time(void *arg)
{
    note("%s@%d", (const char *)arg,
         (int)(horo_now() % HORO_S(1000) / 1000000));
}

/* A second on the virtual clock at which a thousand of them begin. */
static void sleep_to_a_round_time(void)
{
    horo_time now = horo_now();

    CHECK_CODE(horo_sleep_until(now - now % HORO_S(1000) + HORO_S(1000)), 0);
}

static void calls_come_at_their_time(void)
{
    sleep_to_a_round_time();
    CHECK_CODE(horo_call_later(&first, HORO_MS(30), note_time, "c"), 0);
    CHECK_CODE(horo_call_later(&second, HORO_MS(10), note_time, "a"), 0);
    CHECK_CODE(horo_call_at(&third, horo_now() + HORO_MS(20), note_time, "b"),
               0);
    CHECK_CODE(horo_call_later(&fourth, 0, note_time, "now"), 0);
    CHECK_CODE(horo_call_later(&fifth, -HORO_S(1), note_time, "past"), 0);
    note("not yet");
    CHECK_CODE(horo_sleep(HORO_MS(50)), 0);
    CHECK_NOTES("not yet past@0 now@0 a@10 b@20 c@30");
}

static void the_ends_of_time_are_far(void)
{
    CHECK_CODE(horo_call_later(&first, INT64_MAX, note_it, "never"), 0);
    CHECK_CODE(horo_call_at(&second, INT64_MAX, note_it, "never"), 0);
    CHECK_CODE(horo_call_later(&third, INT64_MIN, note_it, "long ago"), 0);
    CHECK_CODE(horo_call_at(&fourth, INT64_MIN, note_it, "at the beginning"),
               0);
    CHECK_CODE(horo_sleep(HORO_S(86400 * 365)), 0);
    CHECK_NOTES("at the beginning long ago");
    CHECK_CODE(horo_call_cancel(&first), 1);
    CHECK_CODE(horo_call_cancel(&second), 1);
}

static int sleep_and_note(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    note("%s", (const char *)arg);
    return 0;
}

static void calls_and_sleeps_of_one_moment_end_as_they_began(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_and_note, "a", NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_call_later(&first, HORO_MS(5), note_it, "B"), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_and_note, "c", NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_call_later(&second, HORO_MS(5), note_it, "D"), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    settle();
    CHECK_NOTES("a B c D");
}

static void note_index(void *arg)
{
    note("%d", (int)((struct horo_callback *)arg - many));
}

static uint64_t count_timers(void)
{
    struct horo_loop_stats stats = { 0 };

    CHECK_CODE(horo_loop_stats(&stats), 0);
    return stats.timers_live;
}

/* Ten timers, one deadline: 0…9. Many, cancelled: none is left. */
static void timers(void)
{
    static struct horo_callback crowd[10000];
    horo_time moment = horo_now() + HORO_S(1);

    for (int i = 0; i < 10; i++) {
        CHECK_CODE(horo_call_at(&many[i], moment, note_index, &many[i]), 0);
    }
    CHECK_CODE(horo_sleep(HORO_S(2)), 0);
    CHECK_NOTES("0 1 2 3 4 5 6 7 8 9");
    for (int i = 0; i < 10000; i++) {
        CHECK_CODE(horo_call_later(&crowd[i], HORO_S(3600), note_it, "x"), 0);
    }
    CHECK_NUMBER(count_timers(), 10000);
    for (int i = 0; i < 10000; i++) {
        CHECK_CODE(horo_call_cancel(&crowd[i]), 1);
    }
    CHECK_NUMBER(count_timers(), 0);
    CHECK_CODE(horo_sleep(HORO_S(7200)), 0);
    CHECK_NOTES("");
}

/* --- taken back --- */

static void a_cancelled_call_does_not_come(void)
{
    CHECK_CODE(horo_call_soon(&first, note_it, "first"), 0);
    CHECK_CODE(horo_call_soon(&second, note_it, "second"), 0);
    CHECK_CODE(horo_call_later(&third, 1, note_it, "third"), 0);
    CHECK_CODE(horo_call_later(&fourth, 1, note_it, "fourth"), 0);
    CHECK_CODE(horo_call_cancel(&first), 1);
    CHECK_CODE(horo_call_cancel(&first), 0);
    CHECK_CODE(horo_call_cancel(&third), 1);
    CHECK_CODE(horo_call_cancel(&third), 0);
    CHECK_CODE(horo_sleep(2), 0);
    CHECK_NOTES("second fourth");
    CHECK_CODE(horo_call_cancel(&second), 0);
    CHECK_CODE(horo_call_cancel(&fourth), 0);
}

static void cancel_third(void *arg)
{
    (void)arg;
    note("A");
    CHECK_CODE(horo_call_cancel(&third), 1);
    CHECK_CODE(horo_call_cancel(&first), 0); /* oneself, under way */
    CHECK_CODE(horo_call_soon(&third, note_it, "C, anew"), 0);
}

static void a_call_can_be_cancelled_by_one_of_its_batch(void)
{
    CHECK_CODE(horo_call_soon(&first, cancel_third, NULL), 0);
    CHECK_CODE(horo_call_soon(&second, note_it, "B"), 0);
    CHECK_CODE(horo_call_soon(&third, note_it, "C"), 0);
    CHECK_CODE(horo_call_soon(&fourth, note_it, "D"), 0);
    settle();
    CHECK_NOTES("A B D C, anew");
}

static void cancel_both(void *arg)
{
    (void)arg;
    note("first");
    CHECK_CODE(horo_call_cancel(&second), 1); /* its time has come, too */
}

static void a_call_can_be_cancelled_after_its_time_has_come(void)
{
    horo_time moment = horo_now() + HORO_MS(1);

    CHECK_CODE(horo_call_at(&first, moment, cancel_both, NULL), 0);
    CHECK_CODE(horo_call_at(&second, moment, note_it, "second"), 0);
    CHECK_CODE(horo_sleep(HORO_MS(2)), 0);
    CHECK_NOTES("first");
}

static void a_call_cancelled_and_asked_for_anew_comes_last(void)
{
    CHECK_CODE(horo_call_soon(&first, note_it, "first"), 0);
    CHECK_CODE(horo_call_soon(&second, note_it, "second"), 0);
    CHECK_CODE(horo_call_cancel(&first), 1);
    CHECK_CODE(horo_call_soon(&first, note_it, "first"), 0);
    settle();
    CHECK_NOTES("second first");
}

/* --- fairness --- */

static void go_on_for_ever(void *arg)
{
    if (!*(const bool *)arg) {
        CHECK_CODE(horo_call_soon(&first, go_on_for_ever, arg), 0);
    }
}

static void a_callback_that_asks_for_itself_stops_nobody(void)
{
    bool stop = false;

    CHECK_CODE(horo_call_soon(&first, go_on_for_ever, &stop), 0);
    for (int i = 0; i < 20; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
    stop = true;
    settle();
    CHECK_CODE(horo_call_cancel(&first), 0);
}

static int sleep_really(void *arg)
{
    bool stop = false;

    (void)arg;
    CHECK_CODE(horo_call_soon(&first, go_on_for_ever, &stop), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(horo_call_cancel(&first), 1);
    return 0;
}

/* The virtual clock stands still while anything can run. */
static void nor_does_it_stop_the_clock(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_REAL };

    CHECK_CODE(run_loop(sleep_really, NULL, &options), 0);
}

/* --- at the end --- */

static int leave_calls_behind(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_call_soon(&first, note_it, "soon"), 0);
    CHECK_CODE(horo_call_later(&second, HORO_S(1), note_it, "later"), 0);
    return 0;
}

static void what_is_pending_when_the_loop_ends_is_dropped(void)
{
    struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };

    CHECK_CODE(horo_run(leave_calls_behind, NULL, &virtual), 0);
    CHECK_CODE(horo_call_cancel(&first), 0);
    CHECK_CODE(horo_call_cancel(&second), 0);
    CHECK_CODE(horo_run(leave_calls_behind, NULL, &virtual), 0);
    CHECK_NOTES("");
}

static void call_too_late(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_call_soon(&first, note_it, "soon"), -ESHUTDOWN);
    CHECK_CODE(horo_call_later(&second, 1, note_it, "later"), -ESHUTDOWN);
    note("refused");
}

static int post_and_end(void *arg)
{
    (void)arg;
    return horo_loop_post(horo_loop_self(), call_too_late, NULL);
}

static void there_are_no_calls_while_the_loop_winds_up(void)
{
    CHECK_CODE(run_loop(post_and_end, NULL, NULL), 0);
    CHECK_NOTES("refused");
}

int main(void)
{
    RUN_IN_LOOP(soon_fifo);
    RUN_IN_LOOP(callbacks_and_tasks_take_turns_as_they_came);
    RUN_IN_LOOP(a_callback_that_comes_again_is_as_fair_as_a_task_that_yields);
    RUN_IN_LOOP(the_order_holds_for_many);
    RUN_IN_LOOP(a_crowd_of_callbacks_shares_several_turns);
    RUN_IN_LOOP_ONCE(a_callback_must_not_suspend,
                     "its calls come when all is over");
    RUN_IN_LOOP_ONCE(a_callback_s_memory_is_free_when_it_is_called,
                     "its calls come when all is over");
    RUN_IN_LOOP_ONCE(a_callback_can_spawn_and_cancel,
                     "its calls come when all is over");
    RUN_IN_LOOP_ONCE(misuse_is_refused, "its calls come when all is over");
    RUN(without_a_loop_there_are_no_callbacks);
    RUN_IN_LOOP_ONCE(calls_come_at_their_time,
                     "its calls come when all is over");
    RUN_IN_LOOP_ONCE(the_ends_of_time_are_far,
                     "its calls come when all is over");
    RUN_IN_LOOP_ONCE(calls_and_sleeps_of_one_moment_end_as_they_began,
                     "leaves what it got");
    RUN_IN_LOOP_ONCE(timers, "its calls come when all is over");
    RUN_IN_LOOP(a_cancelled_call_does_not_come);
    RUN_IN_LOOP(a_call_can_be_cancelled_by_one_of_its_batch);
    RUN_IN_LOOP_ONCE(a_call_can_be_cancelled_after_its_time_has_come,
                     "leaves what it got");
    RUN_IN_LOOP(a_call_cancelled_and_asked_for_anew_comes_last);
    RUN_IN_LOOP(a_callback_that_asks_for_itself_stops_nobody);
    RUN(nor_does_it_stop_the_clock);
    RUN(what_is_pending_when_the_loop_ends_is_dropped);
    RUN(there_are_no_calls_while_the_loop_winds_up);
    return tap_end();
}
