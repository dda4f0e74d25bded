/* The loop as an object: run, stopped, run again, destroyed. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "harness.h"

static struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };

static struct horo_callback first, second, third;

static struct horo_loop *make_loop(void)
{
    struct horo_loop *loop = NULL;

    CHECK_CODE(horo_loop_create(&virtual, &loop), 0);
    CHECK(horo_loop_self() == loop);
    return loop;
}

static void destroy_loop(struct horo_loop **loop)
{
    CHECK_CODE(horo_loop_destroy(loop), 0);
    CHECK(*loop == NULL);
    CHECK(horo_loop_self() == NULL);
}

static void note_it(void *arg)
{
    note("%s", (const char *)arg);
}

static int note_and_end(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static int give(void *arg)
{
    return *(int *)arg;
}

static int sleep_and_note(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    note("%s%d", (const char *)arg, rc);
    return rc;
}

/* --- beginning and end --- */

static void a_loop_may_never_run(void)
{
    struct horo_loop *loop = NULL;
    struct horo_loop *other = NULL;

    CHECK_CODE(horo_loop_create(NULL, &loop), 0);
    CHECK(horo_loop_self() == loop);
    CHECK_CODE(horo_loop_create(&virtual, &other), -HORO_EBUSYLOOP);
    CHECK(other == NULL);
    CHECK_CODE(horo_run(note_and_end, "x", NULL), -HORO_EBUSYLOOP);
    destroy_loop(&loop);
    CHECK_CODE(horo_loop_destroy(&loop), 0);
    CHECK_CODE(horo_loop_destroy(NULL), 0);
    CHECK_NOTES("");
}

static void what_cannot_be_is_refused(void)
{
    struct horo_loop_options options = { .stack_size = (8 << 20) + 1 };
    struct horo_loop *loop = NULL;

    CHECK_CODE(horo_loop_create(&options, &loop), -EINVAL);
    options = (struct horo_loop_options){ .clock = (enum horo_clock)7 };
    CHECK_CODE(horo_loop_create(&options, &loop), -HORO_ECLOCK);
    CHECK(loop == NULL);
    CHECK_CODE(horo_loop_run(NULL, note_and_end, "x"), -EINVAL);
    CHECK_CODE(horo_loop_run_forever(NULL), -EINVAL);
    CHECK_CODE(horo_loop_stop(NULL), -EINVAL);
    CHECK_CODE(horo_loop_on_error(NULL, NULL, NULL), -EINVAL);
    CHECK(horo_loop_scope(NULL) == NULL);
    CHECK_NOTES("");
}

/* --- running --- */

static void a_loop_runs_several_times(void)
{
    static int results[] = { 0, 7, -EIO, -ECANCELED };
    struct horo_loop *loop = make_loop();

    for (int i = 0; i < 4; i++) {
        CHECK_CODE(horo_loop_run(loop, give, &results[i]), results[i]);
    }
    destroy_loop(&loop);
}

static void tasks_of_one_run_go_on_in_the_next(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_scope *scope = horo_loop_scope(loop);

    CHECK_CODE(horo_spawn(scope, sleep_and_note, "early", NULL), 0);
    CHECK_CODE(horo_loop_run(loop, note_and_end, "one"), 0);
    CHECK_CODE(horo_spawn(scope, sleep_and_note, "late", NULL), 0);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "two"), 0);
    CHECK_NOTES("one early0 late0 two0");
    destroy_loop(&loop);
}

static int settle_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    note("set");
    return horo_future_set(arg, arg);
}

static void a_loop_runs_until_a_future_has_settled(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_future future;
    struct horo_future task;
    void *value = NULL;
    int result = 7;

    horo_future_init(&future);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), settle_later, &future, NULL),
               0);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), sleep_and_note, "late", NULL),
               0);
    CHECK_CODE(horo_loop_run_until(loop, &future), 0);
    CHECK_CODE(horo_future_result(&future, &value), 0);
    CHECK(value == &future);
    CHECK_CODE(horo_loop_run_until(loop, &future), 0); /* it has already */
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), give, &result,
                          &(struct horo_spawn_options){ .future = &task }),
               0);
    CHECK_CODE(horo_loop_run_until(loop, &task), 7);
    horo_future_fini(&future);
    destroy_loop(&loop);
    CHECK_NOTES("set late0");
}

static void note_done(void *arg)
{
    note("%s", (const char *)arg);
}

static void callbacks_of_a_future_come_before_the_end_of_its_run(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_callback done = { 0 };
    struct horo_future future;

    horo_future_init(&future);
    CHECK_CODE(horo_future_on_done(&future, &done, note_done, "done"), 0);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), settle_later, &future, NULL),
               0);
    CHECK_CODE(horo_loop_run_until(loop, &future), 0);
    CHECK_NOTES("set done");
    horo_future_fini(&future);
    destroy_loop(&loop);
}

static void other_ends_of_a_future_are_told(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_future future;
    struct horo_future foreign;

    horo_future_init(&future);
    CHECK_CODE(horo_loop_stop(loop), 0);
    CHECK_CODE(horo_loop_run_until(loop, &future), -EINTR);
    CHECK_CODE(horo_future_state(&future), HORO_FUTURE_PENDING);
    CHECK_CODE(horo_future_cancel(&future), 0);
    CHECK_CODE(horo_loop_run_until(loop, &future), -ECANCELED);
    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    CHECK_CODE(horo_loop_run_until(loop, &future), -EIO);
    CHECK_CODE(horo_loop_run_until(NULL, &future), -EINVAL);
    CHECK_CODE(horo_loop_run_until(loop, NULL), -EINVAL);
    foreign = future;
    destroy_loop(&loop);
    CHECK_CODE(horo_loop_run_until(loop, &foreign), -EINVAL);
}

struct say {
    const char *what;
    horo_time when;
};

static int say(void *arg)
{
    const struct say *say = arg;
    int rc = horo_sleep(say->when);

    note("%s%d", say->what, rc);
    return rc;
}

static int stop_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(3)), 0);
    CHECK_CODE(horo_loop_stop(arg), 0);
    return 0;
}

/* The lecture's: whoever is late at the stop goes on with the next run. */
static void stop_after(void)
{
    struct say list[] = { { "first", HORO_S(2) },
                          { "second", HORO_S(1) },
                          { "third", HORO_S(4) } };
    struct horo_loop *loop = make_loop();

    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(horo_loop_scope(loop), say, &list[i], NULL), 0);
    }
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), stop_later, loop, NULL), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NOTES("second0 first0");
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), stop_later, loop, NULL), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NOTES("third0");
    destroy_loop(&loop);
}

static int try_to_run(void *arg)
{
    struct horo_loop *loop = arg;
    struct horo_future future;

    CHECK_CODE(horo_loop_run(loop, note_and_end, "x"), -HORO_EBUSYLOOP);
    CHECK_CODE(horo_loop_run_forever(loop), -HORO_EBUSYLOOP);
    horo_future_init(&future);
    CHECK_CODE(horo_loop_run_until(loop, &future), -HORO_EBUSYLOOP);
    CHECK_CODE(horo_loop_destroy(&loop), -HORO_EBUSYLOOP);
    CHECK(loop == arg);
    note("refused");
    return 0;
}

static void try_to_run_from_a_callback(void *arg)
{
    (void)try_to_run(arg);
}

static void a_running_loop_cannot_be_run(void)
{
    struct horo_loop *loop = make_loop();

    CHECK_CODE(horo_call_soon(&first, try_to_run_from_a_callback, loop), 0);
    CHECK_CODE(horo_loop_run(loop, try_to_run, loop), 0);
    CHECK_NOTES("refused refused");
    destroy_loop(&loop);
}

static void *meddle(void *arg)
{
    struct horo_loop *loop = arg;

    CHECK_CODE(horo_loop_run(loop, note_and_end, "x"), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_loop_run_forever(loop), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_loop_stop(loop), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_loop_on_error(loop, NULL, NULL), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_loop_destroy(&loop), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_call_cancel(&first), -HORO_EOTHERLOOP);
    CHECK(loop == arg);
    return NULL;
}

static void other_threads_are_refused(void)
{
    struct horo_loop *loop = make_loop();
    pthread_t thread;

    CHECK_CODE(horo_call_soon(&first, note_it, "called"), 0);
    CHECK_NUMBER(pthread_create(&thread, NULL, meddle, loop), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    CHECK_CODE(horo_loop_run(loop, note_and_end, "run"), 0);
    CHECK_NOTES("called run");
    destroy_loop(&loop);
}

/* --- stopping --- */

static void stop_and_ask_for_more(void *arg)
{
    note("A");
    CHECK_CODE(horo_loop_stop(arg), 0);
    CHECK_CODE(horo_call_soon(&third, note_it, "N"), 0);
}

/* Ready [A: stop, queue N][B]: the run returns after A, B. Stop, run again: N
 * runs, once. */
static void stop_batch(void)
{
    struct horo_loop *loop = make_loop();

    CHECK_CODE(horo_call_soon(&first, stop_and_ask_for_more, loop), 0);
    CHECK_CODE(horo_call_soon(&second, note_it, "B"), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NOTES("A B");
    CHECK_CODE(horo_loop_stop(loop), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NOTES("N");
    CHECK_CODE(horo_loop_stop(loop), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NOTES("");
    destroy_loop(&loop);
}

static int stop_self(void *arg)
{
    CHECK_CODE(horo_loop_stop(arg), 0);
    return 7;
}

static void stop_it(void *arg)
{
    CHECK_CODE(horo_loop_stop(arg), 0);
}

static int note_number(void *arg)
{
    note("%d", *(int *)arg);
    return 0;
}

static int yield_for_ever(void *arg)
{
    int rc;

    do {
        rc = horo_yield();
        ++*(int *)arg;
    } while (rc == 0);
    return rc;
}

/* More than a turn runs: the batch is what was ready, not what fits. */
static void the_whole_batch_finishes(void)
{
    static int numbers[100];
    struct horo_loop *loop = make_loop();
    struct horo_scope *scope = horo_loop_scope(loop);
    int yields = 0;

    for (int i = 0; i < 100; i++) {
        numbers[i] = i;
        CHECK_CODE(horo_spawn(scope, note_number, &numbers[i], NULL), 0);
        if (i == 0) {
            CHECK_CODE(horo_call_soon(&first, stop_it, loop), 0);
            CHECK_CODE(horo_spawn(scope, yield_for_ever, &yields, NULL), 0);
        } else if (i == 97) {
            CHECK_CODE(horo_call_soon(&second, stop_and_ask_for_more, loop), 0);
        }
    }
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_TEXT(strstr(take_notes(), " 95"), " 95 96 97 A 98 99");
    CHECK_NUMBER(yields, 0);
    destroy_loop(&loop);
    CHECK_NUMBER(yields, 2); /* one of them in vain */
    CHECK_NOTES("N");
}

static int spawn_newcomer(void *arg)
{
    return horo_spawn(arg, note_and_end, "newcomer", NULL);
}

/* The same with tasks only. */
static void the_whole_batch_of_tasks_finishes_and_no_other(void)
{
    static int numbers[100];
    struct horo_loop *loop = make_loop();
    struct horo_scope *scope = horo_loop_scope(loop);

    CHECK_CODE(horo_spawn(scope, spawn_newcomer, scope, NULL), 0);
    for (int i = 0; i < 100; i++) {
        numbers[i] = i;
        CHECK_CODE(horo_spawn(scope, note_number, &numbers[i], NULL), 0);
        if (i == 90) {
            CHECK_CODE(horo_spawn(scope, stop_self, loop, NULL), 0);
        }
    }
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_TEXT(strstr(take_notes(), " 97"), " 97 98 99");
    destroy_loop(&loop);
    CHECK_NOTES("newcomer");
}

static int stop_and_yield(void *arg)
{
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_loop_stop(arg), 0);
    for (int i = 0;; i++) {
        int rc = horo_yield();

        note("%d:%d", i, rc);
        if (rc < 0) {
            return rc;
        }
    }
}

/* In a turn of few tasks each runs many times; not after stop(). */
static void a_stop_is_not_put_off_by_tasks_that_yield(void)
{
    struct horo_loop *loop = make_loop();
    int yields = 0;

    CHECK_CODE(horo_spawn(horo_loop_scope(loop), stop_and_yield, loop, NULL),
               0);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), yield_for_ever, &yields, NULL),
               0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NUMBER(yields, 0);
    CHECK_CODE(horo_loop_stop(loop), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0); /* each once */
    CHECK_NUMBER(yields, 1);
    CHECK_NOTES("0:0");
    destroy_loop(&loop);
    CHECK_NUMBER(yields, 3);
}

static int note_both_ends(void *arg)
{
    int rc;

    note("%s", (const char *)arg);
    rc = horo_sleep(HORO_S(1));
    note("%d", rc);
    return rc == -ECANCELED ? -EIO : rc;
}

static void note_error(void *arg, const struct horo_error_report *report);

/* The run that is stopped gives its task up to the loop. */
static void a_main_task_survives_a_stop(void)
{
    struct horo_loop *loop = make_loop();

    CHECK_CODE(horo_loop_on_error(loop, note_error, "handler"), 0);
    CHECK_CODE(horo_call_later(&first, 1, stop_it, loop), 0);
    CHECK_CODE(horo_loop_run(loop, note_both_ends, "one"), -EINTR);
    CHECK_NOTES("one");
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "two"), 0);
    CHECK_NOTES("0 two0");
    CHECK_CODE(horo_call_later(&first, 1, stop_it, loop), 0);
    CHECK_CODE(horo_loop_run(loop, note_both_ends, "three"), -EINTR);
    destroy_loop(&loop);
    CHECK_NOTES("three -125 handler: task note_both_ends 5");
}

static void a_main_task_that_ends_with_the_stop_has_ended(void)
{
    struct horo_loop *loop = make_loop();
    int result = 5;

    CHECK_CODE(horo_loop_run(loop, stop_self, loop), 7);
    CHECK_CODE(horo_loop_run(loop, give, &result), 5); /* the stop is over */
    destroy_loop(&loop);
}

static int stop_and_sleep(void *arg)
{
    CHECK_CODE(horo_loop_stop(arg), 0);
    return sleep_and_note("main");
}

static void a_program_that_stops_its_loop_is_cancelled(void)
{
    struct horo_loop *loop = make_loop();

    CHECK_CODE(horo_loop_run(loop, stop_and_sleep, loop), -EINTR);
    destroy_loop(&loop);
    CHECK_NOTES("main-125");
}

/* --- destroying --- */

static int clean_up(void *arg)
{
    struct horo_scope cleanup;
    int rc = horo_sleep(HORO_S(1000));

    (void)horo_scope_open(
        &cleanup,
        &(struct horo_scope_options){ .shield = true, .timeout = HORO_S(10) });
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    rc = horo_scope_close(&cleanup, rc);
    note("%s", (const char *)arg);
    return rc;
}

static int have_children(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, clean_up, "child", NULL);
    if (rc == 0) {
        rc = horo_spawn(&scope, clean_up, "child", NULL);
    }
    rc = horo_scope_close(&scope, rc);
    note("%s", (const char *)arg);
    return rc;
}

static int spawn_another(void *arg)
{
    (void)horo_sleep(HORO_S(1000));
    CHECK_CODE(horo_spawn(arg, clean_up, "another", NULL), 0);
    return 0;
}

static int stop_when_cancelled(void *arg)
{
    (void)horo_sleep(HORO_S(1000));
    return horo_loop_stop(arg);
}

static void a_loop_awaits_its_tasks_before_it_goes(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_scope *scope = horo_loop_scope(loop);

    CHECK_CODE(horo_spawn(scope, have_children, "parent", NULL), 0);
    CHECK_CODE(horo_spawn(scope, spawn_another, scope, NULL), 0);
    CHECK_CODE(horo_spawn(scope, stop_when_cancelled, loop, NULL), 0);
    CHECK_CODE(horo_spawn(scope, stop_self, loop, NULL), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_CODE(horo_spawn(scope, clean_up, "unborn", NULL), 0);
    CHECK_NOTES("");
    destroy_loop(&loop);
    CHECK_NOTES("child child unborn another parent");
}

static int leave_to_the_loop(void *arg)
{
    (void)arg;
    CHECK_CODE(
        horo_spawn(horo_loop_scope(horo_loop_self()), clean_up, "left", NULL),
        0);
    return horo_sleep(HORO_S(5));
}

/* As asyncio.run() does. */
static void what_the_main_task_leaves_in_the_loop_s_scope_is_cancelled(void)
{
    CHECK_CODE(horo_run(leave_to_the_loop, NULL, &virtual), 0);
    CHECK_NOTES("left");
}

static void a_loop_s_scope_can_have_a_deadline(void)
{
    struct horo_loop *loop = make_loop();

    horo_scope_set_deadline(horo_loop_scope(loop), horo_now() + HORO_S(3));
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "in time"), 0);
    CHECK_CODE(horo_loop_run(loop, clean_up, "late"), -ECANCELED);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "too late"), -ECANCELED);
    CHECK_NOTES("in time0 late too late-125");
    CHECK_CODE(horo_scope_close(horo_loop_scope(loop), 0), -EINVAL);
    destroy_loop(&loop);
    loop = make_loop();
    horo_scope_set_deadline(horo_loop_scope(loop), horo_now() + HORO_S(3));
    destroy_loop(&loop);
}

static void *count_posts(void *arg)
{
    struct horo_loop *loop = arg;

    CHECK_CODE(horo_loop_post(loop, stop_it, loop), 0);
    return NULL;
}

static void a_loop_that_waits_for_nothing_can_be_stopped_by_a_post(void)
{
    struct horo_loop *loop = NULL;
    pthread_t thread;

    if (skip_if_deaf()) {
        return;
    }
    CHECK_CODE(horo_loop_create(NULL, &loop), 0);
    CHECK_NUMBER(pthread_create(&thread, NULL, count_posts, loop), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    destroy_loop(&loop);
}

/* --- Ctrl-C --- */

static void interrupt(void *arg)
{
    (void)arg;
    CHECK(raise(SIGINT) == 0);
}

static bool sigint_is_default(void)
{
    struct sigaction now;

    return sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
}

static void ctrl_c_stops_a_loop_without_main_task(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_future future;

    horo_future_init(&future);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), clean_up, "clean", NULL), 0);
    CHECK_CODE(horo_call_later(&first, 1, interrupt, NULL), 0);
    CHECK_CODE(horo_loop_run_forever(loop), -ECANCELED);
    CHECK(sigint_is_default());
    CHECK_CODE(horo_call_later(&first, 1, interrupt, NULL), 0);
    CHECK_CODE(horo_loop_run_until(loop, &future), -ECANCELED);
    CHECK_CODE(horo_future_state(&future), HORO_FUTURE_PENDING);
    CHECK_CODE(horo_call_later(&first, 1, stop_it, loop), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    CHECK(sigint_is_default());
    CHECK_NOTES("");
    destroy_loop(&loop);
    CHECK_NOTES("clean");
}

static void ctrl_c_cancels_the_main_task_of_each_run(void)
{
    struct horo_loop *loop = make_loop();

    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_call_later(&first, 1, interrupt, NULL), 0);
        CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), -ECANCELED);
        CHECK(sigint_is_default());
        CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    }
    destroy_loop(&loop);
    CHECK_NOTES("main-125 main0 main-125 main0 main-125 main0");
}

static int interrupt_and_end(void *arg)
{
    interrupt(arg);
    return 7;
}

/* Too late for the run that it meant: the next one hears of it. */
static void a_late_ctrl_c_is_for_the_next_run(void)
{
    struct horo_loop *loop = make_loop();

    if (HARNESS_TSAN) {
        skip("ThreadSanitizer delivers the signal later still");
        destroy_loop(&loop);
        return;
    }
    CHECK_CODE(horo_loop_run(loop, interrupt_and_end, NULL), 7);
    CHECK_CODE(horo_loop_run(loop, interrupt_and_end, NULL), 7);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), -ECANCELED);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    CHECK_CODE(horo_loop_run(loop, interrupt_and_end, NULL), 7);
    destroy_loop(&loop);
    CHECK_NOTES("main-125 main0");
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static int post_a_lot_and_interrupt(void *arg)
{
    for (int i = 0; i < 200; i++) {
        if (i == 150) {
            interrupt(NULL);
        }
        CHECK_CODE(horo_loop_post(horo_loop_self(), count, arg), 0);
    }
    return 7;
}

/* So many posts come before the first that it is still under way. */
static void two_late_ctrl_c_are_one(void)
{
    struct horo_loop *loop = make_loop();
    int posts = 0;

    if (HARNESS_TSAN) {
        skip("ThreadSanitizer delivers the signal later still");
        destroy_loop(&loop);
        return;
    }
    CHECK_CODE(horo_loop_run(loop, post_a_lot_and_interrupt, &posts), 7);
    CHECK_CODE(horo_loop_run(loop, interrupt_and_end, NULL), 7);
    CHECK(posts < 150);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), -ECANCELED);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    destroy_loop(&loop);
    CHECK_NUMBER(posts, 200);
    CHECK_NOTES("main-125 main0");
}

static int run_and_interrupt_twice(void *arg)
{
    struct horo_loop *loop = NULL;

    (void)arg;
    (void)horo_loop_create(&virtual, &loop);
    (void)horo_call_later(&first, 1, interrupt, NULL);
    (void)horo_call_later(&second, 1, interrupt, NULL);
    return horo_loop_run_forever(loop);
}

static void the_second_ctrl_c_ends_the_program(void)
{
    struct child_end end;

    run_child(run_and_interrupt_twice, NULL, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGINT);
}

static int run_keeping_sigint(void *arg)
{
    struct horo_loop_options options = { .keep_sigint = true };
    struct horo_loop *loop = NULL;

    (void)arg;
    (void)horo_loop_create(&options, &loop);
    (void)horo_call_soon(&first, interrupt, NULL);
    return horo_loop_run_forever(loop);
}

static void a_loop_can_leave_ctrl_c_alone(void)
{
    struct child_end end;

    run_child(run_keeping_sigint, NULL, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGINT);
}

/* --- errors --- */

static void note_error(void *arg, const struct horo_error_report *report)
{
    note("%s: %s %s %d", (const char *)arg, report->what, report->name,
         -report->code);
    CHECK(horo_task_self() == NULL);
    CHECK_CODE(horo_yield(), -HORO_ENOTASK);
}

static void a_failure_in_the_loop_s_scope_is_reported_once(void)
{
    struct horo_loop *loop = make_loop();
    int failure = -EIO;

    CHECK_CODE(horo_loop_on_error(loop, note_error, "handler"), 0);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), give, &failure, NULL), 0);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    CHECK_NOTES("handler: task give 5 main0");
    destroy_loop(&loop);
    CHECK_NOTES("");
}

static uint64_t count_unhandled(void)
{
    struct horo_loop_stats stats = { 0 };

    CHECK_CODE(horo_loop_stats(&stats), 0);
    return stats.errors_unhandled;
}

static void without_a_handler_errors_are_counted(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_scope *scope = horo_loop_scope(loop);
    static int results[] = { -EIO, -ECANCELED, 0, 7, -ENOENT };

    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_spawn(scope, give, &results[i], NULL), 0);
    }
    CHECK_CODE(horo_loop_run(loop, give, &results[0]), -EIO); /* it is read */
    CHECK_NUMBER(count_unhandled(), 2);
    CHECK_CODE(horo_loop_on_error(loop, note_error, "handler"), 0);
    CHECK_CODE(horo_spawn(scope, give, &results[0], NULL), 0);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    CHECK_CODE(horo_loop_on_error(loop, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(scope, give, &results[0], NULL), 0);
    CHECK_CODE(horo_loop_run(loop, sleep_and_note, "main"), 0);
    CHECK_NUMBER(count_unhandled(), 3);
    CHECK_NOTES("handler: task give 5 main0 main0");
    destroy_loop(&loop);
}

static int spawn_one_that_fails(void *arg)
{
    static int failure = -EIO;
    struct horo_scope scope;
    int rc;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, give, &failure, NULL);
    return horo_scope_close(&scope, rc);
}

/* The child's scope hands it on to the parent; only there it is lost. */
static void a_failure_is_reported_where_nobody_is_left_to_read_it(void)
{
    struct horo_loop *loop = make_loop();

    CHECK_CODE(horo_loop_on_error(loop, note_error, "handler"), 0);
    CHECK_CODE(
        horo_spawn(horo_loop_scope(loop), spawn_one_that_fails, NULL, NULL), 0);
    CHECK_CODE(horo_loop_run(loop, spawn_one_that_fails, NULL), -EIO);
    CHECK_NOTES("handler: task spawn_one_that_fails 5");
    destroy_loop(&loop);
    CHECK_NOTES("");
}

static int fail_when_cancelled(void *arg)
{
    (void)arg;
    (void)horo_sleep(HORO_S(1000));
    return -EIO;
}

static void spawn_a_successor(void *arg, const struct horo_error_report *report)
{
    int *left = arg;

    note("%d", -report->code);
    if (*left > 0) {
        --*left;
        CHECK_CODE(horo_spawn(horo_loop_scope(horo_loop_self()),
                              fail_when_cancelled, NULL, NULL),
                   0);
    }
}

static void a_handler_may_spawn_and_hears_of_the_end(void)
{
    struct horo_loop *loop = make_loop();
    int left = 2;

    CHECK_CODE(horo_loop_on_error(loop, spawn_a_successor, &left), 0);
    CHECK_CODE(
        horo_spawn(horo_loop_scope(loop), fail_when_cancelled, NULL, NULL), 0);
    destroy_loop(&loop);
    CHECK_NOTES("5 5 5");
}

static void try_everything_that_runs(void *arg,
                                     const struct horo_error_report *report)
{
    (void)report;
    (void)try_to_run(arg);
}

/* Not even while the loop does not run: its report would be of no loop. */
static void a_handler_cannot_run_or_destroy_the_loop(void)
{
    struct horo_loop *loop = make_loop();
    struct horo_future future;

    CHECK_CODE(horo_loop_on_error(loop, try_everything_that_runs, loop), 0);
    horo_future_init(&future);
    CHECK_CODE(horo_future_fail(&future, -EIO), 0);
    horo_future_fini(&future);
    CHECK_NOTES("refused");
    CHECK_CODE(horo_loop_run(loop, note_and_end, "free again"), 0);
    CHECK_NOTES("free again");
    destroy_loop(&loop);
}

int main(void)
{
    RUN(a_loop_may_never_run);
    RUN(what_cannot_be_is_refused);
    RUN(a_loop_runs_several_times);
    RUN(tasks_of_one_run_go_on_in_the_next);
    RUN(a_loop_runs_until_a_future_has_settled);
    RUN(callbacks_of_a_future_come_before_the_end_of_its_run);
    RUN(other_ends_of_a_future_are_told);
    RUN(stop_after);
    RUN(a_running_loop_cannot_be_run);
    RUN(other_threads_are_refused);
    RUN(stop_batch);
    RUN(the_whole_batch_finishes);
    RUN(the_whole_batch_of_tasks_finishes_and_no_other);
    RUN(a_stop_is_not_put_off_by_tasks_that_yield);
    RUN(a_main_task_survives_a_stop);
    RUN(a_main_task_that_ends_with_the_stop_has_ended);
    RUN(a_program_that_stops_its_loop_is_cancelled);
    RUN(a_loop_awaits_its_tasks_before_it_goes);
    RUN(what_the_main_task_leaves_in_the_loop_s_scope_is_cancelled);
    RUN(a_loop_s_scope_can_have_a_deadline);
    RUN(a_loop_that_waits_for_nothing_can_be_stopped_by_a_post);
    RUN(ctrl_c_stops_a_loop_without_main_task);
    RUN(ctrl_c_cancels_the_main_task_of_each_run);
    RUN(a_late_ctrl_c_is_for_the_next_run);
    RUN(two_late_ctrl_c_are_one);
    RUN(the_second_ctrl_c_ends_the_program);
    RUN(a_loop_can_leave_ctrl_c_alone);
    RUN(a_failure_in_the_loop_s_scope_is_reported_once);
    RUN(without_a_handler_errors_are_counted);
    RUN(a_failure_is_reported_where_nobody_is_left_to_read_it);
    RUN(a_handler_may_spawn_and_hears_of_the_end);
    RUN(a_handler_cannot_run_or_destroy_the_loop);
    return tap_end();
}
