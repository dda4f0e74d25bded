/* Tasks: born in order, joined once, named, bounded in number. */
#include "harness.h"

static int note_name(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static int give(void *arg)
{
    return *(int *)arg;
}

static int sleep_for_ever(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(1000000));
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

static void a_refused_spawn_leaves_no_handle(void)
{
    struct horo_task *task = horo_task_self();
    struct horo_spawn_options options = { .stack_size = SIZE_MAX,
                                          .ret_task = &task };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", &options), -EINVAL);
    CHECK(task == horo_task_self());
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("");
}

static void a_closed_scope_takes_no_tasks(void)
{
    struct horo_scope scope;
    struct horo_scope never = { 0 };

    CHECK_CODE(horo_spawn(&never, note_name, "never", NULL), -ECANCELED);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", NULL), -ECANCELED);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NOTES("");
}

static int give_own_scope(void *arg)
{
    struct horo_scope **ret_scope = arg;

    *ret_scope = horo_scope_self();
    return 0;
}

static void the_scope_of_an_ended_task_takes_no_tasks(void)
{
    struct horo_task *task;
    struct horo_scope *root;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give_own_scope, &root, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    /* Its handle keeps the memory there. */
    CHECK_CODE(horo_spawn(root, note_name, "orphan", NULL), -ECANCELED);
    CHECK_CODE(horo_task_join(&task, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("");
}

static void a_cancelled_scope_still_takes_tasks_and_tells_them(void)
{
    struct horo_scope scope;
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_spawn(&scope, note_name, "started", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, yield_once, NULL, &options), 0);
    CHECK_CODE(horo_task_join(&task, &result), -ECANCELED);
    CHECK(task != NULL);
    CHECK_NUMBER(result, 1);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
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

/* --- results and joining --- */

static void join_gives_the_result_and_takes_the_handle(void)
{
    static int results[] = { 0, 7, INT32_MAX };

    for (int i = 0; i < 3; i++) {
        struct horo_task *task = NULL;
        struct horo_spawn_options options = { .ret_task = &task };
        struct horo_scope scope;
        int result = -1;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, give, &results[i], &options), 0);
        CHECK(task != NULL);
        CHECK_CODE(horo_task_join(&task, &result), 0);
        CHECK_NUMBER(result, results[i]);
        CHECK(task == NULL);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
    }
}

static void join_gives_the_result_of_a_failure(void)
{
    int failure = -EIO;
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(
                   &scope, &(struct horo_scope_options){ .keep_going = true }),
               0);
    CHECK_CODE(horo_spawn(&scope, give, &failure, &options), 0);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_CODE(result, -EIO);
    CHECK_CODE(horo_scope_close(&scope, 0), -EIO);
}

static void a_task_that_ended_long_ago_can_be_joined(void)
{
    int number = 42;
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = -1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &number, &options), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_NUMBER(result, 42);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void join_waits_and_does_not_need_the_result(void)
{
    static int (*const bodies[])(void *) = { yield_once, sleep_for_ever };
    struct horo_task *tasks[2];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        struct horo_spawn_options options = { .ret_task = &tasks[i] };
        CHECK_CODE(horo_spawn(&scope, bodies[i], NULL, &options), 0);
    }
    CHECK_CODE(horo_task_join(&tasks[0], NULL), 0);
    horo_task_cancel(tasks[1]);
    CHECK_CODE(horo_task_join(&tasks[1], NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void handles_that_nobody_joins_are_freed_with_their_scope(void)
{
    struct horo_task *tasks[20];
    struct horo_loop_stats before;
    struct horo_loop_stats after;
    struct horo_scope scope;

    CHECK_CODE(horo_loop_stats(&before), 0);
    for (int round = 0; round < 3; round++) {
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        for (int i = 0; i < 20; i++) {
            struct horo_spawn_options options = { .ret_task = &tasks[i] };
            CHECK_CODE(horo_spawn(&scope, yield_once, NULL, &options), 0);
        }
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
    }
    CHECK_CODE(horo_loop_stats(&after), 0);
    CHECK_NUMBER(after.stacks_live - before.stacks_live, 20);
}

static void a_null_handle_cannot_be_joined(void)
{
    struct horo_task *none = NULL;

    CHECK_CODE(horo_task_join(&none, NULL), -EINVAL);
    CHECK_CODE(horo_task_join(NULL, NULL), -EINVAL);
}

static int join_self(void *arg)
{
    struct horo_task **self = arg;
    struct horo_task *copy = *self;
    int rc = horo_task_join(self, NULL);

    CHECK(*self == copy);
    return rc == -EDEADLK ? 0 : 1;
}

static void nobody_can_join_himself(void)
{
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = -1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, join_self, &task, &options), 0);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_CODE(result, 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int join_it(void *arg)
{
    struct horo_task **task = arg;
    int result = -1;
    int rc = horo_task_join(task, &result);

    CHECK_CODE(rc, 0);
    note("%s", strerrorname_np(-result));
    return 0;
}

static void only_one_task_can_be_joining(void)
{
    struct horo_task *task;
    struct horo_task *copy;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, &options), 0);
    CHECK_CODE(horo_spawn(&scope, join_it, &task, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    copy = task;
    CHECK_CODE(horo_task_join(&copy, NULL), -EBUSY);
    CHECK(copy == task);
    horo_task_cancel(task);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK(task == NULL);
    CHECK_NOTES("ECANCELED");
}

static int join_in_scope_with_limit(void *arg)
{
    struct horo_task **task = arg;
    struct horo_scope limit;
    int result = 1;

    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    CHECK_CODE(horo_task_join(task, &result), -ECANCELED);
    CHECK(*task != NULL);
    CHECK_NUMBER(result, 1);
    CHECK_CODE(horo_scope_close(&limit, 0), -ETIMEDOUT);
    return 0;
}

static void a_cancelled_join_keeps_the_handle_for_another_try(void)
{
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, &options), 0);
    join_in_scope_with_limit(&task);
    join_in_scope_with_limit(&task);
    horo_task_cancel(task);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_CODE(result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* --- joining across scopes --- */

struct across {
    struct horo_task *task;
    int result;
    int rc;
    bool let_go;
};

static int wait_until_let_go(void *arg)
{
    struct across *across = arg;

    while (!across->let_go) {
        (void)horo_yield();
    }
    return 5;
}

/* Owns the scope, and leaves it as soon as the task in it has ended. */
static int own_the_scope(void *arg)
{
    struct across *across = arg;
    struct horo_spawn_options options = { .ret_task = &across->task };
    struct horo_scope scope;

    (void)horo_scope_open(&scope, NULL);
    (void)horo_spawn(&scope, wait_until_let_go, across, &options);
    while (!across->let_go) {
        (void)horo_yield();
    }
    return horo_scope_close(&scope, 0);
}

static int join_from_outside(void *arg)
{
    struct across *across = arg;

    across->rc = horo_task_join(&across->task, &across->result);
    return 0;
}

/* Both orders of the owner and the task in the ready queue are tried. */
static void a_join_from_outside_survives_the_close_of_the_scope(void)
{
    for (int turns = 0; turns < 4; turns++) {
        struct across across = { .result = -1, .rc = 1 };
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, own_the_scope, &across, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_spawn(&scope, join_from_outside, &across, NULL), 0);
        for (int i = 0; i <= turns; i++) {
            CHECK_CODE(horo_yield(), 0);
        }
        across.let_go = true;
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_CODE(across.rc, 0);
        CHECK_NUMBER(across.result, 5);
        CHECK(across.task == NULL);
    }
}

static int let_go_and_stay_ready(void *arg)
{
    struct across *across = arg;
    struct horo_spawn_options options = { .ret_task = &across->task };
    struct horo_scope scope;

    (void)horo_scope_open(&scope, NULL);
    (void)horo_spawn(&scope, wait_until_let_go, across, &options);
    (void)horo_yield(); /* the task runs, */
    (void)horo_yield(); /* somebody joins it; */
    across->let_go = true;
    (void)horo_yield(); /* it ends, but we are next in the queue */
    return horo_scope_close(&scope, 0);
}

static void a_join_under_way_gets_its_result_though_the_scope_closed_first(void)
{
    struct across across = { .result = -1, .rc = 1 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, let_go_and_stay_ready, &across, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_spawn(&scope, join_from_outside, &across, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(across.rc, 0);
    CHECK_NUMBER(across.result, 5);
    CHECK(across.task == NULL);
}

/* --- cancelling one task --- */

static void cancelling_a_task_leaves_the_others_alone(void)
{
    struct horo_task *tasks[3];
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        struct horo_spawn_options options = { .ret_task = &tasks[i] };
        CHECK_CODE(horo_spawn(&scope, sleep_for_ever, NULL, &options), 0);
    }
    CHECK_CODE(horo_yield(), 0);
    horo_task_cancel(tasks[1]);
    horo_task_cancel(tasks[1]);
    CHECK_CODE(horo_task_join(&tasks[1], &result), 0);
    CHECK_CODE(result, -ECANCELED);
    CHECK(!horo_scope_is_cancelled(&scope));
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void a_task_cancelled_before_it_starts_still_starts(void)
{
    struct horo_task *tasks[2];
    struct horo_spawn_options options = { .ret_task = &tasks[0] };
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, note_name, "ran", &options), 0);
    options.ret_task = &tasks[1];
    CHECK_CODE(horo_spawn(&scope, yield_once, NULL, &options), 0);
    horo_task_cancel(tasks[0]);
    horo_task_cancel(tasks[1]);
    CHECK_CODE(horo_task_join(&tasks[0], &result), 0);
    CHECK_CODE(result, 0);
    CHECK_CODE(horo_task_join(&tasks[1], &result), 0);
    CHECK_CODE(result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("ran");
}

static void cancelling_an_ended_task_does_nothing(void)
{
    int number = 3;
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, give, &number, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    horo_task_cancel(task);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_NUMBER(result, 3);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int cancel_self(void *arg)
{
    (void)arg;
    horo_task_cancel(horo_task_self());
    return horo_yield();
}

static void a_task_can_cancel_itself(void)
{
    struct horo_task *task;
    struct horo_spawn_options options = { .ret_task = &task };
    struct horo_scope scope;
    int result = 1;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, cancel_self, NULL, &options), 0);
    CHECK_CODE(horo_task_join(&task, &result), 0);
    CHECK_CODE(result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
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
    struct horo_task *task = NULL;
    struct horo_loop_stats stats;

    CHECK(horo_task_self() == NULL);
    CHECK(horo_scope_self() == NULL);
    CHECK(horo_loop_self() == NULL);
    CHECK(horo_loop_backend(NULL) == NULL);
    CHECK_CODE(horo_spawn(&scope, note_name, "never", NULL), -HORO_ENOTASK);
    CHECK_CODE(horo_task_join(&task, NULL), -HORO_ENOTASK);
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
    RUN_IN_LOOP(a_refused_spawn_leaves_no_handle);
    RUN_IN_LOOP(a_closed_scope_takes_no_tasks);
    RUN_IN_LOOP(the_scope_of_an_ended_task_takes_no_tasks);
    RUN_IN_LOOP(a_cancelled_scope_still_takes_tasks_and_tells_them);
    RUN(no_more_tasks_than_max_tasks_are_alive);
    RUN_IN_LOOP(join_gives_the_result_and_takes_the_handle);
    RUN_IN_LOOP(join_gives_the_result_of_a_failure);
    RUN_IN_LOOP(a_task_that_ended_long_ago_can_be_joined);
    RUN_IN_LOOP(join_waits_and_does_not_need_the_result);
    RUN_IN_LOOP(handles_that_nobody_joins_are_freed_with_their_scope);
    RUN_IN_LOOP(a_null_handle_cannot_be_joined);
    RUN_IN_LOOP(nobody_can_join_himself);
    RUN_IN_LOOP(only_one_task_can_be_joining);
    RUN_IN_LOOP(a_cancelled_join_keeps_the_handle_for_another_try);
    RUN_IN_LOOP(a_join_from_outside_survives_the_close_of_the_scope);
    RUN_IN_LOOP(a_join_under_way_gets_its_result_though_the_scope_closed_first);
    RUN_IN_LOOP(cancelling_a_task_leaves_the_others_alone);
    RUN_IN_LOOP(a_task_cancelled_before_it_starts_still_starts);
    RUN_IN_LOOP(cancelling_an_ended_task_does_nothing);
    RUN_IN_LOOP(a_task_can_cancel_itself);
    RUN_IN_LOOP(a_task_is_called_by_its_function_unless_named);
    RUN(outside_a_loop_nothing_is_there);
    RUN_IN_LOOP(inside_everything_is_there);
    return tap_end();
}
