/*
 * The price of a timer in libuv while a million others are armed. Prints one
 * JSON object of nanoseconds per operation; bench/README.md defines each.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

enum {
    RESIDENT = 1000 * 1000,
    OPERATIONS = 2 * 1000 * 1000,
    TIMEOUT_MIN_MS = 60 * 1000, /* so that none fires meanwhile */
    TIMEOUT_RANGE_MS = 3600 * 1000,
    EXPIRE_RANGE_MS = 500,
};

struct bench {
    uv_loop_t loop;
    uv_timer_t hot;
    uv_timer_t *timers;
    uint64_t random;
    uint64_t fired;
};

static double now_ns(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* cannot fail */
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* xorshift64: a nanosecond, and the same sequence for every program. */
static uint64_t next_random(struct bench *bench)
{
    bench->random ^= bench->random << 13;
    bench->random ^= bench->random >> 7;
    bench->random ^= bench->random << 17;
    return bench->random;
}

static uint64_t random_timeout_ms(struct bench *bench)
{
    return TIMEOUT_MIN_MS + next_random(bench) % TIMEOUT_RANGE_MS;
}

static void on_timer(uv_timer_t *timer)
{
    ((struct bench *)timer->data)->fired++;
}

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", what, uv_strerror(rc));
        exit(1);
    }
}

static void arm(uv_timer_t *timer, uint64_t timeout_ms)
{
    check(uv_timer_start(timer, on_timer, timeout_ms, 0), "uv_timer_start");
}

static double insert_ns(struct bench *bench)
{
    double start = now_ns();

    for (size_t i = 0; i < RESIDENT; i++) {
        arm(&bench->timers[i], random_timeout_ms(bench));
    }
    return (now_ns() - start) / RESIDENT;
}

static double rearm_ns(struct bench *bench)
{
    double start = now_ns();

    for (size_t i = 0; i < OPERATIONS; i++) {
        size_t index = next_random(bench) % RESIDENT;
        arm(&bench->timers[index], random_timeout_ms(bench));
    }
    return (now_ns() - start) / OPERATIONS;
}

static double hot_set_cancel_ns(struct bench *bench)
{
    double start = now_ns();

    for (size_t i = 0; i < OPERATIONS; i++) {
        arm(&bench->hot, random_timeout_ms(bench));
        check(uv_timer_stop(&bench->hot), "uv_timer_stop");
    }
    return (now_ns() - start) / OPERATIONS;
}

/* All are moved to the next half second; once that has passed, one turn of the
 * loop fires the million. */
static double expire_ns(struct bench *bench)
{
    struct timespec wait = { .tv_sec = 1 };

    uv_update_time(&bench->loop);
    for (size_t i = 0; i < RESIDENT; i++) {
        arm(&bench->timers[i], next_random(bench) % EXPIRE_RANGE_MS);
    }
    (void)nanosleep(&wait, NULL);
    double start = now_ns();
    uv_run(&bench->loop, UV_RUN_NOWAIT);
    double spent = now_ns() - start;
    if (bench->fired != RESIDENT) {
        fprintf(stderr, "%" PRIu64 " timers fired instead of %d\n",
                bench->fired, RESIDENT);
        exit(1);
    }
    return spent / RESIDENT;
}

int main(void)
{
    static struct bench bench = { .random = UINT64_C(0x9e3779b97f4a7c15) };

    check(uv_loop_init(&bench.loop), "uv_loop_init");
    check(uv_timer_init(&bench.loop, &bench.hot), "uv_timer_init");
    bench.timers = calloc(RESIDENT, sizeof *bench.timers);
    if (bench.timers == NULL) {
        perror("timers");
        return 1;
    }
    for (size_t i = 0; i < RESIDENT; i++) {
        check(uv_timer_init(&bench.loop, &bench.timers[i]), "uv_timer_init");
        bench.timers[i].data = &bench;
    }
    double insert = insert_ns(&bench);
    double rearm = rearm_ns(&bench);
    double hot = hot_set_cancel_ns(&bench);
    double expire = expire_ns(&bench);
    printf("{\"insert_ns\": %.2f, \"rearm_ns\": %.2f, "
           "\"hot_set_cancel_ns\": %.2f, \"expire_ns\": %.2f}\n",
           insert, rearm, hot, expire);
    return 0;
}
