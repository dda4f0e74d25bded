/* Generators without a loop. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct horo_generator *create(horo_generator_fn *fn, void *arg)
{
    struct horo_generator *generator = NULL;

    CHECK_CODE(horo_generator_create(fn, arg, NULL, &generator), 0);
    return generator;
}

/* The next value, as the integer it points to; -1 at the end. */
static int next(struct horo_generator *generator)
{
    const int *value = horo_generator_next(generator);

    return value ? *value : -1;
}

static int lazy_range(void *arg)
{
    const int *up_to = arg;
    int rc = 0;

    for (int index = 0; rc == 0 && index < *up_to; index++) {
        rc = horo_generator_yield(&index, NULL);
    }
    return rc;
}

/* --- next --- */

static void values_come_one_by_one_and_then_the_end(void)
{
    int up_to = 3;
    struct horo_generator *numbers = create(lazy_range, &up_to);

    CHECK_CODE(horo_generator_result(numbers), -HORO_EINVALIDSTATE);
    CHECK_NUMBER(next(numbers), 0);
    CHECK_NUMBER(next(numbers), 1);
    CHECK_NUMBER(next(numbers), 2);
    CHECK_CODE(horo_generator_result(numbers), -HORO_EINVALIDSTATE);
    CHECK(horo_generator_next(numbers) == NULL);
    CHECK_CODE(horo_generator_result(numbers), 0);
    CHECK(horo_generator_next(numbers) == NULL);
    CHECK_CODE(horo_generator_destroy(&numbers), 0);
    CHECK(numbers == NULL);
    horo_generator_trim();
}

static int note_steps(void *arg)
{
    int rc;

    note("begin");
    rc = horo_generator_yield(arg, NULL);
    if (rc < 0) {
        return rc;
    }
    note("middle");
    rc = horo_generator_yield(arg, NULL);
    note("end");
    return rc < 0 ? rc : 42;
}

static void nothing_runs_before_it_is_asked_for(void)
{
    int value = 7;
    struct horo_generator *steps = create(note_steps, &value);

    note("created");
    CHECK(horo_generator_next(steps) == &value);
    note("asked");
    CHECK(horo_generator_next(steps) == &value);
    CHECK(horo_generator_next(steps) == NULL);
    CHECK_NOTES("created begin asked middle end");
    CHECK_CODE(horo_generator_result(steps), 42);
    CHECK_CODE(horo_generator_destroy(&steps), 0);
    horo_generator_trim();
}

static int yield_at_depth(int depth)
{
    volatile char frame[100];

    frame[0] = 1;
    if (depth > 0) {
        return yield_at_depth(depth - 1) + frame[0] - 1;
    }
    return horo_generator_yield((void *)(uintptr_t)frame, NULL);
}

static int yield_deep(void *arg)
{
    int rc = 0;

    (void)arg;
    for (int depth = 0; rc == 0 && depth < 100; depth++) {
        rc = yield_at_depth(depth);
    }
    return rc;
}

static void a_body_yields_at_any_depth_of_calls(void)
{
    struct horo_generator *deep = create(yield_deep, NULL);
    int count = 0;

    while (horo_generator_next(deep)) {
        count++;
    }
    CHECK_NUMBER(count, 100);
    CHECK_CODE(horo_generator_destroy(&deep), 0);
    horo_generator_trim();
}

static void many_live_at_once_and_each_has_its_own_place(void)
{
    static struct horo_generator *all[2000];
    size_t count = scaled(2000, 100);
    int up_to = 3;

    for (size_t i = 0; i < count; i++) {
        all[i] = create(lazy_range, &up_to);
    }
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < count; i++) {
            CHECK_NUMBER(next(all[i]), round);
        }
    }
    for (size_t i = 0; i < count; i++) {
        CHECK(horo_generator_next(all[i]) == NULL);
        CHECK_CODE(horo_generator_destroy(&all[i]), 0);
    }
    horo_generator_trim();
}

/* --- send and throw --- */

struct multiples {
    int n;
    int handled; /* failures */
};

/* The second lecture's generate_multiples(n, multiply_by=2). */
static int generate_multiples(void *arg)
{
    struct multiples *multiples = arg;
    int by = 2;

    for (;;) {
        void *sent;
        int rc;

        multiples->n *= by;
        rc = horo_generator_yield(&multiples->n, &sent);
        if (rc == -ECANCELED) {
            return rc;
        }
        if (rc < 0) {
            multiples->handled++;
        } else if (sent) {
            by = *(int *)sent;
        }
    }
}

/* Scenario 30 of thirty. */
static void generator(void)
{
    struct multiples multiples = { 1, 0 };
    struct horo_generator *g = create(generate_multiples, &multiples);
    int three = 3;

    CHECK_NUMBER(next(g), 2);
    CHECK_NUMBER(*(int *)horo_generator_send(g, &three), 6);
    CHECK_NUMBER(next(g), 18);
    CHECK_NUMBER(*(int *)horo_generator_throw(g, -EDOM), 54);
    CHECK_NUMBER(multiples.handled, 1);
    CHECK_NUMBER(next(g), 162);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_CODE(horo_generator_result(g), -ECANCELED);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

static int echo(void *arg)
{
    void *sent = arg;
    int rc = 0;

    while (rc == 0) {
        rc = horo_generator_yield(sent, &sent);
        if (rc == -EAGAIN) {
            sent = arg;
            rc = 0;
        }
    }
    return rc;
}

static void what_is_sent_arrives_at_the_yield(void)
{
    int first;
    int values[3];
    struct horo_generator *g = create(echo, &first);

    CHECK(horo_generator_send(g, NULL) == &first);
    for (int i = 0; i < 3; i++) {
        CHECK(horo_generator_send(g, &values[i]) == &values[i]);
    }
    CHECK(horo_generator_next(g) == NULL); /* a value like another */
    CHECK_CODE(horo_generator_result(g), -HORO_EINVALIDSTATE);
    CHECK(horo_generator_throw(g, -EAGAIN) == &first);
    CHECK(horo_generator_throw(g, -EIO) == NULL);
    CHECK_CODE(horo_generator_result(g), -EIO);
    CHECK(horo_generator_send(g, &first) == NULL);
    CHECK(horo_generator_throw(g, -EAGAIN) == NULL);
    CHECK_CODE(horo_generator_result(g), -EIO);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

static void a_body_that_has_not_begun_takes_nothing(void)
{
    int value = 7;
    struct horo_generator *g = create(note_steps, &value);

    CHECK(horo_generator_send(g, &value) == NULL);
    CHECK_CODE(horo_generator_result(g), -HORO_EINVALIDSTATE);
    CHECK_NOTES("");
    CHECK(horo_generator_next(g) == &value);
    CHECK_NOTES("begin");
    CHECK_CODE(horo_generator_destroy(&g), 0);
    g = create(note_steps, &value);
    CHECK(horo_generator_throw(g, -EDOM) == NULL);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), -EDOM);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("");
    horo_generator_trim();
}

static int expect_failure(void *arg)
{
    void *sent = arg;

    (void)horo_generator_yield(arg, NULL);
    CHECK_CODE(horo_generator_yield(arg, &sent), -EINVAL);
    CHECK(sent == arg); /* untouched */
    return 0;
}

static void only_failures_are_thrown(void)
{
    int value;
    struct horo_generator *g = create(expect_failure, &value);

    CHECK(horo_generator_next(g) == &value);
    CHECK(horo_generator_next(g) == &value);
    CHECK(horo_generator_throw(g, 5) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

/* --- close --- */

static int clean_up(void *arg)
{
    int rc;

    note("open");
    do {
        rc = horo_generator_yield(arg, NULL);
    } while (rc == 0);
    note("%s", rc == -ECANCELED ? "closed" : "failed");
    return rc;
}

static void closing_runs_the_cleanup_once(void)
{
    int value;
    struct horo_generator *g = create(clean_up, &value);

    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_CODE(horo_generator_result(g), -ECANCELED);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("open closed");
    horo_generator_trim();
}

static void destroying_closes(void)
{
    int value;
    struct horo_generator *g = create(clean_up, &value);

    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("open closed");
    CHECK(g == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_CODE(horo_generator_destroy(NULL), 0);
    horo_generator_trim();
}

static void a_body_that_has_not_begun_is_closed_without_running(void)
{
    int value;
    struct horo_generator *g = create(clean_up, &value);

    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_CODE(horo_generator_result(g), -ECANCELED);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("");
    horo_generator_trim();
}

static int fail_to_clean_up(void *arg)
{
    return horo_generator_yield(arg, NULL) < 0 ? -EIO : 0;
}

static void a_failed_cleanup_is_told(void)
{
    int value;
    struct horo_generator *g = create(fail_to_clean_up, &value);

    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_close(g), -EIO);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_CODE(horo_generator_result(g), -EIO);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    g = create(fail_to_clean_up, &value);
    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_destroy(&g), -EIO);
    CHECK(g == NULL);
    horo_generator_trim();
}

static int never_mind(void *arg)
{
    CHECK_CODE(horo_generator_yield(arg, NULL), -ECANCELED);
    CHECK_CODE(horo_generator_yield(arg, NULL), -HORO_EDONE);
    CHECK_CODE(horo_generator_yield(arg, NULL), -HORO_EDONE);
    return 0;
}

static void yielding_after_close_is_an_error_on_both_sides(void)
{
    int value;
    struct horo_generator *g = create(never_mind, &value);

    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_close(g), -HORO_EDONE);
    CHECK_CODE(horo_generator_result(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

/* Yields `*arg` times after the yield at which it is closed. */
static int yield_on(void *arg)
{
    long more = *(long *)arg;

    (void)horo_generator_yield(arg, NULL);
    while (more-- > 0) {
        (void)horo_generator_yield(arg, NULL);
    }
    return 0;
}

static int ask_once_and_destroy(void *arg)
{
    struct horo_generator *g;
    int rc;

    (void)alarm(60); /* lest it goes on when the test has failed */
    rc = horo_generator_create(yield_on, arg, NULL, &g);
    if (rc == 0 && horo_generator_next(g)) {
        rc = horo_generator_destroy(&g);
    }
    return rc == -HORO_EDONE ? 0 : 1;
}

/* Such a body may never end. */
static void yielding_after_close_again_and_again_ends_the_program(void)
{
    struct child_end end;
    long times = 1000;

    run_child(ask_once_and_destroy, &times, &end);
    CHECK_NUMBER(end.status, 0);
    CHECK_TEXT(end.errors, "");
    times = LONG_MAX;
    run_child(ask_once_and_destroy, &times, &end);
    CHECK(end.status != 0);
    CHECK(strstr(end.errors, "generator 'yield_on' was closed, and yields on: "
                             "its body has to return") != NULL);
}

/* --- yield_from --- */

struct span {
    int from;
    int to;
};

static int count(void *arg)
{
    const struct span *span = arg;
    int step = span->from < span->to ? 1 : -1;
    int rc = 0;

    for (int i = span->from; rc == 0 && i != span->to; i += step) {
        rc = horo_generator_yield(&i, NULL);
    }
    return rc;
}

static int yield_span(int from, int to)
{
    struct span span = { from, to };
    struct horo_generator *inner = create(count, &span);
    int rc = horo_generator_yield_from(inner);

    CHECK_CODE(horo_generator_destroy(&inner), 0);
    return rc;
}

/* The first lecture's g(x). */
static int down_and_up(void *arg)
{
    const int *x = arg;
    int rc = yield_span(*x, 0);

    return rc < 0 ? rc : yield_span(0, *x);
}

static void yield_from_yields_all_that_another_does(void)
{
    static const int expected[] = { 5, 4, 3, 2, 1, 0, 1, 2, 3, 4 };
    int x = 5;
    struct horo_generator *g = create(down_and_up, &x);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        CHECK_NUMBER(next(g), expected[i]);
    }
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

static int delegate(void *arg)
{
    struct horo_generator *inner = create(generate_multiples, arg);
    int rc = horo_generator_yield_from(inner);

    CHECK_CODE(horo_generator_result(inner), -ECANCELED);
    CHECK_CODE(horo_generator_destroy(&inner), 0);
    note("%s", rc == -ECANCELED ? "closed" : "?");
    return rc;
}

static void what_is_sent_and_thrown_goes_through_to_the_inner_one(void)
{
    struct multiples multiples = { 1, 0 };
    struct horo_generator *g = create(delegate, &multiples);
    int three = 3;

    CHECK_NUMBER(next(g), 2);
    CHECK_NUMBER(*(int *)horo_generator_send(g, &three), 6);
    CHECK_NUMBER(next(g), 18);
    CHECK_NUMBER(*(int *)horo_generator_throw(g, -EDOM), 54);
    CHECK_NUMBER(next(g), 162);
    CHECK_NUMBER(multiples.handled, 1);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_NOTES("closed");
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

static int give_result(void *arg)
{
    (void)horo_generator_yield(NULL, NULL); /* not the end */
    return *(int *)arg;
}

static int take_result(void *arg)
{
    struct horo_generator *inner = create(give_result, arg);
    int rc = horo_generator_yield_from(inner);

    note("%d", rc);
    CHECK_CODE(horo_generator_destroy(&inner), 0);
    return 0;
}

static void yield_from_returns_the_result_of_the_inner_one(void)
{
    int result = 42;
    struct horo_generator *g = create(take_result, &result);

    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), -HORO_EINVALIDSTATE);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    result = -EIO;
    g = create(take_result, &result);
    CHECK(horo_generator_next(g) == NULL);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("42 -5");
    horo_generator_trim();
}

static int nest(void *arg)
{
    int *depth = arg;
    struct horo_generator *inner;
    int rc;

    if (--*depth == 0) {
        return horo_generator_yield(depth, NULL);
    }
    inner = create(nest, depth);
    rc = horo_generator_yield_from(inner);
    CHECK_CODE(horo_generator_destroy(&inner), 0);
    return rc;
}

static void generators_nest(void)
{
    int depth = 50;
    struct horo_generator *g = create(nest, &depth);

    CHECK_NUMBER(next(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    depth = 50;
    g = create(nest, &depth);
    CHECK_NUMBER(next(g), 0);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

/* --- misuse --- */

static struct horo_generator *itself;

static int ask_itself(void *arg)
{
    CHECK(horo_generator_next(itself) == NULL);
    CHECK_CODE(horo_generator_result(itself), -EDEADLK);
    CHECK(horo_generator_send(itself, arg) == NULL);
    CHECK(horo_generator_throw(itself, -EIO) == NULL);
    CHECK_CODE(horo_generator_close(itself), -EDEADLK);
    CHECK_CODE(horo_generator_destroy(&itself), -EDEADLK);
    CHECK_CODE(horo_generator_yield_from(itself), -EDEADLK);
    CHECK(itself != NULL);
    return horo_generator_yield(arg, NULL);
}

static int ask_through_another(void *arg)
{
    struct horo_generator *other = create(ask_itself, arg);

    CHECK(horo_generator_next(other) == arg);
    return horo_generator_destroy(&other);
}

static void a_generator_cannot_ask_itself(void)
{
    int value;

    itself = create(ask_itself, &value);
    CHECK(horo_generator_next(itself) == &value);
    CHECK_CODE(horo_generator_destroy(&itself), 0);
    itself = create(ask_through_another, &value);
    CHECK(horo_generator_next(itself) == NULL);
    CHECK_CODE(horo_generator_result(itself), 0);
    CHECK_CODE(horo_generator_destroy(&itself), 0);
    horo_generator_trim();
}

static void yielding_outside_a_body_is_refused(void)
{
    int value;
    void *sent = &value;
    struct horo_generator *g;

    CHECK_CODE(horo_generator_yield(&value, &sent), -EINVAL);
    CHECK(sent == &value);
    g = create(note_steps, &value);
    CHECK_CODE(horo_generator_yield(&value, NULL), -EINVAL);
    CHECK_CODE(horo_generator_yield_from(g), -EINVAL);
    CHECK(horo_generator_next(g) == &value);
    CHECK_CODE(horo_generator_yield(&value, NULL), -EINVAL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NOTES("begin");
    horo_generator_trim();
}

static void too_large_a_stack_is_refused(void)
{
    struct horo_generator *g = (struct horo_generator *)&g;
    struct horo_generator *before = g;

    CHECK_CODE(horo_generator_create(echo, NULL,
                                     &(struct horo_generator_options){
                                         .stack_size = ((size_t)8 << 20) + 1 },
                                     &g),
               -EINVAL);
    CHECK(g == before);
}

/* --- threads --- */

static void *use_on_another_thread(void *arg)
{
    struct horo_generator *g = arg;
    int up_to = 1;
    struct horo_generator *own = create(lazy_range, &up_to);

    CHECK_NUMBER(next(own), 0);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), -HORO_EOTHERLOOP);
    CHECK(horo_generator_send(g, NULL) == NULL);
    CHECK(horo_generator_throw(g, -EIO) == NULL);
    CHECK_CODE(horo_generator_close(g), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_generator_destroy(&g), -HORO_EOTHERLOOP);
    CHECK(g == arg);
    CHECK_CODE(horo_generator_destroy(&own), 0);
    return NULL;
}

/* A thread that has no generators, and one that has. */
static void *look_from_another_thread(void *arg)
{
    CHECK(horo_generator_next(arg) == NULL);
    CHECK_CODE(horo_generator_result(arg), -HORO_EOTHERLOOP);
    CHECK_CODE(horo_generator_yield(arg, NULL), -EINVAL);
    return use_on_another_thread(arg);
}

static void run_thread(void *(*fn)(void *), void *arg)
{
    pthread_t thread;

    if (CHECK(pthread_create(&thread, NULL, fn, arg) == 0)) {
        (void)pthread_join(thread, NULL);
    }
}

static void another_thread_is_refused(void)
{
    int up_to = 2;
    struct horo_generator *g = create(lazy_range, &up_to);

    run_thread(look_from_another_thread, g);
    CHECK_NUMBER(next(g), 0);
    run_thread(look_from_another_thread, g);
    CHECK_NUMBER(next(g), 1);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

static void *sum_up(void *arg)
{
    int up_to = 100;
    struct horo_generator *g = create(lazy_range, &up_to);
    const int *value;

    while ((value = horo_generator_next(g))) {
        *(int *)arg += *value;
    }
    CHECK_CODE(horo_generator_destroy(&g), 0);
    return NULL;
}

/* The watch around each test sees that their memory goes with them. */
static void threads_have_their_own_and_leave_nothing_behind(void)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    int sums[THREADS] = { 0 };

    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, sum_up, &sums[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK_NUMBER(sums[i], 4950);
    }
}

static void *leave_one_behind(void *arg)
{
    int up_to = 3;

    *(struct horo_generator **)arg = create(lazy_range, &up_to);
    CHECK_NUMBER(next(*(struct horo_generator **)arg), 0);
    return NULL;
}

static int forget(void *arg)
{
    struct horo_generator *g = NULL;

    (void)arg;
    run_thread(leave_one_behind, &g);
    return horo_generator_destroy(&g) == -HORO_EOTHERLOOP &&
                   !horo_generator_next(g)
               ? 0
               : 1;
}

/* In a process of its own, as it is a leak. */
static void one_whose_thread_has_ended_is_nobody_s(void)
{
    struct child_end end;

    if (HARNESS_SANITIZED || is_emulated()) {
        skip("it is a leak, and tools say so");
        return;
    }
    run_child(forget, NULL, &end);
    CHECK(WIFEXITED(end.status) && WEXITSTATUS(end.status) == 0);
}

/* --- with loops around and inside --- */

static struct horo_generator *shared;

static int ask_in_a_loop(void *arg)
{
    CHECK_NUMBER(next(shared), *(int *)arg);
    return 0;
}

static void a_generator_outlives_loops(void)
{
    int up_to = 10;
    int expected = 1;

    shared = create(lazy_range, &up_to);
    CHECK_NUMBER(next(shared), 0);
    for (; expected < 4; expected++) {
        CHECK_CODE(horo_run(ask_in_a_loop, &expected, NULL), 0);
    }
    CHECK_NUMBER(next(shared), 4);
    CHECK_CODE(horo_generator_destroy(&shared), 0);
    horo_generator_trim();
}

static int sleep_a_while(void *arg)
{
    /* The body's own loop is not the body. */
    CHECK_CODE(horo_generator_yield(arg, NULL), -EINVAL);
    CHECK(horo_generator_next(shared) == NULL);
    CHECK_CODE(horo_generator_result(shared), -EBUSY);
    return horo_sleep(HORO_S(1));
}

static int run_a_loop(void *arg)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    int rc = 0;

    for (int i = 0; rc == 0 && i < 3; i++) {
        rc = horo_run(sleep_a_while, arg, &options);
        if (rc == 0) {
            rc = horo_generator_yield(arg, NULL);
        }
    }
    return rc;
}

static void a_body_may_run_a_loop(void)
{
    int value;

    shared = create(run_a_loop, &value);
    CHECK(horo_generator_next(shared) == &value);
    CHECK(horo_generator_next(shared) == &value);
    CHECK_CODE(horo_generator_destroy(&shared), 0);
    horo_generator_trim();
}

static int try_to_suspend(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1));
}

static void a_body_outside_tasks_cannot_suspend(void)
{
    struct horo_generator *g = create(try_to_suspend, NULL);

    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), -HORO_ENOTASK);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    horo_generator_trim();
}

/* --- overflow --- */

static volatile int depth;

static int recurse(int more, volatile char *above)
{
    volatile char frame[200];

    frame[0] = above ? above[0] : 0;
    depth++;
    return more == 0 ? frame[0] : recurse(more - 1, frame) + frame[0];
}

static int overflow(void *arg)
{
    (void)horo_generator_yield(arg, NULL);
    return recurse(INT32_MAX, NULL);
}

static int overflow_it(void *arg)
{
    struct horo_generator *g;

    if (horo_generator_create(overflow, arg, arg, &g) < 0) {
        return 1;
    }
    (void)horo_generator_next(g);
    (void)horo_generator_next(g);
    return 0;
}

static void check_overflow(const struct horo_generator_options *options,
                           const char *expected)
{
    struct horo_generator_options copy = { 0 };
    struct child_end end;

    copy = options ? *options : copy;
    run_child(overflow_it, &copy, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGSEGV);
    if (!CHECK(strstr(end.errors, expected) != NULL)) {
        printf("# it said: %s\n", end.errors);
    }
}

static void an_overflow_is_reported_by_name(void)
{
    if (HARNESS_SANITIZED) {
        skip("the sanitizer handles SIGSEGV");
        return;
    }
    check_overflow(NULL, "stack overflow in generator 'overflow'");
    check_overflow(
        &(struct horo_generator_options){ .name = "deep", .stack_size = 20000 },
        "stack overflow in generator 'deep'");
}

int main(void)
{
    RUN(values_come_one_by_one_and_then_the_end);
    RUN(nothing_runs_before_it_is_asked_for);
    RUN(a_body_yields_at_any_depth_of_calls);
    RUN(many_live_at_once_and_each_has_its_own_place);
    RUN(generator);
    RUN(what_is_sent_arrives_at_the_yield);
    RUN(a_body_that_has_not_begun_takes_nothing);
    RUN(only_failures_are_thrown);
    RUN(closing_runs_the_cleanup_once);
    RUN(destroying_closes);
    RUN(a_body_that_has_not_begun_is_closed_without_running);
    RUN(a_failed_cleanup_is_told);
    RUN(yielding_after_close_is_an_error_on_both_sides);
    RUN(yielding_after_close_again_and_again_ends_the_program);
    RUN(yield_from_yields_all_that_another_does);
    RUN(what_is_sent_and_thrown_goes_through_to_the_inner_one);
    RUN(yield_from_returns_the_result_of_the_inner_one);
    RUN(generators_nest);
    RUN(a_generator_cannot_ask_itself);
    RUN(yielding_outside_a_body_is_refused);
    RUN(too_large_a_stack_is_refused);
    RUN(another_thread_is_refused);
    RUN(threads_have_their_own_and_leave_nothing_behind);
    RUN(one_whose_thread_has_ended_is_nobody_s);
    RUN(a_generator_outlives_loops);
    RUN(a_body_may_run_a_loop);
    RUN(a_body_outside_tasks_cannot_suspend);
    RUN(an_overflow_is_reported_by_name);
    return tap_end();
}
