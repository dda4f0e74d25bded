/* Plain futures: settled once, read as often as one likes, waited for by any
 * number of tasks. Those of tasks are in task.c. */
#include <pthread.h>

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

/* --- where they do not belong --- */

static void *try_everything(void *arg)
{
    struct horo_future *future = arg;

    CHECK_CODE(horo_future_set(future, NULL), -HORO_EOTHERLOOP);
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

static void a_future_works_outside_a_loop_but_for_waiting(void)
{
    struct horo_future future;
    void *got = NULL;

    horo_future_init(&future);
    CHECK_CODE(horo_future_result(&future, NULL), -HORO_EINVALIDSTATE);
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

/* --- scenarios --- */

static void future(void)
{
    struct horo_future set;
    struct horo_future cancelled;

    horo_future_init(&set);
    horo_future_init(&cancelled);
    CHECK_CODE(horo_future_result(&set, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_set(&set, &thing), 0);
    CHECK_CODE(horo_future_set(&set, &thing), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_cancel(&cancelled), 0);
    CHECK_CODE(horo_future_result(&cancelled, NULL), -ECANCELED);
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
    RUN_IN_LOOP(another_thread_cannot_touch_a_future);
    RUN(a_future_works_outside_a_loop_but_for_waiting);
    RUN(a_future_made_before_the_loop_can_be_used_in_it);
    RUN_IN_LOOP(future);
    return tap_end();
}
