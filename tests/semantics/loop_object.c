/* The loop as an object: run, stopped, run again, destroyed. */
#include <pthread.h>

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

    CHECK_CODE(horo_loop_create(&options, &loop), 0);
    CHECK_CODE(horo_loop_run(loop, note_and_end, "x"), -EINVAL);
    destroy_loop(&loop);
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

    CHECK_CODE(horo_loop_run(loop, note_and_end, "x"), -HORO_EBUSYLOOP);
    CHECK_CODE(horo_loop_run_forever(loop), -HORO_EBUSYLOOP);
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

int main(void)
{
    RUN(a_loop_may_never_run);
    RUN(what_cannot_be_is_refused);
    RUN(a_loop_runs_several_times);
    RUN(tasks_of_one_run_go_on_in_the_next);
    RUN(stop_after);
    RUN(a_running_loop_cannot_be_run);
    RUN(other_threads_are_refused);
    RUN(stop_batch);
    RUN(a_failure_in_the_loop_s_scope_is_reported_once);
    return tap_end();
}
