/* Plain futures: settled once, read as often as one likes, waited for by any
 * number of tasks. Those of tasks are in task.c. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "core/future.h"
#include "harness.h"

static int thing;

/* --- states --- */

static void a_new_future_is_pending(void)
{
    struct horo_future future;
    void *got = &thing;

    horo_future_init(&future);
    CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_PENDING);
    CHECK_CODE(horo_future_result(&future, &got), -HORO_EINVALIDSTATE);
    CHECK(got == &thing);
    horo_future_fini(&future);
    horo_future_fini(NULL);
}

static void a_future_that_was_set_has_its_value(void)
{
    struct horo_future future;
    void *got = NULL;

    horo_future_init(&future);
    CHECK_CODE(horo_future_set(&future, &thing), 0);
    CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_DONE);
    CHECK_CODE(horo_future_result(&future, NULL), 0);
    CHECK_CODE(horo_future_result(&future, &got), 0);
    CHECK(got == &thing);
    got = NULL;
    CHECK_CODE(horo_future_wait(&future, &got), 0);
    CHECK(got == &thing);
    horo_future_fini(&future);
}

static void a_future_that_failed_has_its_error(void)
{
    struct horo_future future;
    void *got = &thing;

    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_DONE);
    CHECK_CODE(horo_future_result(&future, &got), -EIO);
    CHECK_CODE(horo_future_wait(&future, &got), -EIO);
    CHECK(got == &thing);
    horo_future_fini(&future);
}

static void a_future_that_was_cancelled_says_so(void)
{
    struct horo_future future;
    void *got = &thing;

    for (int by_code = 0; by_code < 2; by_code++) {
        horo_future_init(&future);
        CHECK_CODE(by_code ? horo_future_fail(&future, -ECANCELED)
                           : horo_future_cancel(&future),
                   0);
        CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_CANCELLED);
        CHECK_CODE(horo_future_result(&future, &got), -ECANCELED);
        CHECK_CODE(horo_future_wait(&future, &got), -ECANCELED);
        CHECK(got == &thing);
        CHECK_CODE(horo_yield(), 0); /* it is not us who was cancelled */
        horo_future_fini(&future);
    }
}

static void a_future_settles_once(void)
{
    for (int how = 0; how < 3; how++) {
        struct horo_future future;
        int code = how == 0 ? 0 : how == 1 ? -EIO : -ECANCELED;

        horo_future_init(&future);
        CHECK_CODE(how == 0   ? horo_future_set(&future, NULL)
                   : how == 1 ? horo_future_fail(&future, -EIO)
                              : horo_future_cancel(&future),
                   0);
        CHECK_CODE(horo_future_set(&future, &thing), -HORO_EINVALIDSTATE);
        CHECK_CODE(horo_future_fail(&future, -EPIPE), -HORO_EINVALIDSTATE);
        CHECK_CODE(horo_future_cancel(&future), -HORO_EINVALIDSTATE);
        CHECK_CODE(horo_future_result(&future, NULL), code);
        horo_future_fini(&future);
    }
}

static void only_a_negative_code_is_an_error(void)
{
    struct horo_future future;

    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, 0), -EINVAL);
    CHECK_CODE(horo_future_fail(&future, EIO), -EINVAL);
    CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_PENDING);
    horo_future_fini(&future);
}

static void a_future_can_be_made_anew(void)
{
    struct horo_future future;

    for (int i = 0; i < 2; i++) {
        horo_future_init(&future);
        CHECK_CODE(horo_future_result(&future, NULL), -HORO_EINVALIDSTATE);
        CHECK_CODE(horo_future_set(&future, NULL), 0);
        horo_future_fini(&future);
    }
}

/* --- waiting --- */

static int note_when_settled(void *arg)
{
    void *got = NULL;
    int rc = horo_future_wait(arg, &got);

    note("%d%s", rc, got == &thing ? "+" : "");
    return 0;
}

static void all_who_wait_get_the_value_in_turn(void)
{
    struct horo_future future;
    struct horo_scope scope;

    horo_future_init(&future);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, note_when_settled, &future, NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_set(&future, &thing), 0);
    note("set");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("set 0+ 0+ 0+");
    horo_future_fini(&future);
}

static void all_who_wait_get_the_error(void)
{
    struct horo_future future;
    struct horo_scope scope;

    horo_future_init(&future);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_spawn(&scope, note_when_settled, &future, NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("-5 -5");
    horo_future_fini(&future);
}

/* The first of those who wait gives up; the others and the future go on. */
static void a_cancelled_wait_leaves_the_future_alone(void)
{
    struct horo_future future;
    struct horo_future ends[3];
    struct horo_scope scope;

    for (int leaver = 0; leaver < 3; leaver++) {
        horo_future_init(&future);
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        for (int i = 0; i < 3; i++) {
            struct horo_spawn_options options = { .future = &ends[i] };

            CHECK_CODE(horo_spawn(&scope, note_when_settled, &future, &options),
                       0);
        }
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_future_cancel(&ends[leaver]), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_PENDING);
        CHECK_CODE(horo_future_set(&future, &thing), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_NOTES("-125 0+ 0+");
        horo_future_fini(&future);
    }
}

static int wait_and_tell(void *arg)
{
    int rc = horo_future_wait(arg, NULL);

    note("%d then %d", rc, horo_yield());
    return 0;
}

/* Settled and cancelled before the one who waits has run: he gets the value,
 * and the news of his cancellation at the next wait. */
static void a_value_that_came_first_is_delivered(void)
{
    struct horo_future future;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    horo_future_init(&future);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_and_tell, &future, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("0 then -125");
    horo_future_fini(&future);
}

static void in_a_cancelled_scope_even_a_settled_future_is_not_waited_for(void)
{
    struct horo_future future;
    struct horo_scope scope;

    horo_future_init(&future);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_future_wait(&future, NULL), -ECANCELED);
    CHECK_CODE(horo_future_result(&future, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    horo_future_fini(&future);
}

/* --- listeners: what gathering and select build on --- */

struct ear {
    struct horo__listener listener;
    struct ear *other; /* whom it silences */
    const char *name;
};

static void hear(struct horo__listener *listener, struct horo_future *future)
{
    struct ear *ear = (struct ear *)listener;

    CHECK(horo__future_is_settled(future));
    note("%s", ear->name);
    if (ear->other) {
        horo__future_unlisten(&ear->other->listener);
    }
    horo__future_unlisten(listener);
}

static void listeners_are_told_in_turn_and_may_silence_each_other(void)
{
    struct horo_future future;
    struct ear ears[4] = { { { .notify = hear }, &ears[1], "a" },
                           { { .notify = hear }, NULL, "b" },
                           { { .notify = hear }, &ears[0], "c" },
                           { { .notify = hear }, NULL, "d" } };

    horo_future_init(&future);
    for (int i = 0; i < 4; i++) {
        horo__future_listen(&future, &ears[i].listener);
    }
    horo__future_unlisten(&ears[3].listener);
    horo__future_unlisten(&ears[3].listener);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_NOTES("a c");
    horo_future_fini(&future);
}

static void futures_are_numbered_as_they_settle(void)
{
    struct horo_future futures[3];

    for (int i = 0; i < 3; i++) {
        horo_future_init(&futures[i]);
    }
    CHECK_CODE(horo_future_set(&futures[2], NULL), 0);
    CHECK_CODE(horo_future_fail(&futures[0], -EIO), 0);
    CHECK_CODE(horo_future_cancel(&futures[1]), 0);
    CHECK(futures[2].order < futures[0].order);
    CHECK(futures[0].order < futures[1].order);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_future_result(&futures[i], NULL),
                   ((const int[]){ -EIO, -ECANCELED, 0 })[i]);
        horo_future_fini(&futures[i]);
    }
}

/* --- done callbacks --- */

static void note_it(void *arg)
{
    note("%s", (const char *)arg);
}

/* Lets all that is ready, and what that asks for, have its turn. */
static void take_turns(void)
{
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
}

static void callbacks_run_soon_after_and_in_order(void)
{
    struct horo_future future;
    struct horo_callback callbacks[3] = { 0 };

    horo_future_init(&future);
    CHECK_CODE(horo_future_on_done(&future, &callbacks[2], note_it, "a"), 0);
    CHECK_CODE(horo_future_on_done(&future, &callbacks[0], note_it, "b"), 0);
    CHECK_CODE(horo_future_on_done(&future, &callbacks[1], note_it, "c"), 0);
    take_turns();
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    note("set");
    take_turns();
    CHECK_NOTES("set a b c");
    horo_future_fini(&future);
}

static void a_callback_added_late_still_runs_and_not_at_once(void)
{
    struct horo_future future;
    struct horo_callback early = { 0 };
    struct horo_callback late = { 0 };

    horo_future_init(&future);
    CHECK_CODE(horo_future_on_done(&future, &early, note_it, "early"), 0);
    CHECK_CODE(horo_future_cancel(&future), 0);
    CHECK_CODE(horo_future_on_done(&future, &late, note_it, "late"), 0);
    note("added");
    take_turns();
    CHECK_NOTES("added early late");
    horo_future_fini(&future);
}

static void a_callback_can_be_taken_back(void)
{
    struct horo_future future;
    struct horo_callback callbacks[3] = { 0 };

    horo_future_init(&future);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(
            horo_future_on_done(&future, &callbacks[i], note_it, &"abc"[i]), 0);
    }
    CHECK_CODE(horo_call_cancel(&callbacks[1]), 1);
    CHECK_CODE(horo_call_cancel(&callbacks[1]), 0);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    CHECK_CODE(horo_call_cancel(&callbacks[2]), 1);
    take_turns();
    CHECK_CODE(horo_call_cancel(&callbacks[0]), 0);
    CHECK_NOTES("abc");
    horo_future_fini(&future);
}

static void a_pending_callback_is_not_added_twice(void)
{
    struct horo_future futures[2];
    struct horo_callback callback = { 0 };

    for (int i = 0; i < 2; i++) {
        horo_future_init(&futures[i]);
    }
    CHECK_CODE(horo_future_on_done(&futures[0], &callback, note_it, "a"), 0);
    CHECK_CODE(horo_future_on_done(&futures[0], &callback, note_it, "b"),
               -EBUSY);
    CHECK_CODE(horo_future_on_done(&futures[1], &callback, note_it, "b"),
               -EBUSY);
    CHECK_CODE(horo_future_set(&futures[1], NULL), 0);
    CHECK_CODE(horo_future_on_done(&futures[1], &callback, note_it, "b"),
               -EBUSY);
    CHECK_CODE(horo_future_set(&futures[0], NULL), 0);
    take_turns();
    CHECK_CODE(horo_future_on_done(&futures[1], &callback, note_it, "b"), 0);
    take_turns();
    CHECK_NOTES("a b");
    horo_future_fini(&futures[0]);
    horo_future_fini(&futures[1]);
}

static int sleep_a_second(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1));
}

static void the_end_of_a_task_calls_back(void)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_callback callback = { 0 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_a_second, NULL, &options), 0);
    CHECK_CODE(horo_future_on_done(&end, &callback, note_it, "ended"), 0);
    take_turns();
    note("waiting");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    take_turns();
    CHECK_NOTES("waiting ended");
}

/* --- errors that nobody reads --- */

static void note_report(void *arg, const struct horo_error_report *report)
{
    (void)arg;
    note("%s %d", report->what, report->code);
}

/* Fails a future, lets `read` see it, and ends it twice. */
static void fail_and_end(int code, void (*read)(struct horo_future *future))
{
    struct horo_future future;

    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, code), 0);
    if (read) {
        read(&future);
    }
    horo_future_fini(&future);
    horo_future_fini(&future);
}

static void read_result(struct horo_future *future)
{
    (void)horo_future_result(future, NULL);
}

static void wait_for_result(struct horo_future *future)
{
    (void)horo_future_wait(future, NULL);
}

static void look_at_state(struct horo_future *future)
{
    (void)horo_future_state(future);
}

static void an_error_that_nobody_reads_is_reported_once(void)
{
    CHECK_CODE(horo_loop_on_error(horo_loop_self(), note_report, NULL), 0);
    fail_and_end(-EIO, NULL);
    CHECK_NOTES("future -5");
    fail_and_end(-EIO, look_at_state);
    CHECK_NOTES("future -5");
    fail_and_end(-EIO, read_result);
    fail_and_end(-EIO, wait_for_result);
    fail_and_end(-ECANCELED, NULL);
    CHECK_NOTES("");
}

static int read_it(void *arg)
{
    return horo_future_wait(arg, NULL) == -EIO ? 0 : 1;
}

static void an_error_that_a_waiter_was_given_has_been_read(void)
{
    struct horo_future future;
    struct horo_scope scope;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), note_report, NULL), 0);
    horo_future_init(&future);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_it, &future, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    horo_future_fini(&future);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("");
}

static int fail(void *arg)
{
    (void)arg;
    return -EIO;
}

static void the_error_of_a_task_is_its_scopes(void)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_loop_stats stats;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, fail, NULL, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
    horo_future_fini(&end);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.errors_unhandled, 0);
}

static void without_a_handler_an_unread_error_is_counted(void)
{
    struct horo_loop_stats stats;

    fail_and_end(-EIO, NULL);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.errors_unhandled, 1);
}

/* --- where they do not belong --- */

static void *try_everything(void *arg)
{
    struct horo_future *future = arg;
    struct horo_callback callback = { 0 };

    CHECK_CODE(horo_future_set(future, NULL), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_on_done(future, &callback, note_it, "never"),
               -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_fail(future, -EIO), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_cancel(future), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_result(future, NULL), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_wait(future, NULL), -HORO_ENOTASK);
    return NULL;
}

static void another_thread_cannot_touch_a_future(void)
{
    struct horo_future future;
    pthread_t thread;

    horo_future_init(&future);
    CHECK_NUMBER(pthread_create(&thread, NULL, try_everything, &future), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    CHECK_NUMBER(horo_future_state(&future), HORO_FUTURE_PENDING);
    horo_future_fini(&future);
}

static void outside_a_loop_a_future_has_a_result_but_nobody_waits(void)
{
    struct horo_future future;
    struct horo_callback callback = { 0 };
    void *got = NULL;

    horo_future_init(&future);
    CHECK_CODE(horo_future_result(&future, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_on_done(&future, &callback, note_it, "never"),
               -HORO_ENOTASK);
    CHECK_CODE(horo_future_set(&future, &thing), 0);
    CHECK_CODE(horo_future_wait(&future, &got), -HORO_ENOTASK);
    CHECK_CODE(horo_future_result(&future, &got), 0);
    CHECK(got == &thing);
    horo_future_fini(&future);
}

static int wait_for_it(void *arg)
{
    return horo_future_wait(arg, NULL);
}

static void set_it(void *arg)
{
    CHECK_CODE(horo_future_set(arg, NULL), 0);
}

static int have_it_set(void *arg)
{
    CHECK_CODE(horo_loop_post(horo_loop_self(), set_it, arg), 0);
    return wait_for_it(arg);
}

static void a_future_made_before_the_loop_can_be_used_in_it(void)
{
    struct horo_future future;

    horo_future_init(&future);
    CHECK_CODE(run_loop(have_it_set, &future, NULL), 0);
    horo_future_fini(&future);
}

/* --- the loop that uses it first --- */

struct first_use {
    struct horo_future future;
    horo_task_fn *use;
};

static int select_it(void *arg)
{
    struct horo_case one = HORO_DONE(arg);
    int rc = horo_select(&one, 1);

    return rc < 0 ? rc : one.result;
}

static int wait_for_all(void *arg)
{
    struct horo_future *const futures[] = { arg };

    return horo_wait(futures, 1, NULL) == 1 ? 0 : -EIO;
}

static int be_called_back(void *arg)
{
    static struct horo_callback callback;

    return horo_future_on_done(arg, &callback, note_it, "called");
}

static int try_to_read(void *arg)
{
    CHECK_CODE(horo_future_result(arg, NULL), -HORO_EINVALIDSTATE);
    return 0;
}

static void run_thread(void *(*fn)(void *arg), void *arg)
{
    pthread_t thread;

    CHECK_NUMBER(pthread_create(&thread, NULL, fn, arg), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
}

static int use_first(void *arg)
{
    struct first_use *first = arg;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, first->use, &first->future, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    run_thread(try_everything, &first->future);
    CHECK_CODE(horo_future_set(&first->future, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    take_turns();
    return 0;
}

static void a_future_belongs_to_the_loop_that_uses_it_first(void)
{
    horo_task_fn *const uses[] = { wait_for_it, select_it, wait_for_all,
                                   be_called_back, try_to_read };

    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        struct first_use first = { .use = uses[i] };

        horo_future_init(&first.future);
        CHECK_CODE(run_loop(use_first, &first, NULL), 0);
        horo_future_fini(&first.future);
    }
    CHECK_NOTES("called");
}

static int make_one(void *arg)
{
    horo_future_init(arg);
    return 0;
}

static int try_one(void *arg)
{
    CHECK_CODE(horo_future_set(arg, NULL), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_wait(arg, NULL), -HORO_EOTHERLOOP);
    return 0;
}

/* Though the next loop is likely to be made where the last one was. */
static void a_future_of_an_ended_loop_belongs_to_no_other(void)
{
    struct horo_future future;

    for (int i = 0; i < 10; i++) {
        CHECK_CODE(run_loop(make_one, &future, NULL), 0);
        CHECK_CODE(run_loop(try_one, &future, NULL), 0);
        CHECK_CODE(horo_future_set(&future, NULL), -HORO_EOTHERLOOP);
        horo_future_fini(&future);
    }
}

/* --- callbacks and the end of their loop --- */

static struct horo_loop *make_loop(void)
{
    struct horo_loop *loop = NULL;

    CHECK_CODE(
        horo_loop_create(
            &(struct horo_loop_options){ .clock = HORO_CLOCK_VIRTUAL }, &loop),
        0);
    return loop;
}

/* A callback's memory is the caller's again when the loop has gone, that of
 * the future still later. */
static void a_callback_on_a_future_is_dropped_with_its_loop(void)
{
    for (int made_before = 0; made_before < 2; made_before++) {
        struct horo_callback callbacks[2] = { 0 };
        struct horo_future future;
        struct horo_loop *loop = NULL;

        if (made_before) {
            horo_future_init(&future);
        }
        loop = make_loop();
        if (!made_before) {
            horo_future_init(&future);
        }
        for (int i = 0; i < 2; i++) {
            CHECK_CODE(
                horo_future_on_done(&future, &callbacks[i], note_it, "never"),
                0);
        }
        CHECK_CODE(horo_loop_destroy(&loop), 0);
        CHECK_CODE(horo_call_cancel(&callbacks[0]), 0);
        memset(callbacks, 0xff, sizeof callbacks);
        CHECK_CODE(horo_future_set(&future, NULL), -HORO_EOTHERLOOP);
        horo_future_fini(&future);
        CHECK_NOTES("");
    }
}

static void *try_to_take_back(void *arg)
{
    struct horo_loop *loop;

    CHECK_CODE(horo_call_cancel(arg), -HORO_EOTHERLOOP);
    loop = make_loop();
    CHECK_CODE(horo_call_cancel(arg), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_loop_destroy(&loop), 0);
    return NULL;
}

static void another_thread_cannot_take_a_callback_back(void)
{
    struct horo_future future;
    struct horo_callback callback = { 0 };

    horo_future_init(&future);
    CHECK_CODE(horo_future_on_done(&future, &callback, note_it, "called"), 0);
    run_thread(try_to_take_back, &callback);
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    take_turns();
    CHECK_NOTES("called");
    horo_future_fini(&future);
}

/* --- errors of tasks whose scope keeps none --- */

/* Its scope is the loop's, which nobody closes for a result. */
static void a_failed_task_of_the_loop_is_told_of_when_nobody_reads(void)
{
    for (int is_read = 0; is_read < 2; is_read++) {
        struct horo_loop *loop = make_loop();
        struct horo_future end;
        struct horo_spawn_options options = { .future = &end };
        struct horo_callback call = { 0 };

        CHECK_CODE(horo_loop_on_error(loop, note_report, NULL), 0);
        CHECK_CODE(horo_spawn(horo_loop_scope(loop), fail, NULL, &options), 0);
        CHECK_CODE(horo_future_on_done(&end, &call, note_it, "ended"), 0);
        CHECK_CODE(horo_loop_run(loop, sleep_a_second, NULL), 0);
        if (is_read) {
            CHECK_CODE(horo_future_result(&end, NULL), -EIO);
        }
        CHECK_NOTES("ended");
        horo_future_fini(&end);
        horo_future_fini(&end);
        CHECK_CODE(horo_loop_destroy(&loop), 0);
        CHECK_NOTES(is_read ? "" : "future -5");
    }
}

static int start_and_fail(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_started(NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    return -EPIPE;
}

static int start_one(void *arg)
{
    struct horo_spawn_options options = { .future = arg };

    CHECK_CODE(horo_start(horo_loop_scope(horo_loop_self()), start_and_fail,
                          NULL, &options, NULL),
               0);
    take_turns();
    return 0;
}

static void so_is_one_that_was_started_into_it(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_future end;

    CHECK_CODE(horo_loop_on_error(loop, note_report, NULL), 0);
    CHECK_CODE(horo_loop_run(loop, start_one, &end), 0);
    horo_future_fini(&end);
    CHECK_CODE(horo_loop_destroy(&loop), 0);
    CHECK_NOTES("future -32");
}

static int fail_with(void *arg)
{
    return *(const int *)arg;
}

/* Such a scope returns the first failure; the others must not be lost. */
static void later_failures_of_a_scope_that_keeps_going_are_told(void)
{
    static const int codes[] = { -EIO, -EPIPE, -ECANCELED, -EBADF, -ENOSPC };
    struct horo_future ends[2];
    struct horo_spawn_options options = { .future = NULL };
    struct horo_scope scope;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), note_report, NULL), 0);
    CHECK_CODE(horo_scope_open(
                   &scope, &(struct horo_scope_options){ .keep_going = true }),
               0);
    for (int i = 0; i < 5; i++) {
        options.future = i < 3 ? NULL : &ends[i - 3];
        CHECK_CODE(horo_spawn(&scope, fail_with, (void *)&codes[i], &options),
                   0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
    CHECK_NOTES("task -32");
    CHECK_CODE(horo_future_result(&ends[0], NULL), -EBADF);
    horo_future_fini(&ends[0]);
    horo_future_fini(&ends[1]);
    CHECK_NOTES("future -28");
}

/* In the others, it is the first failure that made the rest end. */
static void later_failures_of_a_cancelled_scope_are_not(void)
{
    static const int codes[] = { -EIO, -EPIPE };
    struct horo_scope scope;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), note_report, NULL), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_spawn(&scope, fail_with, (void *)&codes[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
    CHECK_NOTES("");
}

/* --- broken contracts --- */

static int spawn_twice(void *arg)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    (void)horo_spawn(&scope, sleep_a_second, NULL, &options);
    (void)horo_spawn(&scope, sleep_a_second, NULL, &options);
    return horo_scope_close(&scope, 0);
}

static int run_spawn_twice(void *arg)
{
    return run_loop(spawn_twice, arg, NULL);
}

static void two_tasks_cannot_have_one_future(void)
{
    struct child_end end;

    run_child(run_spawn_twice, NULL, &end);
    CHECK(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGABRT);
    CHECK(strstr(end.errors, "future->task == task"));
}

/* --- scenarios --- */

static void future(void)
{
    struct horo_future set;
    struct horo_future cancelled;
    struct horo_callback callbacks[4] = { 0 };

    horo_future_init(&set);
    horo_future_init(&cancelled);
    CHECK_CODE(horo_future_result(&set, NULL), -HORO_EINVALIDSTATE);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_future_on_done(&set, &callbacks[i], note_it,
                                       ((char *[]){ "1", "2", "3" })[i]),
                   0);
    }
    CHECK_CODE(horo_call_cancel(&callbacks[1]), 1);
    CHECK_CODE(horo_future_set(&set, &thing), 0);
    CHECK_CODE(horo_future_set(&set, &thing), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_on_done(&set, &callbacks[3], note_it, "late"), 0);
    CHECK_CODE(horo_call_cancel(&callbacks[1]), 0);
    note("main");
    CHECK_CODE(horo_future_cancel(&cancelled), 0);
    CHECK_CODE(horo_future_result(&cancelled, NULL), -ECANCELED);
    take_turns();
    CHECK_NOTES("main 1 3 late");
    horo_future_fini(&cancelled);
    horo_future_fini(&set);
}

int main(void)
{
    RUN_IN_LOOP(a_new_future_is_pending);
    RUN_IN_LOOP(a_future_that_was_set_has_its_value);
    RUN_IN_LOOP(a_future_that_failed_has_its_error);
    RUN_IN_LOOP(a_future_that_was_cancelled_says_so);
    RUN_IN_LOOP(a_future_settles_once);
    RUN_IN_LOOP(only_a_negative_code_is_an_error);
    RUN_IN_LOOP(a_future_can_be_made_anew);
    RUN_IN_LOOP(all_who_wait_get_the_value_in_turn);
    RUN_IN_LOOP(all_who_wait_get_the_error);
    RUN_IN_LOOP(a_cancelled_wait_leaves_the_future_alone);
    RUN_IN_LOOP(a_value_that_came_first_is_delivered);
    RUN_IN_LOOP(in_a_cancelled_scope_even_a_settled_future_is_not_waited_for);
    RUN_IN_LOOP(listeners_are_told_in_turn_and_may_silence_each_other);
    RUN_IN_LOOP(futures_are_numbered_as_they_settle);
    RUN_IN_LOOP(callbacks_run_soon_after_and_in_order);
    RUN_IN_LOOP(a_callback_added_late_still_runs_and_not_at_once);
    RUN_IN_LOOP(a_callback_can_be_taken_back);
    RUN_IN_LOOP(a_pending_callback_is_not_added_twice);
    RUN_IN_LOOP(the_end_of_a_task_calls_back);
    RUN_IN_LOOP(an_error_that_nobody_reads_is_reported_once);
    RUN_IN_LOOP(an_error_that_a_waiter_was_given_has_been_read);
    RUN_IN_LOOP(the_error_of_a_task_is_its_scopes);
    RUN_IN_LOOP(without_a_handler_an_unread_error_is_counted);
    RUN_IN_LOOP(another_thread_cannot_touch_a_future);
    RUN(outside_a_loop_a_future_has_a_result_but_nobody_waits);
    RUN(a_future_made_before_the_loop_can_be_used_in_it);
    RUN(a_future_belongs_to_the_loop_that_uses_it_first);
    RUN(a_future_of_an_ended_loop_belongs_to_no_other);
    RUN(a_callback_on_a_future_is_dropped_with_its_loop);
    RUN_IN_LOOP(another_thread_cannot_take_a_callback_back);
    RUN(a_failed_task_of_the_loop_is_told_of_when_nobody_reads);
    RUN(so_is_one_that_was_started_into_it);
    RUN_IN_LOOP(later_failures_of_a_scope_that_keeps_going_are_told);
    RUN_IN_LOOP(later_failures_of_a_cancelled_scope_are_not);
    RUN(two_tasks_cannot_have_one_future);
    RUN_IN_LOOP(future);
    return tap_end();
}
