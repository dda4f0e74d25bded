/* Tasks that begin before their parent goes on: eager ones, and those that
 * report when they are ready. */
#include <sys/socket.h>

#include "core/wait.h"
#include "harness.h"

static const struct horo_spawn_options eagerly = { .eager = true };

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static void note_it(void *arg)
{
    note("%s", (const char *)arg);
}

static int note_around_yield(void *arg)
{
    int rc;

    note("%s1", (const char *)arg);
    rc = horo_yield();
    note("%s2", (const char *)arg);
    return rc;
}

static void take_turns(void)
{
    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
}

/* --- eager --- */

static void an_eager_task_runs_to_its_first_suspension_at_once(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "queued", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_around_yield, "a", &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_spawn(&scope, note_name, "b", &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a1 parent b parent queued a2");
}

static void the_future_of_an_eager_task_may_be_done_at_once(void)
{
    struct horo_future ends[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "a",
                          &(struct horo_spawn_options){ .future = &ends[0],
                                                        .eager = true }),
               0);
    CHECK_NUMBER(horo_future_state(&ends[0]), HORO_FUTURE_DONE);
    CHECK_CODE(horo_spawn(&scope, note_around_yield, "b",
                          &(struct horo_spawn_options){ .future = &ends[1],
                                                        .eager = true }),
               0);
    CHECK_NUMBER(horo_future_state(&ends[1]), HORO_FUTURE_RUNNING);
    CHECK_CODE(horo_future_wait(&ends[1], NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a b1 b2");
}

static int spawn_eagerly(void *arg)
{
    struct horo_scope *scope = arg;

    note("child");
    CHECK_CODE(horo_spawn(scope, note_around_yield, "a", &eagerly), 0);
    note("child");
    CHECK_CODE(horo_spawn(scope, note_name, "b", &eagerly), 0);
    CHECK_CODE(horo_yield(), 0);
    note("child");
    return 0;
}

static void eager_tasks_may_have_eager_tasks(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, spawn_eagerly, &scope, &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("child a1 child b parent a2 child");
}

/* Beyond the number of tasks that the loop runs in a turn. */
static void many_eager_tasks_all_run_at_once(void)
{
    struct horo_scope scope;
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    int bad = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_loop_stats(&before), 0);
    for (int i = 0; i < 300; i++) {
        bad += horo_spawn(&scope, note_around_yield, "x", &eagerly) != 0;
        bad += strcmp(take_notes(), "x1") != 0;
    }
    CHECK_CODE(horo_loop_stats(&after), 0);
    CHECK_NUMBER(bad, 0);
    CHECK_NUMBER(after.turns, before.turns);
    CHECK_NUMBER(after.tasks_live - before.tasks_live, 300);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    (void)take_notes();
}

static int go_on_politely(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++) {
        horo__wait_politely();
        note("%d", i);
    }
    return 0;
}

static void what_need_not_wait_does_not_end_the_eagerness(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, go_on_politely, NULL, &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("0 1 2 3 4 parent");
}

static int send_bytes(void *arg)
{
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_stream_write(arg, "x", 1), 1);
    }
    note("sent");
    return 0;
}

/* The ring answers none at once. */
static void operations_that_need_not_wait_do_not_end_the_eagerness(void)
{
    bool is_ring = strcmp(horo_loop_backend(horo_loop_self()), "uring") == 0;
    struct horo_stream *ends[2];
    int fds[2];
    struct horo_scope scope;

    CHECK_NUMBER(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_stream_open_fd(fds[i], &ends[i]), 0);
    }
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, send_bytes, ends[0], &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES(is_ring ? "parent sent" : "sent parent");
    for (int i = 0; i < 2; i++) {
        horo_stream_close(&ends[i]);
    }
}

static int ask_for_a_call(void *arg)
{
    CHECK_CODE(horo_call_soon(arg, note_it, "call"), 0);
    note("asked");
    return 0;
}

/* It comes neither before horo_spawn() returns nor behind those who became
 * ready after it was asked for. */
static void a_callback_keeps_its_place_though_an_eager_task_asked_for_it(void)
{
    struct horo_scope scope;
    struct horo_callback call = { 0 };

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "before", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, ask_for_a_call, &call, &eagerly), 0);
    note("parent");
    CHECK_CODE(horo_spawn(&scope, note_name, "after", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("asked parent before call after");
}

static void try_to_be_eager(void *arg)
{
    CHECK_CODE(horo_spawn(arg, note_name, "never", &eagerly), -HORO_ENOTASK);
    note("tried");
}

static void a_callback_cannot_be_eager(void)
{
    struct horo_callback call = { 0 };

    CHECK_CODE(horo_call_soon(&call, try_to_be_eager, horo_scope_self()), 0);
    take_turns();
    CHECK_NOTES("tried");
}

static int note_yield(void *arg)
{
    (void)arg;
    note("%d", horo_yield());
    return 0;
}

static void an_eager_task_of_a_cancelled_scope_is_told_at_once(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_spawn(&scope, note_yield, NULL, &eagerly), 0);
    CHECK_NOTES("-125");
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static int fail(void *arg)
{
    (void)arg;
    return -EIO;
}

static void the_failure_of_an_eager_task_is_felt_at_once(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, fail, NULL, &eagerly), 0);
    CHECK(horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_yield(), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static int stop_the_loop(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_loop_stop(horo_loop_self()), 0);
    return horo_yield();
}

static int have_the_loop_stopped(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_spawn(horo_scope_self(), stop_the_loop, NULL, &eagerly), 0);
    note("stopping");
    CHECK_CODE(horo_yield(), 0);
    note("again");
    return 0;
}

static void an_eager_task_can_stop_the_loop(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    struct horo_loop *loop = NULL;

    CHECK_CODE(horo_loop_create(&options, &loop), 0);
    CHECK_CODE(
        horo_spawn(horo_loop_scope(loop), have_the_loop_stopped, NULL, NULL),
        0);
    CHECK_CODE(horo_spawn(horo_loop_scope(loop), note_name, "other", NULL), 0);
    CHECK_CODE(horo_loop_run_forever(loop), 0);
    note("stopped");
    CHECK_CODE(horo_loop_destroy(&loop), 0);
    CHECK_NOTES("stopping other stopped again");
}

/* --- start --- */

static int value;

/* One way to start. */
struct service {
    horo_time start_up; /* before it is ready */
    horo_time work;     /* after that */
    horo_time clean_up; /* shielded, when cancelled */
    int result;
    bool never_ready;
    bool insist; /* on being ready, though cancelled */
};

static void clean_up(horo_time duration)
{
    struct horo_scope shield;

    CHECK_CODE(horo_scope_open(&shield,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_S(1000) }),
               0);
    CHECK_CODE(horo_sleep(duration), 0);
    CHECK_CODE(horo_scope_close(&shield, 0), 0);
}

static int serve(void *arg)
{
    const struct service *service = arg;
    int rc = horo_sleep(service->start_up);

    if (rc < 0) {
        note("told");
        if (service->clean_up) {
            clean_up(service->clean_up);
        }
    }
    if (service->never_ready || (rc < 0 && !service->insist)) {
        return rc < 0 ? rc : service->result;
    }
    CHECK_CODE(horo_started(&value), 0);
    rc = horo_sleep(service->work);
    note("%s", rc < 0 ? "cancelled" : "done");
    return rc < 0 ? rc : service->result;
}

/* Starts a service and notes when that returned. */
static int start_noting(struct horo_scope *scope, struct service *service)
{
    void *got = NULL;
    horo_time began = horo_now();
    int rc = horo_start(scope, serve, service, NULL, &got);

    CHECK(got == (rc == 0 ? &value : NULL));
    note("%d@%d", rc, (int)((horo_now() - began) / HORO_MS(1)));
    return rc;
}

static void start_returns_when_the_task_is_ready(void)
{
    struct service service = { .start_up = HORO_MS(5), .work = HORO_MS(7) };
    horo_time began = horo_now();
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    (void)start_noting(&scope, &service);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(horo_now() - began, HORO_MS(12));
    CHECK_NOTES("0@5 done");
}

static void a_task_that_fails_first_fails_its_starter_and_nobody_else(void)
{
    struct service service = { .never_ready = true, .result = -EIO };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_noting(&scope, &service), -EIO);
    CHECK(!horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("-5@0");
}

static void a_task_that_is_never_ready_is_an_error(void)
{
    struct service service = { .never_ready = true, .result = 3 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_noting(&scope, &service), -HORO_EINVALIDSTATE);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    (void)take_notes();
}

static void a_task_that_fails_later_fails_its_scope(void)
{
    struct service service = { .work = HORO_MS(1), .result = -EIO };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_noting(&scope, &service), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
    CHECK_NOTES("0@0 done");
}

static int start_within_ten_milliseconds(struct horo_scope *scope,
                                         struct service *service)
{
    struct horo_scope limit;
    int rc;

    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_MS(10) }),
        0);
    rc = start_noting(scope, service);
    return horo_scope_close(&limit, rc);
}

static void a_cancelled_starter_cancels_the_task_and_awaits_it(void)
{
    struct service service = { .start_up = HORO_S(100),
                               .clean_up = HORO_MS(20) };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_within_ten_milliseconds(&scope, &service), -ETIMEDOUT);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("told -125@30");
}

/* Both are told; the task is ready all the same, and nothing is lost. */
static void a_task_may_be_ready_though_its_starter_was_cancelled(void)
{
    struct service service = { .start_up = HORO_S(100),
                               .clean_up = HORO_MS(20),
                               .insist = true,
                               .work = HORO_MS(50) };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_within_ten_milliseconds(&scope, &service), -ETIMEDOUT);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("told 0@30 done");
}

static void a_task_that_is_ready_is_free_of_its_starters_deadline(void)
{
    struct service service = { .start_up = HORO_MS(5), .work = HORO_MS(50) };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(start_within_ten_milliseconds(&scope, &service), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("0@5 done");
}

static void a_cancelled_scope_reaches_the_task_once_it_is_ready(void)
{
    struct service service = { .start_up = HORO_MS(5), .work = HORO_S(50) };
    horo_time began = horo_now();
    struct horo_scope outer;
    struct horo_scope shield;

    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    CHECK_CODE(horo_scope_open(&shield,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_S(1000) }),
               0);
    horo_scope_cancel(&outer);
    CHECK_CODE(start_noting(&outer, &service), 0);
    CHECK_CODE(horo_scope_close(&shield, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    CHECK_NOTES("cancelled 0@5");
}

struct starter {
    struct horo_scope *scope;
    struct service service;
};

static int start_from_outside(void *arg)
{
    struct starter *starter = arg;

    return start_noting(starter->scope, &starter->service);
}

/* Whether the task gets ready or not. */
static void a_scope_does_not_close_while_a_start_is_under_way(void)
{
    for (int fails = 0; fails < 2; fails++) {
        struct horo_scope outer;
        struct horo_scope scope;
        struct starter starter = {
            .scope = &scope,
            .service = { .start_up = HORO_MS(5),
                         .work = HORO_MS(5),
                         .never_ready = fails,
                         .result = fails ? -ENOENT : 0 },
        };
        horo_time began = horo_now();

        CHECK_CODE(
            horo_scope_open(&outer,
                            &(struct horo_scope_options){ .keep_going = true }),
            0);
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&outer, start_from_outside, &starter, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_NUMBER(horo_now() - began, fails ? HORO_MS(5) : HORO_MS(10));
        CHECK_CODE(horo_scope_close(&outer, 0), fails ? -ENOENT : 0);
        CHECK_NOTES(fails ? "-2@5" : "0@5 done");
    }
}

/* The stack of horo_start() is written over while the task goes on. */
static void overwrite_the_stack(void)
{
    volatile char bytes[2048];

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)0xff;
    }
}

static void a_future_follows_the_task_to_its_end(void)
{
    for (int with = 0; with < 2; with++) {
        struct service service = { .work = HORO_MS(5), .result = 4 };
        struct horo_future end;
        struct horo_spawn_options options = { .future = with ? &end : NULL };
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_start(&scope, serve, &service, &options, NULL), 0);
        overwrite_the_stack();
        if (with) {
            CHECK_NUMBER(horo_future_state(&end), HORO_FUTURE_RUNNING);
            CHECK_CODE(horo_future_wait(&end, NULL), 4);
        }
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_NOTES("done");
    }
}

static void cancel_future(void *arg)
{
    CHECK_CODE(horo_future_cancel(arg), 0);
}

static void a_task_cancelled_before_it_is_ready_was_cancelled(void)
{
    struct service service = { .start_up = HORO_S(100) };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_callback call = { 0 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_call_later(&call, HORO_MS(5), cancel_future, &end), 0);
    CHECK_CODE(horo_start(&scope, serve, &service, &options, NULL), -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("told");
}

static int be_ready_from_within(void *arg)
{
    struct horo_scope *scope = arg;
    struct horo_scope inner;
    int rc;

    CHECK_CODE(
        horo_scope_open(&inner,
                        &(struct horo_scope_options){ .timeout = HORO_MS(50) }),
        0);
    CHECK_CODE(horo_spawn(&inner, note_yield, NULL, NULL), 0);
    CHECK_CODE(horo_started(NULL), 0);
    CHECK(!horo_scope_is_cancelled(&inner));
    CHECK_CODE(horo_yield(), 0);
    horo_scope_cancel(scope);
    CHECK(horo_scope_is_cancelled(&inner));
    rc = horo_yield();
    return horo_scope_close(&inner, rc);
}

/* Its scopes and tasks move with it. */
static void a_task_may_be_ready_inside_scopes_of_its_own(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_start(&scope, be_ready_from_within, &scope, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("0");
}

static int be_ready_at_once(void *arg)
{
    CHECK_CODE(horo_started(arg), 0);
    return horo_yield();
}

static void an_eager_start_need_not_wait(void)
{
    struct horo_scope scope;
    void *got = NULL;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "other", NULL), 0);
    CHECK_CODE(horo_start(&scope, be_ready_at_once, &value, &eagerly, &got), 0);
    note("ready");
    CHECK(got == &value);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("ready other");
}

/* --- misuse --- */

static int be_ready_twice(void *arg)
{
    (void)arg;
    CHECK_CODE(horo_started(&value), 0);
    CHECK_CODE(horo_started(NULL), -HORO_EINVALIDSTATE);
    return 0;
}

static void a_task_is_ready_once(void)
{
    struct horo_scope scope;
    void *got = NULL;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_start(&scope, be_ready_twice, NULL, NULL, &got), 0);
    CHECK(got == &value);
    CHECK_CODE(horo_spawn(&scope, be_ready_twice, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void a_start_in_the_wrong_place_starts_nothing(void)
{
    struct horo_scope scope;
    struct horo_scope closed = { 0 };
    void *got = &closed;

    CHECK_CODE(horo_start(&closed, note_name, "never", NULL, &got), -ESHUTDOWN);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_start(&scope, note_name, "never",
                          &(struct horo_spawn_options){ .stack_size = 1 << 24 },
                          &got),
               -EINVAL);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_start(&scope, note_name, "never", NULL, &got), -ECANCELED);
    CHECK(got == &closed);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("");
}

static void outside_a_task_nothing_starts(void)
{
    struct horo_scope scope = { 0 };

    CHECK_CODE(horo_start(&scope, note_name, "never", NULL, NULL),
               -HORO_ENOTASK);
    CHECK_CODE(horo_started(NULL), -HORO_ENOTASK);
}

int main(void)
{
    RUN_IN_LOOP(an_eager_task_runs_to_its_first_suspension_at_once);
    RUN_IN_LOOP(the_future_of_an_eager_task_may_be_done_at_once);
    RUN_IN_LOOP(eager_tasks_may_have_eager_tasks);
    RUN_IN_LOOP(many_eager_tasks_all_run_at_once);
    RUN_IN_LOOP(what_need_not_wait_does_not_end_the_eagerness);
    RUN_IN_LOOP(operations_that_need_not_wait_do_not_end_the_eagerness);
    RUN_IN_LOOP(a_callback_keeps_its_place_though_an_eager_task_asked_for_it);
    RUN_IN_LOOP(a_callback_cannot_be_eager);
    RUN_IN_LOOP(an_eager_task_of_a_cancelled_scope_is_told_at_once);
    RUN_IN_LOOP(the_failure_of_an_eager_task_is_felt_at_once);
    RUN(an_eager_task_can_stop_the_loop);
    RUN_IN_LOOP(start_returns_when_the_task_is_ready);
    RUN_IN_LOOP(a_task_that_fails_first_fails_its_starter_and_nobody_else);
    RUN_IN_LOOP(a_task_that_is_never_ready_is_an_error);
    RUN_IN_LOOP(a_task_that_fails_later_fails_its_scope);
    RUN_IN_LOOP(a_cancelled_starter_cancels_the_task_and_awaits_it);
    RUN_IN_LOOP(a_task_may_be_ready_though_its_starter_was_cancelled);
    RUN_IN_LOOP(a_task_that_is_ready_is_free_of_its_starters_deadline);
    RUN_IN_LOOP(a_cancelled_scope_reaches_the_task_once_it_is_ready);
    RUN_IN_LOOP(a_scope_does_not_close_while_a_start_is_under_way);
    RUN_IN_LOOP(a_future_follows_the_task_to_its_end);
    RUN_IN_LOOP_ONCE(a_task_cancelled_before_it_is_ready_was_cancelled,
                     "leaves what it got");
    RUN_IN_LOOP(a_task_may_be_ready_inside_scopes_of_its_own);
    RUN_IN_LOOP(an_eager_start_need_not_wait);
    RUN_IN_LOOP(a_task_is_ready_once);
    RUN_IN_LOOP(a_start_in_the_wrong_place_starts_nothing);
    RUN(outside_a_task_nothing_starts);
    return tap_end();
}
