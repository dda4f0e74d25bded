/* The list of all tasks: who owns whom, what each waits for, and whom it
 * awaits. */
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/wait.h"
#include "harness.h"

enum { MANY = 16 };

static struct horo_task_info infos[MANY];

static const char *name_of(const struct horo_task *task)
{
    return task ? horo_task_name(task) : "nobody";
}

/* For each task but the main one: whose it is, its state, what it waits for
 * and whom it awaits. */
static void note_tasks(void)
{
    size_t count = horo_loop_tasks(infos, MANY);

    CHECK(count <= MANY);
    for (size_t i = 0; i < count && i < MANY; i++) {
        const struct horo_task_info *info = &infos[i];

        CHECK_TEXT(horo_task_name(info->task), info->name);
        if (!info->owner) {
            CHECK(info->task == horo_task_self());
        } else if (info->state == HORO_TASK_WAITING) {
            note("%s's %s: %s, %s;", name_of(info->owner), info->name,
                 info->waits_for, name_of(info->awaits));
        } else {
            CHECK(!info->waits_for && !info->awaits);
            note("%s's %s %d;", name_of(info->owner), info->name, info->state);
        }
    }
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

static int wait_for_future(void *arg)
{
    return horo_future_wait(arg, NULL);
}

static int wait_for_pipe(void *arg)
{
    return horo_fd_wait(*(int *)arg, POLLIN);
}

static void spawn(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                  const char *name, struct horo_future *end)
{
    struct horo_spawn_options options = { .name = name, .future = end };

    CHECK_CODE(horo_spawn(scope, fn, arg, &options), 0);
}

static void the_main_task_runs_alone(void)
{
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 1);
    CHECK(infos[0].task == horo_task_self());
    CHECK(infos[0].owner == NULL);
    CHECK(infos[0].awaits == NULL);
    CHECK(infos[0].waits_for == NULL);
    CHECK_NUMBER(infos[0].state, HORO_TASK_RUNNING);
    CHECK_TEXT(infos[0].name, horo_task_name(horo_task_self()));
}

static void states_follow_the_life_of_a_task(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, yield_once, NULL, "a", NULL);
    spawn(&scope, sleep_for_ever, NULL, "b", NULL);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 3);
    CHECK_NUMBER(infos[1].state, HORO_TASK_NEW);
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 3);
    CHECK_NUMBER(infos[1].state, HORO_TASK_READY);
    CHECK_NUMBER(infos[2].state, HORO_TASK_WAITING);
    CHECK_TEXT(infos[2].waits_for, "time");
    CHECK_CODE(horo_yield(), 0);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 2);
    CHECK_TEXT(infos[1].name, "b");
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 1);
}

struct family {
    struct horo_future *wanted;
    int *fds;
};

static int have_a_family(void *arg)
{
    const struct family *family = arg;

    spawn(horo_scope_self(), wait_for_future, family->wanted, "daughter", NULL);
    spawn(horo_scope_self(), wait_for_pipe, &family->fds[0], "son", NULL);
    return 0; /* and waits for both */
}

static void all_know_whom_they_await(void)
{
    int fds[2];
    struct horo_future end;
    struct family family = { &end, fds };
    struct horo_scope scope;
    struct horo_scope within;

    CHECK_NUMBER(pipe(fds), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, sleep_for_ever, NULL, "uncle", &end);
    CHECK_CODE(horo_scope_open(&within, NULL), 0);
    spawn(&within, have_a_family, &family, "mother", NULL);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    note_tasks();
    CHECK_NOTES(
        "main_task's uncle: time, nobody;"
        " main_task's mother: tasks, daughter;"
        " mother's daughter: future, uncle; mother's son: poll, nobody;");
    CHECK(infos[2].awaits == infos[3].task);
    CHECK(infos[3].awaits == infos[1].task);
    CHECK_CODE(horo_future_cancel(&end), 0);
    horo_scope_cancel(&within);
    CHECK_CODE(horo_scope_close(&within, 0), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(close(fds[0]), 0);
    CHECK_NUMBER(close(fds[1]), 0);
}

static int wait_for_plain_future(void *arg)
{
    CHECK_CODE(horo_future_wait(arg, NULL), 0);
    return horo_started(NULL);
}

static int start_it(void *arg)
{
    struct horo_scope *scope = horo_scope_self();

    return horo_start(scope->parent, wait_for_plain_future, arg,
                      &(struct horo_spawn_options){ .name = "service" }, NULL);
}

/* Its starter's first, its scope's then. */
static void a_task_changes_hands_when_it_is_ready(void)
{
    struct horo_future future;
    struct horo_scope scope;

    horo_future_init(&future);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, start_it, &future, "starter", NULL);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    note_tasks();
    CHECK_NOTES("main_task's starter: tasks, service;"
                " starter's service: future, nobody;");
    CHECK_CODE(horo_future_set(&future, NULL), 0);
    note_tasks();
    CHECK_NOTES("main_task's starter: tasks, service; starter's service 1;");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    horo_future_fini(&future);
}

/* --- what and whom --- */

/* One of each that a task can wait for, and three futures: a plain one, and
 * those of two tasks. */
struct things {
    struct horo_event event;
    struct horo_lock lock;
    struct horo_condition condition;
    struct horo_lock its_lock;
    struct horo_semaphore semaphore;
    struct horo_rwlock rwlock;
    struct horo_limiter limiter;
    struct horo_barrier barrier;
    struct horo_channel channel;
    struct horo_future plain;
    struct horo_future first;
    struct horo_future second;
};

static int wait_for_event(void *arg)
{
    return horo_event_wait(&((struct things *)arg)->event);
}

static int wait_for_lock(void *arg)
{
    return horo_lock_acquire(&((struct things *)arg)->lock);
}

static int wait_for_condition(void *arg)
{
    struct things *things = arg;

    CHECK_CODE(horo_lock_acquire(&things->its_lock), 0);
    CHECK_CODE(horo_condition_wait(&things->condition, &things->its_lock),
               -ECANCELED);
    return horo_lock_release(&things->its_lock);
}

static int wait_for_semaphore(void *arg)
{
    return horo_semaphore_acquire(&((struct things *)arg)->semaphore);
}

static int wait_to_read(void *arg)
{
    return horo_rwlock_acquire_read(&((struct things *)arg)->rwlock);
}

static int wait_for_limiter(void *arg)
{
    return horo_limiter_acquire(&((struct things *)arg)->limiter);
}

static int wait_for_barrier(void *arg)
{
    return horo_barrier_wait(&((struct things *)arg)->barrier);
}

static int wait_for_item(void *arg)
{
    int item;

    return horo_channel_receive(&((struct things *)arg)->channel, &item);
}

static void init_things(struct things *things)
{
    *things = (struct things){ 0 };
    CHECK_CODE(horo_lock_acquire(&things->lock), 0);
    CHECK_CODE(horo_semaphore_init(&things->semaphore, 0, 0), 0);
    CHECK_CODE(horo_rwlock_acquire_write(&things->rwlock), 0);
    CHECK_CODE(horo_limiter_init(&things->limiter, 0), 0);
    CHECK_CODE(horo_barrier_init(&things->barrier, 2), 0);
    CHECK_CODE(horo_channel_init(
                   &things->channel,
                   &(struct horo_channel_options){ .item_size = sizeof(int) }),
               0);
    horo_future_init(&things->plain);
}

static void fini_things(struct things *things)
{
    horo_future_fini(&things->plain);
    horo_channel_fini(&things->channel);
    horo_limiter_fini(&things->limiter);
}

/* Spawns the tasks, lets them wait, and has each described. */
static void look_at(const struct horo_spawn_options *options,
                    horo_task_fn *const *tasks, size_t count,
                    struct things *things, struct horo_scope *scope)
{
    for (size_t i = 0; i < count; i++) {
        CHECK_CODE(horo_spawn(scope, tasks[i], things, options), 0);
    }
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    note_tasks();
}

static void each_wait_has_a_word_of_its_own(void)
{
    static const struct horo_spawn_options options = { .name = "x" };
    static horo_task_fn *const tasks[] = {
        wait_for_event,     wait_for_lock, wait_for_condition,
        wait_for_semaphore, wait_to_read,  wait_for_limiter,
        wait_for_barrier,   wait_for_item,
    };
    struct things things;
    struct horo_scope scope;

    init_things(&things);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    look_at(&options, tasks, 8, &things, &scope);
    CHECK_NOTES("main_task's x: event, nobody; main_task's x: lock, nobody;"
                " main_task's x: condition, nobody;"
                " main_task's x: semaphore, nobody;"
                " main_task's x: rwlock, nobody;"
                " main_task's x: limiter, nobody;"
                " main_task's x: barrier, nobody;"
                " main_task's x: channel, nobody;");
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    fini_things(&things);
}

static int wait_for_all(void *arg)
{
    struct things *things = arg;
    struct horo_future *futures[] = { &things->plain, &things->first,
                                      &things->second };

    return horo_wait(futures, 3, NULL);
}

static int select_any(void *arg)
{
    struct things *things = arg;
    int item;
    struct horo_case cases[] = { HORO_RECEIVE(&things->channel, &item),
                                 HORO_DONE(NULL), HORO_AFTER(HORO_S(1000000)),
                                 HORO_DONE(&things->plain),
                                 HORO_DONE(&things->second) };

    return horo_select(cases, 5);
}

static int take_as_they_complete(void *arg)
{
    struct things *things = arg;
    struct horo_future *futures[] = { &things->plain, &things->first,
                                      &things->second };
    struct horo_as_completed completed;
    size_t index;
    int rc;

    CHECK_CODE(horo_as_completed_open(&completed, futures, 3), 0);
    do {
        rc = horo_as_completed_next(&completed, &index);
    } while (rc == 0);
    horo_as_completed_close(&completed);
    return rc;
}

static void who_waits_for_several_awaits_the_first_of_them_that_is_left(void)
{
    static const struct horo_spawn_options options = { .name = "x" };
    static horo_task_fn *const tasks[] = { wait_for_all, select_any,
                                           take_as_they_complete };
    struct things things;
    struct horo_scope outer;
    struct horo_scope scope;

    init_things(&things);
    CHECK_CODE(horo_scope_open(&outer, NULL), 0);
    spawn(&outer, sleep_for_ever, NULL, "a", &things.first);
    spawn(&outer, sleep_for_ever, NULL, "b", &things.second);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    look_at(&options, tasks, 3, &things, &scope);
    CHECK_NOTES("main_task's a: time, nobody; main_task's b: time, nobody;"
                " main_task's x: futures, a; main_task's x: select, b;"
                " main_task's x: futures, a;");
    CHECK_CODE(horo_future_cancel(&things.first), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    memset(&things.first, 0xff, sizeof things.first); /* all were told */
    note_tasks();
    CHECK_NOTES("main_task's b: time, nobody;"
                " main_task's x: futures, b; main_task's x: select, b;"
                " main_task's x: futures, b;");
    horo_scope_cancel(&outer);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_scope_close(&outer, 0), -ECANCELED);
    fini_things(&things);
}

static struct horo_task *slow_one;

static void take_note(struct horo_task *task)
{
    slow_one = task;
}

static int wait_slowly(void *arg)
{
    static const struct horo__wait_kind slow = { "a miracle", take_note, NULL };

    (void)arg;
    return horo__wait(&slow, NULL);
}

static void what_ends_slowly_waits_for_its_cancellation(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    spawn(&scope, wait_slowly, NULL, "slow", NULL);
    CHECK_CODE(horo_yield(), 0);
    note_tasks();
    horo_scope_cancel(&scope);
    note_tasks();
    CHECK_NOTES("main_task's slow: a miracle, nobody;"
                " main_task's slow: cancellation, nobody;");
    horo__wake(slow_one, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void those_beyond_the_limit_are_counted(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        spawn(&scope, yield_once, NULL, "one", NULL);
    }
    CHECK_NUMBER(horo_loop_tasks(NULL, 0), MANY + 1);
    memset(infos, 0, sizeof infos);
    CHECK_NUMBER(horo_loop_tasks(infos, 3), MANY + 1);
    CHECK(infos[2].task != NULL);
    CHECK(infos[3].task == NULL);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int have_a_child(void *arg)
{
    int *left = arg;

    --*left;
    if (*left == 0) {
        return sleep_for_ever(NULL);
    }
    return horo_spawn(horo_scope_self(), have_a_child, left,
                      &(struct horo_spawn_options){ .stack_size = 16384 });
}

/* Each the owner of the next: no stack would hold the recursion. */
static void a_deep_tree_is_listed_from_the_top(void)
{
    int depth = (int)scaled(20000, 500);
    int left = depth;
    struct horo_task_info *all =
        calloc((size_t)depth + 1, sizeof(struct horo_task_info));
    struct horo_scope scope;
    int bad = 0;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, have_a_child, &left, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NUMBER(horo_loop_tasks(all, (size_t)depth + 1), depth + 1);
    for (int i = 1; i < depth; i++) {
        bad += all[i].task != all[i + 1].owner;
        bad += all[i].awaits != all[i + 1].task;
    }
    CHECK_NUMBER(bad, 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    free(all);
}

static void the_tasks_of_the_loop_itself_have_no_owner(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    struct horo_loop *loop = NULL;

    CHECK_CODE(horo_loop_create(&options, &loop), 0);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 0);
    spawn(horo_loop_scope(loop), yield_once, NULL, "lonely", NULL);
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 1);
    CHECK_TEXT(infos[0].name, "lonely");
    CHECK(infos[0].owner == NULL);
    CHECK_NUMBER(infos[0].state, HORO_TASK_NEW);
    CHECK_CODE(horo_loop_destroy(&loop), 0);
}

static void without_a_loop_there_are_none(void)
{
    CHECK_NUMBER(horo_loop_tasks(infos, MANY), 0);
}

int main(void)
{
    RUN_IN_LOOP(the_main_task_runs_alone);
    RUN_IN_LOOP(states_follow_the_life_of_a_task);
    RUN_IN_LOOP(all_know_whom_they_await);
    RUN_IN_LOOP(a_task_changes_hands_when_it_is_ready);
    RUN_IN_LOOP_ONCE(each_wait_has_a_word_of_its_own,
                     "uses what it did not get");
    RUN_IN_LOOP_ONCE(
        who_waits_for_several_awaits_the_first_of_them_that_is_left,
        "uses what it did not get");
    RUN_IN_LOOP_ONCE(what_ends_slowly_waits_for_its_cancellation,
                     "uses what it did not get");
    RUN_IN_LOOP(those_beyond_the_limit_are_counted);
    RUN_IN_LOOP(a_deep_tree_is_listed_from_the_top);
    RUN(the_tasks_of_the_loop_itself_have_no_owner);
    RUN(without_a_loop_there_are_none);
    return tap_end();
}
