/* The overflow of a task's stack is reported by name, not suffered. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "harness.h"

static volatile int depth;

/* Each frame, a few hundred bytes, knows the one above: no compiler can make
 * a loop of it. */
static int recurse(int more, volatile char *above)
{
    volatile char frame[200];

    frame[0] = above ? above[0] : 0;
    depth++;
    return more == 0 ? frame[0] : recurse(more - 1, frame) + frame[0];
}

static int overflow(void *arg)
{
    (void)arg;
    (void)horo_yield();
    return recurse(INT32_MAX, NULL);
}

/* One frame larger than the whole stack: it must not jump over the guard. */
static int overflow_in_one_leap(void *arg)
{
    volatile char frame[1 << 20];

    (void)arg;
    for (size_t i = sizeof frame; i > 0; i -= 512) {
        frame[i - 1] = 1;
    }
    return frame[1000];
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1e6));
}

struct story {
    horo_task_fn *fn;
    size_t stack_size;
    const char *name;
};

/* The one that overflows lives among others. */
static int spawn_and_wait(void *arg)
{
    const struct story *story = arg;
    struct horo_spawn_options options = { .stack_size = story->stack_size,
                                          .name = story->name };
    struct horo_scope scope;

    (void)horo_scope_open(&scope, NULL);
    for (int i = 0; i < 3; i++) {
        (void)horo_spawn(&scope, sleep_for_ever, NULL, NULL);
    }
    (void)horo_spawn(&scope, story->fn, NULL, &options);
    for (int i = 0; i < 3; i++) {
        (void)horo_spawn(&scope, sleep_for_ever, NULL, NULL);
    }
    return horo_scope_close(&scope, 0);
}

static int run_story(void *arg)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    return horo_run(spawn_and_wait, arg, &options);
}

/* Sanitizers report memory faults in their own way. */
static bool can_be_told(void)
{
    if (HARNESS_SANITIZED) {
        skip("the sanitizer handles SIGSEGV");
    }
    return !HARNESS_SANITIZED;
}

static void check_report(int (*fn)(void *arg), void *arg, const char *name)
{
    struct child_end end;
    char expected[100];

    run_child(fn, arg, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGSEGV);
    (void)snprintf(expected, sizeof expected, "stack overflow in task '%s'",
                   name);
    if (!CHECK(strstr(end.errors, expected) != NULL)) {
        printf("# it said: %s\n", end.errors);
    }
}

static void every_size_of_stack_is_guarded(void)
{
    static const size_t sizes[] = { 0, 16 << 10, 64 << 10, 1 << 20, 8 << 20 };

    if (!can_be_told()) {
        return;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct story story = { overflow, sizes[i], NULL };

        check_report(run_story, &story, "story->fn");
        story.name = "the deep one";
        check_report(run_story, &story, "the deep one");
    }
}

static void one_large_frame_does_not_jump_the_guard(void)
{
    struct story story = { overflow_in_one_leap, 256 << 10, "leaper" };

    if (can_be_told()) {
        check_report(run_story, &story, "leaper");
    }
}

static int overflow_main(void *arg)
{
    return horo_run(overflow, arg, NULL);
}

static void the_main_task_is_guarded(void)
{
    if (can_be_told()) {
        check_report(overflow_main, NULL, "overflow");
    }
}

static int end_at_once(void *arg)
{
    (void)arg;
    return 0;
}

/* Stacks and the handler's own stack have been used and returned before. */
static int overflow_in_the_third_loop(void *arg)
{
    (void)horo_run(end_at_once, arg, NULL);
    (void)horo_run(end_at_once, arg, NULL);
    return horo_run(overflow, arg, NULL);
}

static int overflow_on_a_used_stack(void *arg)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    (void)horo_scope_open(&scope, NULL);
    for (int i = 0; i < 5; i++) {
        (void)horo_spawn(&scope, end_at_once, arg, &options);
        (void)horo_future_wait(&end, NULL);
    }
    (void)horo_spawn(&scope, overflow, arg, NULL);
    return horo_scope_close(&scope, 0);
}

static int run_on_a_used_stack(void *arg)
{
    return horo_run(overflow_on_a_used_stack, arg, NULL);
}

static void what_was_used_before_is_still_guarded(void)
{
    if (can_be_told()) {
        check_report(overflow_in_the_third_loop, NULL, "overflow");
        check_report(run_on_a_used_stack, NULL, "overflow");
    }
}

/* --- what is not an overflow --- */

static int follow_null(void *arg)
{
    int *volatile nowhere = arg;

    return *nowhere;
}

static int run_null(void *arg)
{
    return horo_run(follow_null, arg, NULL);
}

static void another_fault_is_not_called_an_overflow(void)
{
    struct child_end end;

    if (can_be_told()) {
        run_child(run_null, NULL, &end);
        CHECK(end.status != 0); /* which Valgrind makes an exit */
        CHECK(strstr(end.errors, "stack overflow in task") == NULL);
    }
}

static int run_unwatched(void *arg)
{
    struct horo_loop_options options = { .keep_sigsegv = true };

    return horo_run(overflow, arg, &options);
}

static void keep_sigsegv_leaves_it_alone(void)
{
    struct child_end end;

    if (can_be_told()) {
        run_child(run_unwatched, NULL, &end);
        CHECK(WIFSIGNALED(end.status));
        CHECK_NUMBER(WTERMSIG(end.status), SIGSEGV);
        CHECK(strstr(end.errors, "horo") == NULL);
    }
}

/* --- what fits --- */

static int use_most_of_it(void *arg)
{
    size_t size = *(size_t *)arg;

    return recurse((int)((size - 4096) / 320), NULL);
}

static void most_of_a_stack_can_be_used(void)
{
    static size_t sizes[] = { 16 << 10, 64 << 10, 256 << 10, 1 << 20, 8 << 20 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < scaled(5, 0); i++) {
        struct horo_spawn_options options = { .stack_size = sizes[i] };

        depth = 0;
        CHECK_CODE(horo_spawn(&scope, use_most_of_it, &sizes[i], &options), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK(depth > 0);
    }
    (void)horo_scope_close(&scope, 0);
}

int main(void)
{
    RUN(every_size_of_stack_is_guarded);
    RUN(one_large_frame_does_not_jump_the_guard);
    RUN(the_main_task_is_guarded);
    RUN(what_was_used_before_is_still_guarded);
    RUN(another_fault_is_not_called_an_overflow);
    RUN(keep_sigsegv_leaves_it_alone);
    RUN_IN_LOOP(most_of_a_stack_can_be_used);
    return tap_end();
}
