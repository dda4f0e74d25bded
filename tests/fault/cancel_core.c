/* Tasks, scopes, callbacks and generators, cancelled at every suspension point:
 * all that has begun ends, and cleans up. */
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "cancel.h"
#include "harness.h"

static int held; /* by those who have begun and not cleaned up */

/* --- scopes --- */

/* Cleans up in its own time, shielded. */
static int hold_a_while(void *arg)
{
    struct horo_scope_options shielded = { .shield = true,
                                           .timeout = HORO_S(1) };
    struct horo_scope cleanup;
    int rc;

    (void)arg;
    held++;
    rc = horo_sleep(HORO_MS(2));
    CHECK_CODE(horo_scope_open(&cleanup, &shielded), 0);
    (void)horo_sleep(HORO_MS(1));
    (void)horo_scope_close(&cleanup, 0);
    held--;
    return rc;
}

static int spawn_more(void *arg)
{
    int depth = *(int *)arg - 1;
    struct horo_scope scope;
    int rc = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = horo_spawn(&scope, depth > 0 ? spawn_more : hold_a_while, &depth,
                        &(struct horo_spawn_options){ .eager = i == 1 });
    }
    rc = rc < 0 ? rc : horo_yield();
    return horo_scope_close(&scope, rc);
}

static int a_tree_of_tasks(void)
{
    int depth = 2;
    int rc;

    held = 0;
    rc = spawn_more(&depth);
    CHECK_NUMBER(held, 0);
    return rc;
}

static int hold_with_limit(void)
{
    struct horo_scope_options options = { .timeout = HORO_MS(1) };
    struct horo_scope limit;
    int rc;

    CHECK_CODE(horo_scope_open(&limit, &options), 0);
    rc = horo_spawn(&limit, hold_a_while, NULL, NULL);
    rc = horo_scope_close(&limit, rc);
    return rc == -ETIMEDOUT ? 0 : rc;
}

static int a_deadline_within_a_deadline(void)
{
    struct horo_scope_options options = { .timeout = HORO_MS(5) };
    struct horo_scope limit;
    int rc;

    held = 0;
    CHECK_CODE(horo_scope_open(&limit, &options), 0);
    rc = hold_with_limit();
    rc = rc < 0 ? rc : horo_sleep(HORO_S(1));
    rc = horo_scope_close(&limit, rc);
    CHECK_NUMBER(held, 0);
    return rc == -ETIMEDOUT ? 0 : rc;
}

/* --- callbacks --- */

static void count_call(void *arg)
{
    ++*(int *)arg;
}

static int calls_soon_and_later(void)
{
    struct horo_callback soon = { 0 };
    struct horo_callback later = { 0 };
    int calls = 0;
    int rc;

    CHECK_CODE(horo_call_soon(&soon, count_call, &calls), 0);
    CHECK_CODE(horo_call_later(&later, HORO_MS(2), count_call, &calls), 0);
    rc = horo_sleep(HORO_MS(1));
    rc = rc < 0 ? rc : horo_sleep(HORO_MS(2));
    CHECK(rc < 0 || calls == 2);
    CHECK_NUMBER(calls + horo_call_cancel(&soon) + horo_call_cancel(&later), 2);
    return rc;
}

struct watched {
    int ends[2];
    struct horo_event event;
};

/* Though it be cancelled, once. */
static void wait_a_little(void)
{
    struct horo_scope_options options = { .shield = true,
                                          .timeout = HORO_S(1) };
    struct horo_scope scope;

    for (int rc = -1, tries = 0; rc < 0 && tries < 2; tries++) {
        CHECK_CODE(horo_scope_open(&scope, &options), 0);
        rc = horo_sleep(HORO_MS(1));
        rc = horo_scope_close(&scope, rc);
    }
}

static void take_byte(void *arg, int events)
{
    struct watched *watched = arg;
    char byte;

    CHECK_NUMBER(events, POLLIN);
    CHECK_NUMBER(read(watched->ends[0], &byte, 1), 1);
    horo_event_set(&watched->event);
}

static int a_watched_descriptor(void)
{
    struct watched watched = { .ends = { -1, -1 } };
    struct horo_watch *watch;
    int rc;

    CHECK(pipe2(watched.ends, O_CLOEXEC | O_NONBLOCK) == 0);
    CHECK_CODE(
        horo_watch_fd(watched.ends[0], POLLIN, take_byte, &watched, &watch), 0);
    CHECK_NUMBER(write(watched.ends[1], "x", 1), 1);
    rc = horo_event_wait(&watched.event);
    horo_unwatch(&watch);
    wait_a_little(); /* the kernel lets go of it in its own time */
    CHECK(close(watched.ends[0]) == 0 && close(watched.ends[1]) == 0);
    return rc;
}

/* --- generators --- */

/* Waits for each number, and for what it holds to be given back. */
static int count_slowly(void *arg)
{
    int rc = 0;

    held++;
    for (int i = 1; i <= *(int *)arg && rc == 0; i++) {
        rc = horo_sleep(HORO_MS(1));
        if (rc == 0) {
            rc = horo_generator_yield(&i, NULL);
        }
    }
    (void)horo_sleep(HORO_MS(1));
    held--;
    return rc;
}

static int take_twice(struct horo_generator *numbers, int *count)
{
    int *number;

    while ((number = horo_generator_next(numbers))) {
        CHECK_NUMBER(*number, ++*count);
        if (*count == 3) {
            return 0;
        }
    }
    return horo_generator_result(numbers);
}

static int a_generator_that_waits(void)
{
    struct horo_generator *numbers;
    int five = 5;
    int count = 0;
    int rc;

    held = 0;
    CHECK_CODE(horo_generator_create(count_slowly, &five, NULL, &numbers), 0);
    rc = take_twice(numbers, &count); /* and leave it in the middle */
    CHECK_CODE(horo_generator_destroy(&numbers), 0);
    CHECK_NUMBER(held, 0);
    horo_generator_trim();
    return rc;
}

/* --- values of a task --- */

static const struct horo_local key = { .fallback = NULL };

static int look_it_up(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    CHECK(horo_local_get(&key) == arg);
    return rc;
}

static int a_value_of_a_scope(void)
{
    struct horo_local_binding binding = { 0 };
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_local_bind(&binding, &key, &held), 0);
    CHECK_CODE(horo_spawn(&scope, look_it_up, &held, NULL), 0);
    rc = look_it_up(&held);
    rc = horo_scope_close(&scope, rc);
    CHECK(horo_local_get(&key) == NULL);
    return rc;
}

int main(void)
{
    CANCEL_SWEEP(a_tree_of_tasks);
    CANCEL_SWEEP(a_deadline_within_a_deadline);
    CANCEL_SWEEP(calls_soon_and_later);
    CANCEL_SWEEP(a_watched_descriptor);
    CANCEL_SWEEP(a_generator_that_waits);
    CANCEL_SWEEP(a_value_of_a_scope);
    return tap_end();
}
