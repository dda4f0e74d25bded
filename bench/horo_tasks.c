/* Yield, spawn and join, deadlines. */
#include <horo.h>
#include <stdio.h>

static int take_turns(void *arg)
{
    for (long i = 0; i < *(const long *)arg; i++) {
        (void)horo_yield();
    }
    return 0;
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* `count` tasks that yield `each` times. */
static double measure_yield(long count, long each)
{
    struct horo_scope scope;
    horo_time began;

    (void)horo_scope_open(&scope, NULL);
    for (long i = 0; i < count; i++) {
        if (horo_spawn(&scope, take_turns, &each, NULL) < 0) {
            horo_scope_cancel(&scope);
            break;
        }
    }
    (void)horo_yield(); /* all have begun, their stacks are touched */
    began = horo_now();
    (void)horo_scope_close(&scope, 0);
    return (double)(horo_now() - began) / (double)(count * (each - 1));
}

static double measure_spawn_join(long times)
{
    struct horo_scope scope;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    horo_time began = horo_now();

    (void)horo_scope_open(&scope, NULL);
    for (long i = 0; i < times; i++) {
        if (horo_spawn(&scope, nothing, NULL, &options) == 0) {
            (void)horo_future_wait(&end, NULL);
        }
    }
    (void)horo_scope_close(&scope, 0);
    return (double)(horo_now() - began) / (double)times;
}

static double measure_deadline(long times)
{
    horo_time began = horo_now();

    for (long i = 0; i < times; i++) {
        struct horo_scope scope;

        (void)horo_scope_open(
            &scope, &(struct horo_scope_options){ .timeout = HORO_S(5) });
        (void)horo_scope_close(&scope, 0);
    }
    return (double)(horo_now() - began) / (double)times;
}

static int measure(void *arg)
{
    (void)arg;
    printf("{\"yield_2_ns\": %.2f, ", measure_yield(2, 5000000));
    printf("\"yield_100k_ns\": %.2f, ", measure_yield(100000, 300));
    printf("\"spawn_join_ns\": %.2f, ", measure_spawn_join(3000000));
    printf("\"deadline_ns\": %.2f}\n", measure_deadline(10000000));
    return 0;
}

int main(void)
{
    return horo_run(measure, NULL, NULL) < 0;
}
