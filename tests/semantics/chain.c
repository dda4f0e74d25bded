/* Chains: then, catch, finally; shields; futures that callbacks settle. */
#include <pthread.h>
#include <stdlib.h>

#include "cancel.h"
#include "harness.h"

static int numbers[10];

static int begin_with_one(void *arg, int result, void **value)
{
    (void)arg;
    CHECK_CODE(result, 0);
    CHECK(*value == NULL);
    numbers[0] = 1;
    *value = &numbers[0];
    return 0;
}

/* Waits a second, and leaves another number. */
static int add_one(void *arg, int result, void **value)
{
    int *number = *value;
    int rc = horo_sleep(HORO_S(1));

    (void)arg;
    (void)result;
    number[1] = number[0] + 1;
    *value = &number[1];
    return rc < 0 ? rc : number[1];
}

static int fail(void *arg, int result, void **value)
{
    (void)result;
    (void)value;
    return *(const int *)arg;
}

static int note_result(void *arg, int result, void **value)
{
    note("%s:%d", (const char *)arg, result);
    *value = NULL;
    return 0;
}

static int eio = -EIO;
static int epipe = -EPIPE;
static int cancelled = -ECANCELED;

/* --- then --- */

static void values_travel_along_a_chain(void)
{
    horo_time began = horo_now();
    struct horo_promise one;
    struct horo_promise two;
    struct horo_promise three;
    struct horo_scope scope;
    void *value = NULL;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &one, begin_with_one, NULL), 0);
    CHECK_CODE(horo_future_then(&one.future, &two, add_one, NULL), 0);
    CHECK_CODE(horo_future_then(&two.future, &three, add_one, NULL), 0);
    CHECK_CODE(horo_future_wait(&three.future, &value), 3);
    CHECK(value == &numbers[2]);
    CHECK_NUMBER(numbers[2], 3);
    CHECK_CODE(horo_future_result(&two.future, &value), 2);
    CHECK(value == &numbers[1]);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int sleep_a_second(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    return rc < 0 ? rc : *(const int *)arg;
}

static void tasks_and_plain_futures_are_sources_too(void)
{
    int seven = 7;
    struct horo_future plain;
    struct horo_future task;
    struct horo_spawn_options options = { .future = &task };
    struct horo_promise first;
    struct horo_promise second;
    struct horo_scope scope;

    horo_future_init(&plain);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_a_second, &seven, &options), 0);
    CHECK_CODE(horo_future_then(&task, &first, note_result, "task"), 0);
    CHECK_CODE(horo_future_then(&plain, &second, note_result, "plain"), 0);
    CHECK_CODE(horo_future_set(&plain, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0); /* waits for the links */
    CHECK_NOTES("plain:0 task:7");
    CHECK_CODE(horo_future_result(&second.future, NULL), 0);
}

/* Never within the call, though all is there already. */
static void the_function_is_called_later(void)
{
    struct horo_future plain;
    struct horo_promise link;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_future_init(&plain);
    CHECK_CODE(horo_future_set(&plain, NULL), 0);
    CHECK_CODE(horo_future_then(&plain, &link, note_result, "called"), 0);
    note("back");
    CHECK_CODE(horo_future_wait(&link.future, NULL), 0);
    CHECK_NOTES("back called:0");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void one_source_may_have_many_links(void)
{
    struct horo_future plain;
    struct horo_promise first;
    struct horo_promise second;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_future_init(&plain);
    CHECK_CODE(horo_future_then(&plain, &first, note_result, "a"), 0);
    CHECK_CODE(horo_future_then(&plain, &second, note_result, "b"), 0);
    CHECK_CODE(horo_future_set(&plain, NULL), 0);
    CHECK_CODE(horo_future_wait(&second.future, NULL), 0);
    CHECK_NOTES("a:0 b:0");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- catch --- */

static void errors_pass_by_then_and_end_at_catch(void)
{
    struct horo_promise links[5];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], fail, &eio), 0);
    CHECK_CODE(
        horo_future_then(&links[0].future, &links[1], note_result, "never"), 0);
    CHECK_CODE(
        horo_future_catch(&links[1].future, &links[2], note_result, "catch"),
        0);
    CHECK_CODE(
        horo_future_then(&links[2].future, &links[3], note_result, "then"), 0);
    CHECK_CODE(
        horo_future_catch(&links[3].future, &links[4], note_result, "never"),
        0);
    CHECK_CODE(horo_future_wait(&links[4].future, NULL), 0);
    CHECK_NOTES("catch:-5 then:0");
    CHECK_CODE(horo_future_result(&links[1].future, NULL), -EIO);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_catch_may_fail_in_its_turn(void)
{
    struct horo_promise links[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], fail, &eio), 0);
    CHECK_CODE(horo_future_catch(&links[0].future, &links[1], fail, &epipe), 0);
    CHECK_CODE(horo_future_wait(&links[1].future, NULL), -EPIPE);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* The errors of a chain do not cancel those who share its scope. */
static void errors_of_a_chain_concern_no_scope(void)
{
    struct horo_promise link;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &link, fail, &eio), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_future_result(&link.future, NULL), -EIO);
}

/* --- finally --- */

static void finally_hears_of_all_and_changes_nothing(void)
{
    struct horo_promise links[6];
    struct horo_scope scope;
    void *value = NULL;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], begin_with_one, NULL), 0);
    CHECK_CODE(
        horo_future_finally(&links[0].future, &links[1], note_result, "good"),
        0);
    CHECK_CODE(horo_future_wait(&links[1].future, &value), 0);
    CHECK(value == &numbers[0]); /* though note_result() has dropped it */
    CHECK_CODE(horo_future_then(NULL, &links[2], fail, &eio), 0);
    CHECK_CODE(
        horo_future_finally(&links[2].future, &links[3], note_result, "bad"),
        0);
    CHECK_CODE(horo_future_wait(&links[3].future, NULL), -EIO);
    CHECK_CODE(horo_future_then(NULL, &links[4], fail, &cancelled), 0);
    CHECK_CODE(
        horo_future_finally(&links[4].future, &links[5], note_result, "gone"),
        0);
    CHECK_CODE(horo_future_wait(&links[5].future, NULL), -ECANCELED);
    CHECK_NOTES("good:0 bad:-5 gone:-125");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_failing_finally_is_the_outcome(void)
{
    int *const firsts[] = { NULL, &eio, &cancelled, &eio };
    int *const lasts[] = { &epipe, &epipe, &epipe, &cancelled };
    const int expected[] = { -EPIPE, -EPIPE, -EPIPE, -EIO };

    for (int i = 0; i < 4; i++) {
        struct horo_promise links[2];
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_future_then(NULL, &links[0],
                                    firsts[i] ? fail : begin_with_one,
                                    firsts[i]),
                   0);
        CHECK_CODE(
            horo_future_finally(&links[0].future, &links[1], fail, lasts[i]),
            0);
        CHECK_CODE(horo_future_wait(&links[1].future, NULL), expected[i]);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
    }
}

/* --- an error at the end of a chain, read or not --- */

static void take_report(void *arg, const struct horo_error_report *report)
{
    note("report:%d", report->code);
    ++*(int *)arg;
}

static void an_unread_error_is_reported_once(void)
{
    struct horo_promise links[2];
    struct horo_scope scope;
    int reports = 0;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), take_report, &reports), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], fail, &eio), 0);
    CHECK_CODE(horo_future_then(&links[0].future, &links[1], add_one, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    horo_future_fini(&links[0].future); /* read by the next link */
    CHECK_NUMBER(reports, 0);
    horo_future_fini(&links[1].future);
    CHECK_NUMBER(reports, 1);
    horo_future_fini(&links[1].future);
    CHECK_NUMBER(reports, 1);
    CHECK_NOTES("report:-5");
}

static void an_error_that_was_read_or_caught_is_not_reported(void)
{
    struct horo_promise links[3];
    struct horo_scope scope;
    int reports = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_loop_on_error(horo_loop_self(), take_report, &reports), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], fail, &eio), 0);
    CHECK_CODE(
        horo_future_catch(&links[0].future, &links[1], note_result, "caught"),
        0);
    CHECK_CODE(horo_future_then(NULL, &links[2], fail, &eio), 0);
    CHECK_CODE(horo_future_wait(&links[2].future, NULL), -EIO);
    CHECK_CODE(horo_future_wait(&links[1].future, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    for (int i = 0; i < 3; i++) {
        horo_future_fini(&links[i].future);
    }
    CHECK_NUMBER(reports, 0);
    CHECK_NOTES("caught:-5");
}

/* --- cancelling --- */

static void cancelling_a_link_leaves_its_source_alone(void)
{
    struct horo_future plain;
    struct horo_promise links[3];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_future_init(&plain);
    CHECK_CODE(horo_future_then(&plain, &links[0], note_result, "never"), 0);
    CHECK_CODE(
        horo_future_catch(&links[0].future, &links[1], note_result, "never"),
        0);
    CHECK_CODE(
        horo_future_finally(&links[1].future, &links[2], note_result, "end"),
        0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&links[0].future), 0);
    CHECK_CODE(horo_future_wait(&links[2].future, NULL), -ECANCELED);
    for (int i = 0; i < 3; i++) {
        CHECK_NUMBER(horo_future_state(&links[i].future),
                     HORO_FUTURE_CANCELLED);
    }
    CHECK_NUMBER(horo_future_state(&plain), HORO_FUTURE_PENDING);
    CHECK_NOTES("end:-125");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    horo_future_fini(&plain);
}

static void a_link_that_waits_in_its_function_is_cancelled_there(void)
{
    struct horo_promise links[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], begin_with_one, NULL), 0);
    CHECK_CODE(horo_future_then(&links[0].future, &links[1], add_one, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(0.5)), 0);
    CHECK_NUMBER(horo_future_state(&links[1].future), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_future_cancel(&links[1].future), 0);
    CHECK_CODE(horo_future_wait(&links[1].future, NULL), -ECANCELED);
    CHECK_CODE(horo_future_cancel(&links[1].future), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_future_result(&links[0].future, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_link_can_be_settled_by_nobody_else(void)
{
    struct horo_promise link;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &link, begin_with_one, NULL), 0);
    CHECK_CODE(horo_future_set(&link.future, NULL), -EPERM);
    CHECK_CODE(horo_future_wait(&link.future, NULL), 0);
    CHECK_CODE(horo_future_set(&link.future, NULL), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* The scope that the chain was made in owns it. */
static void a_deadline_ends_a_chain(void)
{
    horo_time began = horo_now();
    struct horo_future never;
    struct horo_promise links[2];
    struct horo_scope scope;

    horo_future_init(&never);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_S(1) }),
        0);
    CHECK_CODE(horo_future_then(&never, &links[0], note_result, "never"), 0);
    CHECK_CODE(
        horo_future_finally(&links[0].future, &links[1], note_result, "end"),
        0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
    CHECK_NUMBER(horo_future_state(&links[0].future), HORO_FUTURE_CANCELLED);
    CHECK_NUMBER(horo_future_state(&links[1].future), HORO_FUTURE_CANCELLED);
    CHECK_NOTES("end:-125");
    horo_future_fini(&never);
}

/* --- misuse --- */

static int chain_on_oneself(void *arg)
{
    struct horo_promise link;
    int rc = horo_future_then(arg, &link, note_result, "never");

    CHECK_CODE(horo_future_result(&link.future, NULL), rc);
    return rc;
}

static void a_chain_cannot_hang_on_itself(void)
{
    struct horo_future self;
    struct horo_spawn_options options = { .future = &self };
    struct horo_promise link;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, chain_on_oneself, &self, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -EDEADLK);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &link, begin_with_one, NULL), 0);
    CHECK_CODE(horo_future_then(&link.future, &link, add_one, NULL), -EDEADLK);
    CHECK_CODE(horo_future_then(&link.future, &link, NULL, NULL), -EDEADLK);
    CHECK_CODE(horo_future_wait(&link.future, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* What goes wrong at the beginning is found at the end. */
static void a_link_that_could_not_be_made_has_failed(void)
{
    struct horo_promise links[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], NULL, NULL), -EINVAL);
    CHECK_CODE(
        horo_future_catch(&links[0].future, &links[1], note_result, "catch"),
        0);
    CHECK_CODE(horo_future_wait(&links[1].future, NULL), 0);
    CHECK_NOTES("catch:-22");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void outside_a_task_no_chain_is_made(void)
{
    struct horo_promise link;

    CHECK_CODE(horo_future_then(NULL, &link, begin_with_one, NULL),
               -HORO_ENOTASK);
    CHECK_CODE(horo_future_result(&link.future, NULL), -HORO_ENOTASK);
}

/* --- shield_future --- */

static int give_seven(void *arg)
{
    (void)arg;
    numbers[7] = horo_sleep(HORO_S(2)) == 0 ? 7 : 0;
    return numbers[7];
}

static int wait_shielded(void *arg)
{
    struct horo_shield shield;
    int rc;

    CHECK_CODE(horo_future_shield(arg, &shield), 0);
    rc = horo_future_wait(&shield.future, NULL);
    horo_shield_fini(&shield);
    return rc;
}

/* The waiter is cancelled, what it waited for goes on and yields 7. */
static void shield_future(void)
{
    struct horo_future inner;
    struct horo_future waiter;
    struct horo_spawn_options options = { .future = &inner };
    struct horo_shield shield;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give_seven, NULL, &options), 0);
    options.future = &waiter;
    CHECK_CODE(horo_spawn(&scope, wait_shielded, &inner, &options), 0);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_future_cancel(&waiter), 0);
    CHECK_CODE(horo_future_cancel(&shield.future), 0);
    CHECK_CODE(horo_future_wait(&waiter, NULL), -ECANCELED);
    CHECK_CODE(horo_future_wait(&shield.future, NULL), -ECANCELED);
    CHECK_CODE(horo_future_wait(&inner, NULL), 7);
    horo_shield_fini(&shield);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void note_letter(void *arg)
{
    note("%c", *(const char *)arg);
}

/* If the inner one fails, and nobody reads it, that is told once. */
static void shield_future_whose_error_nobody_reads(void)
{
    struct horo_future inner;
    struct horo_shield shield;
    int reports = 0;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), take_report, &reports), 0);
    horo_future_init(&inner);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    CHECK_CODE(horo_future_cancel(&shield.future), 0);
    CHECK_CODE(horo_future_fail(&inner, -EIO), 0);
    horo_shield_fini(&shield);
    CHECK_NUMBER(reports, 0);
    horo_future_fini(&inner);
    CHECK_NUMBER(reports, 1);
    CHECK_NOTES("report:-5");
}

static void a_shield_takes_the_error_over(void)
{
    struct horo_future inner;
    struct horo_shield shield;
    int reports = 0;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), take_report, &reports), 0);
    horo_future_init(&inner);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    CHECK_CODE(horo_future_fail(&inner, -EIO), 0);
    CHECK_NUMBER(horo_future_state(&shield.future), HORO_FUTURE_DONE);
    horo_future_fini(&inner);
    CHECK_NUMBER(reports, 0);
    horo_shield_fini(&shield);
    CHECK_NUMBER(reports, 1);
    CHECK_NOTES("report:-5");
}

static void a_shield_follows_what_has_settled_and_may_go_first(void)
{
    struct horo_future inner;
    struct horo_shield shield;
    void *value = NULL;

    horo_future_init(&inner);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    horo_shield_fini(&shield);
    CHECK_NUMBER(horo_future_state(&shield.future), HORO_FUTURE_CANCELLED);
    CHECK_CODE(horo_future_set(&inner, numbers), 0);
    CHECK_CODE(horo_future_shield(&inner, &shield), 0);
    CHECK_CODE(horo_future_result(&shield.future, &value), 0);
    CHECK(value == numbers);
    horo_shield_fini(&shield);
    horo_future_fini(&inner);
}

static void *shield_it(void *arg)
{
    struct horo_shield shield;

    CHECK_CODE(horo_future_shield(arg, &shield), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_future_result(&shield.future, NULL), -HORO_EOTHERLOOP);
    horo_shield_fini(&shield);
    return NULL;
}

static void another_thread_cannot_shield(void)
{
    struct horo_future inner;
    pthread_t thread;

    horo_future_init(&inner);
    CHECK_NUMBER(pthread_create(&thread, NULL, shield_it, &inner), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    horo_future_fini(&inner);
}

static int fail_after_a_second(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    return rc < 0 ? rc : *(const int *)arg;
}

/* The failure of a task is told by its scope: neither a shield nor a link that
 * passes it on tells it again. */
static void an_error_that_a_scope_was_told_of_is_not_told_again(void)
{
    int reports = 0;

    CHECK_CODE(horo_loop_on_error(horo_loop_self(), take_report, &reports), 0);
    for (int is_late = 0; is_late < 2; is_late++) {
        struct horo_future end;
        struct horo_spawn_options options = { .future = &end };
        struct horo_shield shields[2];
        struct horo_promise link;
        struct horo_scope outer;
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&outer, NULL), 0);
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, fail_after_a_second, &eio, &options), 0);
        if (is_late) {
            CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
        }
        CHECK_CODE(horo_future_shield(&end, &shields[0]), 0);
        CHECK_CODE(horo_future_shield(&shields[0].future, &shields[1]), 0);
        if (!is_late) {
            CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
        }
        CHECK_CODE(horo_future_then(&end, &link, note_result, "never"), 0);
        CHECK_CODE(horo_scope_close(&outer, 0), 0);
        CHECK_NUMBER(horo_future_state(&shields[1].future), HORO_FUTURE_DONE);
        CHECK_NUMBER(horo_future_state(&link.future), HORO_FUTURE_DONE);
        horo_future_fini(&link.future);
        horo_shield_fini(&shields[1]);
        horo_shield_fini(&shields[0]);
        horo_future_fini(&end);
        CHECK_NUMBER(reports, 0);
    }
}

/* Far more than the stack would have frames for. */
static void shields_may_follow_each_other_at_any_length(void)
{
    size_t count = scaled(100000, 20000);
    struct horo_shield *shields = calloc(count, sizeof *shields);
    struct horo_future first;
    void *value = NULL;

    horo_future_init(&first);
    for (size_t i = 0; i < count; i++) {
        CHECK_CODE(horo_future_shield(i ? &shields[i - 1].future : &first,
                                      &shields[i]),
                   0);
    }
    CHECK_CODE(horo_future_set(&first, numbers), 0);
    CHECK_CODE(horo_future_result(&shields[count - 1].future, &value), 0);
    CHECK(value == numbers);
    for (size_t i = count; i > 0; i--) {
        horo_shield_fini(&shields[i - 1]);
    }
    horo_future_fini(&first);
    free(shields);
}

static int note_its_end(void *arg)
{
    int rc = horo_future_wait(arg, NULL);

    note("%d", rc);
    return 0;
}

/* A tree of them: each settles once, the nearer to the source the sooner. */
static void a_tree_of_shields_settles_level_by_level(void)
{
    struct horo_shield shields[14];
    struct horo_callback calls[14] = { 0 };
    struct horo_future first;
    struct horo_scope scope;

    horo_future_init(&first);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 14; i++) {
        struct horo_future *source =
            i < 2 ? &first : &shields[i / 2 - 1].future;

        CHECK_CODE(horo_future_shield(source, &shields[i]), 0);
    }
    for (int i = 13; i >= 0; i--) {
        CHECK_CODE(horo_future_on_done(&shields[i].future, &calls[i],
                                       note_letter, &"abcdefghijklmn"[i]),
                   0);
    }
    CHECK_CODE(horo_spawn(&scope, note_its_end, &shields[13].future, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_fail(&first, -EIO), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("a b c d e f g h i j k l m -5 n"); /* a wait ends first */
    for (int i = 13; i >= 0; i--) {
        CHECK_CODE(horo_future_result(&shields[i].future, NULL), -EIO);
        horo_shield_fini(&shields[i]);
    }
    horo_future_fini(&first);
}

struct before_the_loop {
    struct horo_future source;
    struct horo_shield shield;
};

static int shield_first(void *arg)
{
    struct before_the_loop *before = arg;
    pthread_t thread;

    CHECK_CODE(horo_future_shield(&before->source, &before->shield), 0);
    CHECK_NUMBER(pthread_create(&thread, NULL, shield_it, &before->source), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    horo_shield_fini(&before->shield);
    return 0;
}

static void a_shield_binds_its_source_to_its_loop(void)
{
    struct before_the_loop before;

    horo_future_init(&before.source);
    CHECK_CODE(run_loop(shield_first, &before, NULL), 0);
    horo_future_fini(&before.source);
}

/* --- what calls back --- */

/* A library of the old kind, with one request at a time. */
static struct {
    struct horo_callback later;
    void (*fn)(void *arg, int result, void *value);
    void *arg;
    int result;
} library;

static void library_answers(void *arg)
{
    (void)arg;
    library.fn(library.arg, library.result, numbers);
    library.fn(library.arg, -EBADMSG, NULL); /* calls too often, too */
}

static void library_ask(int result,
                        void (*fn)(void *arg, int result, void *value),
                        void *arg)
{
    library.fn = fn;
    library.arg = arg;
    library.result = result;
    CHECK_CODE(
        horo_call_later(&library.later, HORO_S(1), library_answers, NULL), 0);
}

static void callbacks_settle_futures(void)
{
    static struct horo_future future;
    void *value = NULL;

    horo_future_init(&future);
    library_ask(0, horo_future_resolve, &future);
    CHECK_CODE(horo_future_wait(&future, &value), 0);
    CHECK(value == numbers);
    horo_future_init(&future);
    library_ask(-EIO, horo_future_resolve, &future);
    CHECK_CODE(horo_future_wait(&future, NULL), -EIO);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_result(&future, NULL), -EIO);
    (void)horo_call_cancel(&library.later);
}

/* --- cancelled at any point --- */

static int count_call(void *arg, int result, void **value)
{
    (void)result;
    (void)value;
    ++*(int *)arg;
    return 0;
}

static int every_link_settles_and_finally_is_called_once(void)
{
    struct horo_promise links[3];
    struct horo_scope scope;
    int calls = 0;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_future_then(NULL, &links[0], begin_with_one, NULL), 0);
    CHECK_CODE(horo_future_then(&links[0].future, &links[1], add_one, NULL), 0);
    CHECK_CODE(
        horo_future_finally(&links[1].future, &links[2], count_call, &calls),
        0);
    (void)horo_future_wait(&links[2].future, NULL);
    (void)horo_scope_close(&scope, 0);
    rc = horo_future_result(&links[2].future, NULL);
    CHECK_NUMBER(calls, 1);
    CHECK(rc == 2 || rc == -ECANCELED);
    return rc == 2 ? 0 : rc;
}

int main(void)
{
    RUN_IN_LOOP(values_travel_along_a_chain);
    RUN_IN_LOOP(tasks_and_plain_futures_are_sources_too);
    RUN_IN_LOOP(the_function_is_called_later);
    RUN_IN_LOOP(one_source_may_have_many_links);
    RUN_IN_LOOP(errors_pass_by_then_and_end_at_catch);
    RUN_IN_LOOP(a_catch_may_fail_in_its_turn);
    RUN_IN_LOOP(errors_of_a_chain_concern_no_scope);
    RUN_IN_LOOP(finally_hears_of_all_and_changes_nothing);
    RUN_IN_LOOP(a_failing_finally_is_the_outcome);
    RUN_IN_LOOP(an_unread_error_is_reported_once);
    RUN_IN_LOOP(an_error_that_was_read_or_caught_is_not_reported);
    RUN_IN_LOOP(cancelling_a_link_leaves_its_source_alone);
    RUN_IN_LOOP(a_link_that_waits_in_its_function_is_cancelled_there);
    RUN_IN_LOOP(a_link_can_be_settled_by_nobody_else);
    RUN_IN_LOOP(a_deadline_ends_a_chain);
    RUN_IN_LOOP(a_chain_cannot_hang_on_itself);
    RUN_IN_LOOP(a_link_that_could_not_be_made_has_failed);
    RUN(outside_a_task_no_chain_is_made);
    RUN_IN_LOOP(shield_future);
    RUN_IN_LOOP(shield_future_whose_error_nobody_reads);
    RUN_IN_LOOP(a_shield_takes_the_error_over);
    RUN_IN_LOOP(a_shield_follows_what_has_settled_and_may_go_first);
    RUN_IN_LOOP(another_thread_cannot_shield);
    RUN_IN_LOOP(an_error_that_a_scope_was_told_of_is_not_told_again);
    RUN_IN_LOOP_ONCE(shields_may_follow_each_other_at_any_length,
                     "takes long, and waits nowhere");
    RUN_IN_LOOP(a_tree_of_shields_settles_level_by_level);
    RUN(a_shield_binds_its_source_to_its_loop);
    RUN_IN_LOOP(callbacks_settle_futures);
    CANCEL_SWEEP(every_link_settles_and_finally_is_called_once);
    return tap_end();
}
