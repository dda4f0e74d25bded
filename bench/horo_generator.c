/* A step of a generator, which is two switches: into the body and back. Beside
 * it the bare switch, there and back, as nothing can be faster. */
#include <horo.h>
#include <stdio.h>

#include "core/context.h"
#include "core/generator.h"
#include "sys/clock.h"

enum { STEPS = 50000, GENERATORS = 2000, ROUNDS = 500 };

struct figures {
    double step_ns;      /* horo_generator_next(), in a task */
    double step_bare_ns; /* the same without a loop */
    double create_ns;    /* with one step and destroyed again */
    double round_trip_ns;
};

static struct horo__context here;
static struct horo__context there;

static double since(int64_t began, long count)
{
    return (double)(horo__clock_now() - began) / (double)count;
}

static int count_up(void *arg)
{
    int rc = 0;

    (void)arg;
    for (long i = 1; rc == 0; i++) {
        rc = horo_generator_yield(&i, NULL);
    }
    return rc;
}

static int measure_step(double *ret_ns)
{
    struct horo_generator *numbers;
    int rc = horo_generator_create(count_up, NULL, NULL, &numbers);
    int64_t began;
    long sum = 0;

    if (rc < 0) {
        return rc;
    }
    began = horo__clock_now();
    for (long i = 0; i < STEPS; i++) {
        sum += *(long *)horo_generator_next(numbers);
    }
    *ret_ns = since(began, STEPS);
    rc = horo_generator_destroy(&numbers);
    return sum == (long)STEPS * (STEPS + 1) / 2 ? rc : -EILSEQ;
}

static int measure_create(double *ret_ns)
{
    int64_t began = horo__clock_now();
    int rc = 0;

    for (long i = 0; i < GENERATORS && rc == 0; i++) {
        struct horo_generator *numbers;

        rc = horo_generator_create(count_up, NULL, NULL, &numbers);
        if (rc == 0) {
            (void)horo_generator_next(numbers);
            rc = horo_generator_destroy(&numbers);
        }
    }
    *ret_ns = since(began, GENERATORS);
    return rc;
}

static int switch_back(void *arg)
{
    for (;;) {
        horo__context_switch(&there, &here);
    }
    return arg ? 0 : 1;
}

/* On a generator's stack, but past the generator: it stays one that has not
 * begun. */
static int measure_switch(double *ret_ns)
{
    struct horo_generator *stack;
    int rc = horo_generator_create(switch_back, NULL, NULL, &stack);
    int64_t began;

    if (rc < 0) {
        return rc;
    }
    horo__context_init_running(&here);
    there = stack->context;
    horo__context_switch(&here, &stack->context);
    began = horo__clock_now();
    for (long i = 0; i < STEPS; i++) {
        horo__context_switch(&here, &there);
    }
    *ret_ns = since(began, STEPS);
    return horo_generator_destroy(&stack);
}

static int measure_in_task(void *arg)
{
    struct figures *figures = arg;
    int rc = measure_step(&figures->step_ns);

    return rc < 0 ? rc : measure_create(&figures->create_ns);
}

static void keep_least(double *best, double now)
{
    if (*best == 0 || now < *best) {
        *best = now;
    }
}

int main(void)
{
    struct figures best = { 0 };

    for (int round = 0; round < ROUNDS; round++) {
        struct figures now;
        int rc = measure_switch(&now.round_trip_ns);

        if (rc == 0) {
            rc = measure_step(&now.step_bare_ns);
        }
        if (rc == 0) {
            rc = horo_run(measure_in_task, &now, NULL);
        }
        if (rc < 0) {
            fprintf(stderr, "horo_generator: %s\n", horo_strerror(rc));
            return 1;
        }
        keep_least(&best.step_ns, now.step_ns);
        keep_least(&best.step_bare_ns, now.step_bare_ns);
        keep_least(&best.create_ns, now.create_ns);
        keep_least(&best.round_trip_ns, now.round_trip_ns);
    }
    printf("{\"step_ns\": %.2f, \"step_bare_ns\": %.2f, \"create_ns\": %.2f,"
           " \"switch_there_and_back_ns\": %.2f}\n",
           best.step_ns, best.step_bare_ns, best.create_ns, best.round_trip_ns);
    return 0;
}
