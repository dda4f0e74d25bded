/* Tasks: born in order, named, bounded in number. */
#include "harness.h"

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static int yield_once(void *arg)
{
    (void)arg;
    return horo_yield();
}

/* --- birth --- */

static void a_task_starts_when_its_parent_suspends(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "child", NULL), 0);
    note("parent");
    CHECK_CODE(horo_yield(), 0);
    note("parent again");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("parent child parent again");
}

static void tasks_start_in_the_order_of_their_birth(void)
{
    static char *const names[] = { "a", "b", "c", "d", "e" };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_spawn(&scope, note_name, names[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a b c d e");
}

static int spawn_two_more(void *arg)
{
    struct horo_scope *scope = arg;

    note("a");
    CHECK_CODE(horo_spawn(scope, note_name, "c", NULL), 0);
    CHECK_CODE(horo_spawn(scope, note_name, "d", NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    note("a again");
    return 0;
}

static void grandchildren_queue_behind_those_who_wait_already(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, spawn_two_more, &scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "b", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a b c d a again");
}

static int arrivals;

static int check_turn(void *arg)
{
    CHECK_NUMBER(arrivals, *(int *)arg);
    arrivals++;
    return 0;
}

/* More tasks than the loop runs before it looks at the kernel again. */
static void order_holds_beyond_one_turn_of_the_loop(void)
{
    static int numbers[300];
    struct horo_scope scope;

    arrivals = 0;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 300; i++) {
        numbers[i] = i;
        CHECK_CODE(horo_spawn(&scope, check_turn, &numbers[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(arrivals, 300);
}

/* --- what cannot be spawned --- */

static void a_stack_beyond_eight_mebibytes_is_refused(void)
{
    struct horo_spawn_options options = { .stack_size = (8 << 20) + 1 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", &options), -EINVAL);
    options.stack_size = SIZE_MAX;
    CHECK_CODE(horo_spawn(&scope, note_name, "never", &options), -EINVAL);
    options.stack_size = 8 << 20;
    CHECK_CODE(horo_spawn(&scope, note_name, "largest", &options), 0);
    options.stack_size = 1;
    CHECK_CODE(horo_spawn(&scope, note_name, "smallest", &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("largest smallest");
}

static void a_refused_spawn_leaves_the_future_as_it_was(void)
{
    struct horo_future future;
    struct horo_spawn_options options = { .stack_size = SIZE_MAX,
                                          .future = &future };
    struct horo_scope scope;
    int value;
    void *got = NULL;

    horo_future_init(&future);
    CHECK_CODE(horo_future_set(&future, &value), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", &options), -EINVAL);
    CHECK_CODE(horo_future_result(&future, &got), 0);
    CHECK(got == &value);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("");
}

static void a_closed_scope_takes_no_tasks(void)
{
    struct horo_scope scope;
    struct horo_scope never = { 0 };

    CHECK_CODE(horo_spawn(&never, note_name, "never", NULL), -ESHUTDOWN);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", NULL), -ESHUTDOWN);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("");
}

static void a_cancelled_scope_still_takes_tasks_and_tells_them(void)
{
    struct horo_scope scope;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_spawn(&scope, note_name, "started", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, yield_once, NULL, &options), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK(horo_future_state(&end) == HORO_FUTURE_PENDING);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(horo_future_result(&end, NULL), -ECANCELED);
    CHECK_NOTES("started");
}

static int fill_up(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)arg;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 9; i++) {
        CHECK_CODE(horo_spawn(&scope, note_name, "x", NULL), 0);
    }
    rc = horo_spawn(&scope, note_name, "never", NULL);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "later", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    return rc;
}

static void no_more_tasks_than_max_tasks_are_alive(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL,
                                         .max_tasks = 10 };

    CHECK_CODE(run_loop(fill_up, NULL, &options), -EAGAIN);
    CHECK_NOTES("x x x x x x x x x later");
}

/* --- names --- */

static int note_own_name(void *arg)
{
    (void)arg;
    note("%s", horo_task_name(horo_task_self()));
    return 0;
}

static void a_task_is_called_by_its_function_unless_named(void)
{
    struct horo_spawn_options options = { .name = "Vasil" };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_own_name, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_own_name, NULL, &options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("note_own_name Vasil");
    CHECK(horo_task_name(NULL) == NULL);
}

/* --- outside of everything --- */

static void outside_a_loop_nothing_is_there(void)
{
    struct horo_scope scope = { 0 };
    struct horo_loop_stats stats;

    CHECK(horo_task_self() == NULL);
    CHECK(horo_scope_self() == NULL);
    CHECK(horo_loop_self() == NULL);
    CHECK(horo_loop_backend(NULL) == NULL);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", NULL), -HORO_ENOTASK);
    CHECK_CODE(horo_yield(), -HORO_ENOTASK);
    CHECK_CODE(horo_sleep(1), -HORO_ENOTASK);
    CHECK_CODE(horo_sleep(0), -HORO_ENOTASK);
    CHECK_CODE(horo_sleep_until(1), -HORO_ENOTASK);
    CHECK_CODE(horo_fd_wait(0, 1), -HORO_ENOTASK);
    CHECK_CODE(horo_loop_stats(&stats), -HORO_ENOTASK);
    CHECK_CODE(horo_scope_open(&scope, NULL), -HORO_ENOTASK);
    CHECK_CODE(horo_scope_close(&scope, 0), -HORO_ENOTASK);
    CHECK(horo_now() > 0);
}

static void inside_everything_is_there(void)
{
    struct horo_loop_stats stats;

    CHECK(horo_task_self() != NULL);
    CHECK(horo_scope_self() != NULL);
    CHECK(horo_loop_self() != NULL);
    CHECK_CODE(horo_loop_stats(&stats), 0);
    CHECK_NUMBER(stats.tasks_live, 1);
    CHECK_NUMBER(stats.tasks_spawned, 1);
}

int main(void)
{
    RUN_IN_LOOP(a_task_starts_when_its_parent_suspends);
    RUN_IN_LOOP(tasks_start_in_the_order_of_their_birth);
    RUN_IN_LOOP(grandchildren_queue_behind_those_who_wait_already);
    RUN_IN_LOOP(order_holds_beyond_one_turn_of_the_loop);
    RUN_IN_LOOP(a_stack_beyond_eight_mebibytes_is_refused);
    RUN_IN_LOOP(a_refused_spawn_leaves_the_future_as_it_was);
    RUN_IN_LOOP(a_closed_scope_takes_no_tasks);
    RUN_IN_LOOP(a_cancelled_scope_still_takes_tasks_and_tells_them);
    RUN(no_more_tasks_than_max_tasks_are_alive);
    RUN_IN_LOOP(a_task_is_called_by_its_function_unless_named);
    RUN(outside_a_loop_nothing_is_there);
    RUN_IN_LOOP(inside_everything_is_there);
    return tap_end();
}
