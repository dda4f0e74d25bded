/* Every fault point of generators, one after another. */
#include <errno.h>
#include <pthread.h>

#include "harness.h"
#include "sweep.h"

static int count(void *arg)
{
    const int *up_to = arg;
    int rc = 0;

    for (int i = 0; rc == 0 && i < *up_to; i++) {
        rc = horo_task_self() ? horo_sleep(1) : 0;
        if (rc == 0) {
            rc = horo_generator_yield(&i, NULL);
        }
    }
    return rc;
}

static int count_twice(void *arg)
{
    struct horo_generator *inner;
    int rc = horo_generator_create(count, arg, NULL, &inner);

    if (rc == 0) {
        rc = horo_generator_yield_from(inner);
        (void)horo_generator_destroy(&inner);
    }
    return rc;
}

/* Each size once, run to the end or closed halfway. */
static int use_generators(void *arg)
{
    static const size_t sizes[] = { 0, 16 << 10, 64 << 10, 1 << 20, 8 << 20 };
    int up_to = 3;
    int rc = 0;

    (void)arg;
    for (int i = 0; rc == 0 && i < 5; i++) {
        struct horo_generator *g;

        rc = horo_generator_create(
            count_twice, &up_to,
            &(struct horo_generator_options){ .stack_size = sizes[i] }, &g);
        if (rc < 0) {
            break;
        }
        if (i % 2) {
            (void)horo_generator_next(g);
            rc = horo_generator_close(g);
        } else {
            while (horo_generator_next(g)) {}
            rc = horo_generator_result(g);
        }
        (void)horo_generator_destroy(&g);
    }
    return rc;
}

static int without_a_loop(void)
{
    int rc = use_generators(NULL);

    horo_generator_trim();
    return rc;
}

static int in_a_loop(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    return horo_run(use_generators, NULL, &options);
}

/* Made outside, asked inside: the memory ends with whichever comes last. */
static int around_a_loop(void)
{
    int rc = use_generators(NULL);

    if (rc == 0) {
        rc = in_a_loop();
    }
    if (rc == 0) {
        rc = use_generators(NULL);
    }
    horo_generator_trim();
    return rc;
}

static void *use_in_thread(void *arg)
{
    *(int *)arg = use_generators(NULL);
    return NULL;
}

static int in_a_thread_that_ends(void)
{
    pthread_t thread;
    int rc = -ENOMEM;

    if (pthread_create(&thread, NULL, use_in_thread, &rc) == 0) {
        (void)pthread_join(thread, NULL);
    }
    return rc;
}

int main(void)
{
    SWEEP(without_a_loop, 0);
    SWEEP(in_a_loop, EMFILE);
    SWEEP(around_a_loop, EMFILE);
    SWEEP(in_a_thread_that_ends, 0);
    sweep_report();
    return tap_end();
}
