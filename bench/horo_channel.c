/* Channels: what an item costs on its way from one task to another. */
#include <horo.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct horo_channel there;
static struct horo_channel back;
static long times;

static bool make(struct horo_channel *channel, size_t capacity, bool shared)
{
    struct horo_channel_options options = { .item_size = sizeof(long),
                                            .capacity = capacity,
                                            .shared = shared };

    return horo_channel_init(channel, &options) == 0;
}

static int send_all(void *arg)
{
    int rc = 0;

    (void)arg;
    for (long i = 0; i < times && rc == 0; i++) {
        rc = horo_channel_send(&there, &i);
    }
    return rc;
}

static int receive_all(void *arg)
{
    int rc = 0;
    long item;

    (void)arg;
    for (long i = 0; i < times && rc == 0; i++) {
        rc = horo_channel_receive(&there, &item);
    }
    return rc;
}

static int serve(void *arg)
{
    int rc = 0;
    long item;

    (void)arg;
    for (long i = 0; i < times && rc == 0; i++) {
        rc = horo_channel_receive(&there, &item);
        if (rc == 0) {
            rc = horo_channel_send(&back, &item);
        }
    }
    return rc;
}

static int ask(void *arg)
{
    int rc = 0;
    long item;

    (void)arg;
    for (long i = 0; i < times && rc == 0; i++) {
        rc = horo_channel_send(&there, &i);
        if (rc == 0) {
            rc = horo_channel_receive(&back, &item);
        }
    }
    return rc;
}

/* Receives from either of two channels. */
static int select_all(void *arg)
{
    long item;
    struct horo_case cases[] = { HORO_RECEIVE(&back, &item),
                                 HORO_RECEIVE(&there, &item) };
    int rc = 0;

    (void)arg;
    for (long i = 0; i < times && rc >= 0; i++) {
        rc = horo_select(cases, 2);
    }
    return rc;
}

/* One task sends and receives in turns: nobody ever waits. */
static int send_and_receive(void *arg)
{
    int rc = 0;
    long item;

    (void)arg;
    for (long i = 0; i < times && rc == 0; i++) {
        rc = horo_channel_send(&there, &i);
        if (rc == 0) {
            rc = horo_channel_receive(&there, &item);
        }
    }
    return rc;
}

/* --- measuring --- */

/* Nanoseconds for each of `count` times; negative after an error. */
static double measure_tasks(size_t capacity, long count, horo_task_fn *one,
                            horo_task_fn *other)
{
    struct horo_scope scope;
    horo_time began;
    int rc;

    times = count;
    if (!make(&there, capacity, false) || !make(&back, capacity, false)) {
        return -1;
    }
    (void)horo_scope_open(&scope, NULL);
    began = horo_now();
    rc = horo_spawn(&scope, one, NULL, NULL);
    if (rc == 0 && other) {
        rc = horo_spawn(&scope, other, NULL, NULL);
    }
    rc = horo_scope_close(&scope, rc);
    horo_channel_fini(&there);
    horo_channel_fini(&back);
    return rc < 0 ? -1 : (double)(horo_now() - began) / (double)count;
}

static void *run_loop(void *arg)
{
    horo_task_fn **fn = arg;

    return horo_run(*fn, NULL, NULL) < 0 ? arg : NULL;
}

static double measure_threads(size_t capacity, long count, horo_task_fn *one,
                              horo_task_fn *other)
{
    pthread_t thread;
    void *failed = NULL;
    horo_time began = horo_now();

    times = count;
    if (!make(&there, capacity, true) || !make(&back, capacity, true) ||
        pthread_create(&thread, NULL, run_loop, &other) != 0) {
        return -1;
    }
    if (horo_run(one, NULL, NULL) < 0) {
        exit(1); /* the other thread would wait for ever */
    }
    (void)pthread_join(thread, &failed);
    horo_channel_fini(&there);
    horo_channel_fini(&back);
    return failed ? -1 : (double)(horo_now() - began) / (double)count;
}

static int measure(void *arg)
{
    (void)arg;
    printf("{\"queue_step_ns\": %.2f, ",
           measure_tasks(128, 5000000, send_and_receive, NULL));
    printf("\"queue_ns\": %.2f, ",
           measure_tasks(128, 5000000, send_all, receive_all));
    printf("\"queue_1_ns\": %.2f, ",
           measure_tasks(1, 3000000, send_all, receive_all));
    printf("\"rendezvous_ns\": %.2f, ",
           measure_tasks(0, 3000000, send_all, receive_all));
    printf("\"pingpong_ns\": %.2f, ", measure_tasks(0, 3000000, ask, serve));
    printf("\"select_2_ns\": %.2f, ",
           measure_tasks(128, 3000000, send_all, select_all));
    printf("\"select_2_rendezvous_ns\": %.2f, ",
           measure_tasks(0, 3000000, send_all, select_all));
    return 0;
}

int main(void)
{
    if (horo_run(measure, NULL, NULL) < 0) {
        return 1;
    }
    printf("\"threads_queue_ns\": %.2f, ",
           measure_threads(128, 1000000, send_all, receive_all));
    printf("\"threads_pingpong_ns\": %.2f}\n",
           measure_threads(0, 100000, ask, serve));
    return 0;
}
