/* Stories that every structured runtime has had to decide, by the names under
 * which they are discussed. Most are trio's; where asyncio ends differently,
 * a comment says so. */
#include <sys/socket.h>

#include "core/wait.h"
#include "harness.h"

static const struct horo_scope_options shielded = { .shield = true,
                                                    .timeout = HORO_S(1000) };

static void open_with_timeout(struct horo_scope *scope, horo_time timeout)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .timeout = timeout }),
               0);
}

/* --- timers: ten of one moment fire in order (asyncio shuffles them) --- */

static int sleep_and_note(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(100)), 0);
    note("%d", *(int *)arg);
    return 0;
}

static void timers(void)
{
    static int numbers[10];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 10; i++) {
        numbers[i] = i;
        CHECK_CODE(horo_spawn(&scope, sleep_and_note, &numbers[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("0 1 2 3 4 5 6 7 8 9");
}

static int sleep_an_hour(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(3600));
}

static void timers_cancelled_in_thousands(void)
{
    size_t count = scaled(10000, 1000);
    horo_time began = horo_now();
    struct horo_loop_stats stats;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (size_t i = 0; i < count; i++) {
        CHECK_CODE(horo_spawn(&scope, sleep_an_hour, NULL, NULL), 0);
    }
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, count);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.timers_live, 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
}

/* --- sleep0_swap: two tasks take turns at sleep(0) --- */

static int step_around_sleep(void *arg)
{
    note("%s1", (const char *)arg);
    CHECK_CODE(horo_sleep(0), 0);
    note("%s2", (const char *)arg);
    return 0;
}

static void sleep0_swap(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, step_around_sleep, "foo", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, step_around_sleep, "bar", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("foo1 bar1 foo2 bar2");
}

/* --- precancelled: the body starts, and is told at its first wait (asyncio
 * never starts it, so that nobody frees its argument) --- */

static int own_the_argument(void *arg)
{
    *(bool *)arg = true; /* as free() would */
    CHECK_CODE(horo_sleep(0), -ECANCELED);
    return -ECANCELED;
}

static void precancelled(void)
{
    bool is_freed = false;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_spawn(&scope, own_the_argument, &is_freed, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK(is_freed);
}

/* --- self_cancel: a task that cancels its scope and ends without waiting has
 * succeeded (asyncio: cancelled) --- */

static int cancel_own_scope_and_return_5(void *arg)
{
    (void)arg;
    horo_scope_cancel(horo_scope_self());
    return 5;
}

static void self_cancel(void)
{
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(
        horo_spawn(&scope, cancel_own_scope_and_return_5, NULL, &options), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), 5);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 5), 5);
}

/* --- swallow: who ignores the news gets it again, at once --- */

static int swallow_it(void *arg)
{
    horo_time cancelled_at;

    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(100)), -ECANCELED);
    cancelled_at = horo_now();
    for (int i = 0; i < 10; i++) {
        CHECK_CODE(horo_sleep(HORO_S(100)), -ECANCELED);
    }
    CHECK_NUMBER(horo_now(), cancelled_at);
    return 0;
}

static void swallow(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, swallow_it, NULL, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* --- timeout_swallow: ignoring a timeout neither buys time nor hides it --- */

static void timeout_swallow(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_with_timeout(&scope, HORO_MS(10));
    CHECK_CODE(horo_sleep(HORO_MS(50)), -ECANCELED);
    CHECK_CODE(horo_sleep(HORO_MS(50)), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

/* --- timeout_vs_cancel: in one turn of the loop --- */

static int cancel_in_ten(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(arg);
    return 0;
}

/* An outer cancel in the turn of an inner deadline: cancelled. */
static void timeout_vs_cancel(void)
{
    struct horo_scope other;
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_spawn(&other, cancel_in_ten, &outer, NULL), 0);
    CHECK_CODE(horo_yield(), 0); /* its sleep is armed before our deadline */
    open_with_timeout(&inner, HORO_MS(10));
    rc = horo_sleep(HORO_S(1));
    CHECK_CODE(rc, -ECANCELED);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, rc), -ECANCELED);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

/* --- nested_timeouts --- */

static void nested_timeouts(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_MS(20));
    rc = horo_sleep(HORO_S(1));
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!horo_scope_timed_out(&inner));
    rc = horo_scope_close(&outer, rc);
    CHECK_CODE(rc, -ETIMEDOUT);
    CHECK(horo_scope_timed_out(&outer));
}

static void nested_timeouts_both_overdue(void)
{
    struct horo_scope outer;
    struct horo_scope inner;
    struct horo_scope busy;
    int rc;

    open_with_timeout(&outer, HORO_MS(20));
    open_with_timeout(&inner, HORO_MS(10));
    CHECK_CODE(horo_scope_open(&busy, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_MS(30)), 0);
    CHECK_CODE(horo_scope_close(&busy, 0), 0);
    rc = horo_yield();
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK(!horo_scope_timed_out(&inner));
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
}

/* --- shield_scope --- */

static void shield_scope(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    CHECK_CODE(horo_scope_set_shield(&inner, false), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), -ECANCELED);
    CHECK_CODE(horo_scope_set_shield(&inner, true), 0);
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    horo_scope_cancel(&inner);
    CHECK_CODE(horo_sleep(HORO_MS(10)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&inner, -ECANCELED), -ECANCELED); /* caught */
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
}

/* --- late_shield: a shield raised while the news already travels does not
 * hide it from the scope that it is for --- */

static int raise_shield_in_ten(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
    CHECK_CODE(horo_scope_set_shield(arg, true), 0);
    return 0;
}

static void late_shield(void)
{
    struct horo_scope other;
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(horo_scope_open(&other, NULL), 0);
    CHECK_CODE(horo_spawn(&other, raise_shield_in_ten, &inner, NULL), 0);
    CHECK_CODE(horo_yield(), 0); /* it will run between the news and us */
    open_with_timeout(&outer, HORO_MS(10));
    open_with_timeout(&inner, HORO_S(1000));
    rc = horo_sleep(HORO_S(1));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&outer, rc), -ETIMEDOUT);
    CHECK_CODE(horo_scope_close(&other, 0), 0);
}

static void late_shield_alone(void)
{
    struct horo_scope outer;
    struct horo_scope inner;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_open(&inner, &shielded), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&inner, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), 0); /* it interrupted nothing */
    CHECK_CODE(horo_yield(), 0);
}

/* --- slow_abort: a wait that cannot end at once is interrupted once, and
 * says so though a shield has gone up meanwhile --- */

static struct horo_task *waiter;
static struct horo_future waiter_end;
static int aborts;

static void count_abort(struct horo_task *task)
{
    CHECK(task == waiter);
    aborts++;
}

static int cancel_twice_then_finish(void *arg)
{
    struct horo_scope *inner = arg;

    for (int i = 0; i < 3; i++) {
        horo_scope_cancel(inner->parent);
        CHECK_CODE(horo_future_cancel(&waiter_end), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    CHECK_NUMBER(aborts, 1);
    CHECK_CODE(horo_scope_set_shield(inner, true), 0);
    horo__wake(waiter, -ECANCELED);
    return 0;
}

static const struct horo__wait_kind slow = { "slow", count_abort, NULL };

static int wait_slowly(void *arg)
{
    struct horo_scope outer;
    struct horo_scope inner;
    int rc;

    waiter = horo_task_self();
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    open_with_timeout(&inner, HORO_S(1000));
    CHECK_CODE(horo_spawn(arg, cancel_twice_then_finish, &inner, NULL), 0);
    rc = horo__wait(&slow, NULL);
    CHECK_CODE(rc, -ECANCELED);
    rc = horo_scope_close(&inner, rc);
    CHECK_CODE(rc, -ECANCELED);
    return horo_scope_close(&outer, rc);
}

static void slow_abort(void)
{
    struct horo_spawn_options options = { .future = &waiter_end };
    struct horo_scope scope;

    aborts = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_slowly, &scope, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(aborts, 1);
}

/* --- tg_child_error: the group ends when the slowest cleanup has --- */

static int fail_in_a_second(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    return -EIO;
}

static int clean_up_for_a_second(void *arg)
{
    struct horo_scope cleanup;
    int rc = horo_sleep(HORO_S(1000));

    (void)arg;
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&cleanup, 0), 0);
    return rc;
}

static void tg_child_error(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, fail_in_a_second, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, clean_up_for_a_second, NULL, NULL), 0);
    rc = horo_sleep(HORO_S(1000));
    CHECK_CODE(horo_scope_close(&scope, rc), -EIO);
    CHECK_NUMBER(horo_now() - began, HORO_S(2));
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
}

/* --- tg_outer_timeout: a cancelled group whose cleanup outlasts the timeout
 * around it: the timeout is still told --- */

static void tg_outer_timeout(void)
{
    horo_time began = horo_now();
    struct horo_scope timeout;
    struct horo_scope group;
    int rc;

    open_with_timeout(&timeout, HORO_S(0.5));
    CHECK_CODE(horo_scope_open(&group, NULL), 0);
    CHECK_CODE(horo_spawn(&group, clean_up_for_a_second, NULL, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(0.1)), 0);
    horo_scope_cancel(&group);
    CHECK_CODE(horo_scope_close(&group, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_S(1.1));
    rc = horo_yield(); /* the first wait after it */
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&timeout, rc), -ETIMEDOUT);
}

/* --- inline_vs_spawn: calling runs at once, spawning runs later, and what was
 * only made ready to run has not run, which can be asked --- */

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static void inline_vs_spawn(void)
{
    struct horo_generator *never;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_generator_create(note_name, "co_1", NULL, &never), 0);
    CHECK_CODE(note_name("co_2"), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "co_3", NULL), 0);
    note("main");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("co_2 main co_3");
    CHECK_CODE(horo_generator_close(never), 0);
    CHECK_CODE(horo_generator_result(never), -ECANCELED);
    CHECK_CODE(horo_generator_destroy(&never), 0);
    CHECK_NOTES("");
}

/* --- queue: an item for a getter that is cancelled is for the next one;
 * a shut queue is emptied first, or dropped at once --- */

struct getter {
    struct horo_channel *queue;
    struct horo_future done;
    int item;
};

static int get(void *arg)
{
    struct getter *getter = arg;

    return horo_channel_receive(getter->queue, &getter->item);
}

static int put(void *arg)
{
    return horo_channel_send(arg, &(int){ 3 });
}

static int join(void *arg)
{
    int rc = horo_channel_join(arg);

    note("joined");
    return rc;
}

static void open_queue(struct horo_channel *queue)
{
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = 2 };

    CHECK_CODE(horo_channel_init(queue, &options), 0);
}

static void cancel_a_getter_just_woken(struct horo_channel *queue)
{
    struct getter getters[2] = { { .queue = queue }, { .queue = queue } };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct horo_spawn_options options = { .future = &getters[i].done };

        CHECK_CODE(horo_spawn(&scope, get, &getters[i], &options), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_channel_try_send(queue, &(int){ 7 }), 0);
    CHECK_CODE(horo_future_cancel(&getters[0].done), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_future_result(&getters[0].done, NULL), -ECANCELED);
    CHECK_CODE(horo_future_result(&getters[1].done, NULL), 0);
    CHECK_NUMBER(getters[1].item, 7);
    CHECK_CODE(horo_channel_done(queue), 0);
}

/* Fills the queue, with one to put more and one to join; shuts it by `shut`. */
static void shut_a_full_queue(struct horo_channel *queue,
                              int (*shut)(struct horo_channel *queue),
                              int drained)
{
    struct horo_future putter;
    struct horo_spawn_options options = { .future = &putter };
    struct horo_scope scope;
    int item;

    CHECK_CODE(horo_scope_open(
                   &scope, &(struct horo_scope_options){ .keep_going = true }),
               0);
    CHECK_CODE(horo_channel_try_send(queue, &(int){ 1 }), 0);
    CHECK_CODE(horo_channel_try_send(queue, &(int){ 2 }), 0);
    CHECK_CODE(horo_spawn(&scope, put, queue, &options), 0);
    CHECK_CODE(horo_spawn(&scope, join, queue, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(shut(queue), 0);
    CHECK_CODE(horo_future_wait(&putter, NULL), -ESHUTDOWN);
    for (int i = 1; i <= drained; i++) {
        CHECK_CODE(horo_channel_receive(queue, &item), 0);
        CHECK_NUMBER(item, i);
        CHECK_NOTES("");
        CHECK_CODE(horo_channel_done(queue), 0);
    }
    CHECK_CODE(horo_channel_receive(queue, &item), -ESHUTDOWN);
    CHECK_CODE(horo_scope_close(&scope, 0), -ESHUTDOWN); /* the putter's */
    CHECK_NOTES("joined");
}

static void queue(void)
{
    struct horo_channel channel;

    open_queue(&channel);
    cancel_a_getter_just_woken(&channel);
    shut_a_full_queue(&channel, horo_channel_close, 2);
    horo_channel_fini(&channel);
    open_queue(&channel);
    shut_a_full_queue(&channel, horo_channel_abort, 0);
    horo_channel_fini(&channel);
}

/* --- stream_edges: what came before the end is not lost, nor what is too
 * long. There are no watermarks: a write itself waits until the kernel has
 * taken everything, and our own memory holds nothing of it --- */

enum { FLOOD = 1 << 20 }; /* more than the kernel takes */

static char flood[FLOOD];

static int write_flood(void *arg)
{
    ssize_t written = horo_stream_write(arg, flood, sizeof flood);

    note("written");
    return written == FLOOD ? 0 : (int)written;
}

static void open_both(struct horo_stream *ret_ends[2])
{
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_stream_open_fd(fds[i], &ret_ends[i]), 0);
    }
}

static void a_writer_waits_for_its_reader(struct horo_stream *ends[2])
{
    static char bytes[64 << 10];
    struct horo_scope scope;
    ssize_t left = FLOOD;
    ssize_t got = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_flood, ends[0], NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("");
    while (left > 0 && got > 0) {
        got = horo_stream_read(ends[1], bytes, sizeof bytes);
        left -= got;
    }
    CHECK_NUMBER(left, 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("written");
}

/* The reader has no line end within what it accepts. */
static void a_line_is_too_long(struct horo_stream *ends[2])
{
    static char line[70 << 10];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_flood, ends[0], NULL), 0);
    CHECK_CODE(horo_stream_read_until(ends[1], line, sizeof line, "\n"),
               -HORO_EOVERRUN);
    for (int i = 0; i < FLOOD / (64 << 10); i++) {
        CHECK_CODE(horo_stream_read_exact(ends[1], line, 64 << 10), 64 << 10);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("written");
}

static void stream_edges(void)
{
    struct horo_stream *ends[2] = { NULL, NULL };
    char bytes[10];

    open_both(ends);
    a_line_is_too_long(ends);
    a_writer_waits_for_its_reader(ends);
    CHECK_CODE(horo_stream_write(ends[0], "four", 4), 4);
    CHECK_CODE(horo_stream_shutdown(ends[0]), 0);
    CHECK_CODE(horo_stream_read_exact(ends[1], bytes, 10), -HORO_EINCOMPLETE);
    CHECK_CODE(horo_stream_read(ends[1], bytes, 10), 4);
    CHECK_BYTES(bytes, "four", 4);
    horo_stream_close(&ends[0]);
    horo_stream_close(&ends[1]);
}

int main(void)
{
    RUN_IN_LOOP(inline_vs_spawn);
    RUN_IN_LOOP(timers);
    RUN_IN_LOOP(timers_cancelled_in_thousands);
    RUN_IN_LOOP(sleep0_swap);
    RUN_IN_LOOP(precancelled);
    RUN_IN_LOOP(self_cancel);
    RUN_IN_LOOP(swallow);
    RUN_IN_LOOP(timeout_swallow);
    RUN_IN_LOOP(timeout_vs_cancel);
    RUN_IN_LOOP(nested_timeouts);
    RUN_IN_LOOP(nested_timeouts_both_overdue);
    RUN_IN_LOOP(shield_scope);
    RUN_IN_LOOP(late_shield);
    RUN_IN_LOOP(late_shield_alone);
    RUN_IN_LOOP(slow_abort);
    RUN_IN_LOOP(tg_child_error);
    RUN_IN_LOOP(tg_outer_timeout);
    RUN_IN_LOOP(queue);
    RUN_IN_LOOP(stream_edges);
    return tap_end();
}
