/* Limits that are kept, and options out of range. */
#include <limits.h>
#include <poll.h>

#include "harness.h"

static int end_at_once(void *arg)
{
    (void)arg;
    return 0;
}

enum { TASKS = 10, POSTS = 5 };

static int spawn_to_the_limit(void *arg)
{
    struct horo_future ends[2 * TASKS];
    struct horo_scope scope;

    (void)arg;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2 * TASKS; i++) {
        struct horo_spawn_options options = { .future = &ends[i] };

        CHECK_CODE(horo_spawn(&scope, end_at_once, NULL, &options), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_future_result(&ends[i], NULL), 0);
    }
    for (int i = 0; i < TASKS; i++) { /* the last beyond: main is one, too */
        CHECK_CODE(horo_spawn(&scope, end_at_once, NULL, NULL),
                   i < TASKS - 1 ? 0 : -EAGAIN);
    }
    return horo_scope_close(&scope, 0);
}

static void tasks_that_ended_do_not_count_though_their_results_are_kept(void)
{
    struct horo_loop_options options = { .max_tasks = TASKS,
                                         .clock = HORO_CLOCK_VIRTUAL };

    CHECK_CODE(run_loop(spawn_to_the_limit, NULL, &options), 0);
}

static void count_post(void *arg)
{
    ++*(int *)arg;
}

static int post_to_the_limit(void *arg)
{
    struct horo_loop *loop = horo_loop_self();
    int called = 0;

    (void)arg;
    for (int i = 0; i < POSTS; i++) {
        CHECK_CODE(horo_loop_post(loop, count_post, &called), 0);
    }
    CHECK_CODE(horo_loop_post(loop, count_post, &called), -EAGAIN);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(called, POSTS);
    CHECK_CODE(horo_loop_post(loop, count_post, &called), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(called, POSTS + 1);
    return 0;
}

static void posts_beyond_the_limit_are_refused_until_others_ran(void)
{
    struct horo_loop_options options = { .max_posts = POSTS,
                                         .clock = HORO_CLOCK_VIRTUAL };

    CHECK_CODE(run_loop(post_to_the_limit, NULL, &options), 0);
}

/* Counts how many posts run between two turns of a task that is ready. */
static void many_posts_let_a_ready_task_run_in_between(void)
{
    enum { MANY = 20000 };
    int called = 0;
    int most = 0;

    for (int i = 0; i < MANY; i++) {
        CHECK_CODE(horo_loop_post(horo_loop_self(), count_post, &called), 0);
    }
    while (called < MANY) {
        int before = called;

        CHECK_CODE(horo_yield(), 0);
        most = called - before > most ? called - before : most;
    }
    CHECK(most < MANY / 2);
}

static void an_unknown_clock_is_refused(void)
{
    struct horo_loop_options options = { .clock = (enum horo_clock)7 };

    CHECK_CODE(horo_run(end_at_once, NULL, &options), -HORO_ECLOCK);
}

static int sleep_a_little(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_US(1));
}

static void the_longest_spin_is_no_overflow(void)
{
    struct horo_loop_options options = { .spin = INT64_MAX };

    CHECK_CODE(run_loop(sleep_a_little, NULL, &options), 0);
}

static void a_huge_number_is_no_open_descriptor(void)
{
    CHECK_CODE(horo_fd_wait(INT_MAX, POLLIN), -EBADF);
}

#if defined(HORO_HAVE_CARES)

static void limits_of_names_out_of_range_are_refused(void)
{
    static const struct horo_resolver_options refused[] = {
        { .timeout = -1 },           { .timeout = HORO_S(4294968) },
        { .timeout = HORO_S(3601) }, { .tries = 101 },
        { .tries = UINT_MAX },
    };

    allow_resolver();
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK_CODE(horo_resolver_configure(&refused[i]), -EINVAL);
    }
    CHECK_CODE(
        horo_resolver_configure(&(struct horo_resolver_options){
            .servers = "127.0.0.1", .timeout = HORO_S(3600), .tries = 100 }),
        0);
}

#endif

int main(void)
{
    RUN(tasks_that_ended_do_not_count_though_their_results_are_kept);
    RUN(posts_beyond_the_limit_are_refused_until_others_ran);
    RUN_IN_LOOP_ONCE(many_posts_let_a_ready_task_run_in_between,
                     "waits for its turn in vain");
    RUN(an_unknown_clock_is_refused);
    RUN(the_longest_spin_is_no_overflow);
    RUN_IN_LOOP(a_huge_number_is_no_open_descriptor);
#if defined(HORO_HAVE_CARES)
    RUN_IN_LOOP(limits_of_names_out_of_range_are_refused);
#endif
    return tap_end();
}
