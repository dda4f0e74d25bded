/* Every fault point of the core, one after another. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "harness.h"
#include "sweep.h"

static int run(horo_task_fn *fn, void *arg)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    return horo_run(fn, arg, &options);
}

/* --- a loop and nothing else --- */

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int an_empty_loop(void)
{
    return run(do_nothing, NULL);
}

/* --- tasks --- */

static int sleep_a_little(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_MS(1));
}

/* Tasks of all sizes, half of them waited for. */
static int spawn_and_wait(void *arg)
{
    static const size_t sizes[] = { 0, 16 << 10, 64 << 10, 1 << 20, 8 << 20 };
    struct horo_future ends[5];
    struct horo_scope scope;
    int rc;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    rc = 0;
    for (int i = 0; i < 5 && rc == 0; i++) {
        struct horo_spawn_options options = {
            .stack_size = sizes[i],
            .future = i % 2 ? &ends[i] : NULL,
        };
        rc = horo_spawn(&scope, sleep_a_little, NULL, &options);
    }
    for (int i = 1; i < 5 && rc == 0; i += 2) {
        rc = horo_future_wait(&ends[i], NULL);
    }
    return horo_scope_close(&scope, rc);
}

static int tasks_of_every_size(void)
{
    return run(spawn_and_wait, NULL);
}

/* More than are queued at first, so that the queue has to grow. */
static int spawn_many(void *arg)
{
    struct horo_scope scope;
    int rc = 0;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    for (int i = 0; i < 150 && rc == 0; i++) {
        rc = horo_spawn(&scope, do_nothing, NULL,
                        &(struct horo_spawn_options){ .stack_size = 16384 });
    }
    return horo_scope_close(&scope, rc);
}

static int more_tasks_than_the_queue_holds(void)
{
    return run(spawn_many, NULL);
}

static int wait_until_set(void *arg)
{
    return horo_future_wait(arg, NULL);
}

static int set_and_be_ready(void *arg)
{
    int rc = horo_future_set(arg, arg);

    return rc < 0 ? rc : horo_started(arg);
}

/* Tasks that begin at once, or are waited for until they are ready. */
static int spawn_eagerly_and_start(void *arg)
{
    struct horo_future future;
    struct horo_future end;
    struct horo_scope scope;
    void *got = NULL;
    int rc;

    (void)arg;
    horo_future_init(&future);
    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(
        &scope, wait_until_set, &future,
        &(struct horo_spawn_options){ .future = &end, .eager = true });
    if (rc == 0) {
        rc = horo_start(&scope, set_and_be_ready, &future, NULL, &got);
        rc = rc == 0 && got != &future ? -EPROTO : rc;
    }
    if (rc == 0) {
        rc = horo_future_wait(&end, NULL);
    }
    rc = horo_scope_close(&scope, rc);
    horo_future_fini(&future);
    return rc;
}

static int tasks_that_begin_early(void)
{
    return run(spawn_eagerly_and_start, NULL);
}

/* --- time --- */

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000));
}

static int time_out(void *arg)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    (void)arg;
    (void)horo_scope_open(&outer,
                          &(struct horo_scope_options){ .timeout = HORO_S(1) });
    (void)horo_scope_open(
        &inner, &(struct horo_scope_options){ .timeout = HORO_MS(5) });
    rc = horo_spawn(&inner, sleep_for_ever, NULL, NULL);
    if (rc == 0) {
        rc = horo_sleep(HORO_MS(50));
    }
    rc = horo_scope_close(&inner, rc);
    if (rc == -ETIMEDOUT) {
        rc = horo_sleep(HORO_MS(1));
    }
    return horo_scope_close(&outer, rc);
}

static int a_scope_with_a_deadline(void)
{
    return run(time_out, NULL);
}

/* --- descriptors --- */

struct wait {
    int fd;
    short events;
};

static int wait_for_it(void *arg)
{
    const struct wait *wait = arg;
    int rc = horo_fd_wait(wait->fd, wait->events);

    return rc < 0 ? rc : 0;
}

static int write_later(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    if (rc == 0 && write(*(int *)arg, "x", 1) < 0) {
        rc = -errno;
    }
    return rc;
}

static int wait_for_pipe(void *arg)
{
    int *ends = arg;
    struct wait reads = { ends[0], POLLIN };
    struct wait writes = { ends[1], POLLOUT };
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, wait_for_it, &reads, NULL);
    if (rc == 0) {
        rc = horo_spawn(&scope, wait_for_it, &reads, NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&scope, wait_for_it, &writes, NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&scope, write_later, &ends[1], NULL);
    }
    rc = horo_scope_close(&scope, rc);
    if (rc == 0) { /* and one that is cancelled */
        char byte;

        rc = read(ends[0], &byte, 1) == 1 ? 0 : -errno;
        (void)horo_scope_open(
            &scope, &(struct horo_scope_options){ .timeout = HORO_MS(1) });
        rc = rc < 0 ? rc : wait_for_it(&reads);
        rc = horo_scope_close(&scope, rc);
        rc = rc == -ETIMEDOUT ? 0 : rc;
    }
    return rc;
}

static int waiting_for_a_pipe(void)
{
    int ends[2];
    int rc;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -errno;
    }
    rc = run(wait_for_pipe, ends);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return rc;
}

/* --- posts --- */

static void count(void *arg)
{
    ++*(int *)arg;
}

static int post_to_self(void *arg)
{
    int counted = 0;
    int rc = 0;

    (void)arg;
    for (int i = 0; i < 5 && rc == 0; i++) {
        rc = horo_loop_post(horo_loop_self(), count, &counted);
    }
    if (rc == 0) {
        rc = horo_sleep(HORO_MS(1));
    }
    return rc == 0 && counted != 5 ? -EPROTO : rc;
}

static int posts_to_oneself(void)
{
    return run(post_to_self, NULL);
}

struct bell {
    struct horo_loop *loop;
    struct horo_scope *scope;
};

static void cancel_it(void *arg)
{
    horo_scope_cancel(arg);
}

/* Without memory for a post, the program is interrupted instead. */
static void *ring(void *arg)
{
    const struct bell *bell = arg;

    if (horo_loop_post(bell->loop, cancel_it, bell->scope) < 0) {
        (void)kill(getpid(), SIGINT);
    }
    return NULL;
}

static int wait_for_the_bell(void *arg)
{
    struct horo_scope scope;
    struct bell bell = { horo_loop_self(), &scope };
    pthread_t thread;
    int rc;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    rc = pthread_create(&thread, NULL, ring, &bell) == 0 ? 0 : -EAGAIN;
    if (rc == 0) {
        rc = horo_sleep(INT64_MAX);
        (void)pthread_join(thread, NULL);
    }
    (void)horo_scope_close(&scope, rc);
    return rc == -ECANCELED ? 0 : rc;
}

static int a_post_from_a_thread(void)
{
    return run(wait_for_the_bell, NULL);
}

/* --- callbacks, watches, the loop as an object --- */

struct floor {
    struct horo_loop *loop;
    struct horo_callback soon;
    struct horo_callback later;
    struct horo_watch *watch;
    int ends[2];
    int result;
};

static void read_and_stop(void *arg, int events)
{
    struct floor *floor = arg;
    char byte;

    if (events < 0) {
        floor->result = events;
    } else if (read(floor->ends[0], &byte, 1) != 1) {
        floor->result = -errno;
    }
    (void)horo_loop_stop(floor->loop);
}

static void write_it(void *arg)
{
    struct floor *floor = arg;

    if (write(floor->ends[1], "x", 1) < 0) {
        floor->result = -errno;
        (void)horo_loop_stop(floor->loop);
    }
}

static void watch_it(void *arg)
{
    struct floor *floor = arg;
    int rc = horo_watch_fd(floor->ends[0], POLLIN, read_and_stop, floor,
                           &floor->watch);

    if (rc == 0) {
        rc = horo_call_later(&floor->later, HORO_MS(1), write_it, floor);
    }
    if (rc < 0) {
        floor->result = rc;
        (void)horo_loop_stop(floor->loop);
    }
}

static int run_the_floor(struct floor *floor)
{
    struct horo_scope *scope = horo_loop_scope(floor->loop);
    int rc = horo_spawn(scope, sleep_for_ever, NULL, NULL);

    if (rc == 0) {
        rc = horo_call_soon(&floor->soon, watch_it, floor);
    }
    if (rc == 0) {
        rc = horo_loop_run_forever(floor->loop);
    }
    horo_unwatch(&floor->watch);
    if (rc == 0) { /* once more, with another left behind */
        rc = horo_loop_run(floor->loop, sleep_a_little, NULL);
    }
    if (rc == 0) {
        rc = horo_watch_fd(floor->ends[0], POLLIN, read_and_stop, floor,
                           &floor->watch);
    }
    return rc < 0 ? rc : floor->result;
}

static int callbacks_on_a_loop_that_is_stopped(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    struct floor floor = { 0 };
    int rc;

    if (pipe2(floor.ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -errno;
    }
    rc = horo_loop_create(&options, &floor.loop);
    if (rc == 0) {
        rc = run_the_floor(&floor);
    }
    (void)horo_loop_destroy(&floor.loop);
    (void)close(floor.ends[0]);
    (void)close(floor.ends[1]);
    return rc;
}

int main(void)
{
    SWEEP(an_empty_loop, EMFILE);
    SWEEP(tasks_of_every_size, EMFILE);
    SWEEP(tasks_that_begin_early, EMFILE);
    SWEEP(more_tasks_than_the_queue_holds, EMFILE);
    SWEEP(a_scope_with_a_deadline, EMFILE);
    SWEEP(waiting_for_a_pipe, EMFILE);
    SWEEP(posts_to_oneself, EMFILE);
    SWEEP(callbacks_on_a_loop_that_is_stopped, EMFILE);
    /* ThreadSanitizer loses a signal of a thread that ends. */
    if (!HARNESS_TSAN && !skip_if_deaf()) {
        SWEEP(a_post_from_a_thread, EMFILE, ECANCELED);
    }
    sweep_report();
    return tap_end();
}
