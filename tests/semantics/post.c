/* Posts: calls from other threads. */
#include <pthread.h>

#include "harness.h"

enum { THREADS = 4, POSTS = 100000, POSTS_SLOWLY = 2000 };

static void note_it(void *arg)
{
    note("%s", (const char *)arg);
}

/* --- from the loop's own thread --- */

static void posts_run_in_order_between_tasks(void)
{
    struct horo_loop *loop = horo_loop_self();

    CHECK_CODE(horo_loop_post(loop, note_it, "a"), 0);
    CHECK_CODE(horo_loop_post(loop, note_it, "b"), 0);
    CHECK_CODE(horo_loop_post(loop, note_it, "c"), 0);
    note("not yet");
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_NOTES("not yet a b c");
}

static void post_again(void *arg)
{
    note("first");
    CHECK_CODE(horo_loop_post(horo_loop_self(), note_it, arg), 0);
}

static void a_post_of_a_post_waits_for_the_next_turn(void)
{
    CHECK_CODE(horo_loop_post(horo_loop_self(), post_again, "again"), 0);
    CHECK_CODE(horo_loop_post(horo_loop_self(), note_it, "second"), 0);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_NOTES("first second again");
}

static void try_everything_that_suspends(void *arg)
{
    struct horo_scope scope;
    struct horo_future future;

    (void)arg;
    CHECK(horo_task_self() == NULL);
    CHECK(horo_loop_self() != NULL);
    CHECK_CODE(horo_yield(), -HORO_ENOTASK);
    CHECK_CODE(horo_sleep(1), -HORO_ENOTASK);
    CHECK_CODE(horo_fd_wait(0, 1), -HORO_ENOTASK);
    horo_future_init(&future);
    CHECK_CODE(horo_future_wait(&future, NULL), -HORO_ENOTASK);
    CHECK_CODE(horo_scope_open(&scope, NULL), -HORO_ENOTASK);
    note("done");
}

static void a_callback_cannot_suspend(void)
{
    CHECK_CODE(
        horo_loop_post(horo_loop_self(), try_everything_that_suspends, NULL),
        0);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_NOTES("done");
}

static int note_and_end(void *arg)
{
    note("%s", (const char *)arg);
    return 0;
}

static void spawn_into(void *arg)
{
    CHECK_CODE(horo_spawn(arg, note_and_end, "spawned", NULL), 0);
}

static void a_callback_can_spawn(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_loop_post(horo_loop_self(), spawn_into, &scope), 0);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("spawned");
}

static void post_for_ever(void *arg)
{
    const bool *stop = arg;

    if (!*stop) {
        CHECK_CODE(horo_loop_post(horo_loop_self(), post_for_ever, arg), 0);
    }
}

static void a_callback_that_posts_itself_does_not_stop_the_tasks(void)
{
    bool stop = false;

    CHECK_CODE(horo_loop_post(horo_loop_self(), post_for_ever, &stop), 0);
    for (int i = 0; i < 20; i++) {
        CHECK_CODE(horo_yield(), 0);
        CHECK_CODE(horo_sleep(0), 0);
    }
    stop = true;
    CHECK_CODE(horo_sleep(1), 0);
}

/* --- at the end --- */

static void try_to_post(void *arg)
{
    int *rc = arg;

    *rc = horo_loop_post(horo_loop_self(), note_it, "never");
}

/* The task ends at once: what it posted runs when the loop winds up. */
static int post_and_end(void *arg)
{
    CHECK_CODE(horo_loop_post(horo_loop_self(), note_it, "late"), 0);
    return horo_loop_post(horo_loop_self(), try_to_post, arg);
}

static void what_was_accepted_is_called_and_then_no_more(void)
{
    int rc = 1;

    CHECK_CODE(run_loop(post_and_end, &rc, NULL), 0);
    CHECK_CODE(rc, -ESHUTDOWN);
    CHECK_NOTES("late");
}

static void refuse_posts(void *arg)
{
    CHECK_CODE(horo_loop_post(arg, note_it, "never"), -ESHUTDOWN);
    note("refused");
}

struct heir {
    struct horo_future end;
    struct horo_future child;
};

static int sleep_and_note(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    note("%s %d", (const char *)arg, rc);
    return rc;
}

static int spawn_and_end(void *arg)
{
    struct heir *heir = arg;
    struct horo_spawn_options options = { .future = &heir->child };

    note("ran");
    CHECK_CODE(horo_loop_post(horo_loop_self(), note_it, "x"), -ESHUTDOWN);
    return horo_spawn(horo_loop_scope(horo_loop_self()), sleep_and_note,
                      "child", &options);
}

static void spawn_heir(void *arg)
{
    struct heir *heir = arg;
    struct horo_spawn_options options = { .future = &heir->end };

    CHECK_CODE(horo_spawn(horo_loop_scope(horo_loop_self()), spawn_and_end,
                          heir, &options),
               0);
}

/* Cancelled, like all that the destruction finds. */
static void tasks_of_the_last_posts_are_awaited(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    struct horo_loop *loop = NULL;
    struct heir heir;

    CHECK_CODE(horo_loop_create(&options, &loop), 0);
    CHECK_CODE(horo_loop_post(loop, spawn_heir, &heir), 0);
    CHECK_CODE(horo_loop_post(loop, note_it, "post"), 0);
    CHECK_CODE(horo_loop_destroy(&loop), 0);
    CHECK_NUMBER(horo_future_state(&heir.end), HORO_FUTURE_DONE);
    CHECK_NUMBER(horo_future_state(&heir.child), HORO_FUTURE_CANCELLED);
    CHECK_NOTES("post ran child -125");
}

/* --- from other threads --- */

struct sender {
    struct horo_loop *loop;
    pthread_t thread;
    int number;
    int posts;
    int refused;
    int received;
};

struct letter {
    struct sender *sender;
    int number;
};

static struct sender senders[THREADS];
static struct letter letters[THREADS][POSTS];
static int senders_done;

static void receive(void *arg)
{
    const struct letter *letter = arg;

    if (letter->number != letter->sender->received) {
        CHECK_NUMBER(letter->number, letter->sender->received);
    }
    letter->sender->received++;
    if (letter->sender->received == letter->sender->posts) {
        senders_done++;
    }
}

static void *send_letters(void *arg)
{
    struct sender *sender = arg;

    for (int i = 0; i < sender->posts; i++) {
        struct letter *letter = &letters[sender->number][i];

        *letter = (struct letter){ sender, i };
        if (horo_loop_post(sender->loop, receive, letter) < 0) {
            sender->refused++;
        }
    }
    return NULL;
}

static void start_senders(void)
{
    senders_done = 0;
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){
            .loop = horo_loop_self(),
            .number = i,
            .posts = (int)scaled(POSTS, POSTS_SLOWLY),
        };
        CHECK_NUMBER(
            pthread_create(&senders[i].thread, NULL, send_letters, &senders[i]),
            0);
    }
}

static void join_senders(void)
{
    for (int i = 0; i < THREADS; i++) {
        CHECK_NUMBER(pthread_join(senders[i].thread, NULL), 0);
        CHECK_NUMBER(senders[i].refused, 0);
        CHECK_NUMBER(senders[i].received, senders[i].posts);
    }
    CHECK_NUMBER(senders_done, THREADS);
}

/* A real clock, short waits: the loop goes in and out of the kernel. */
static int wait_asleep(void *arg)
{
    (void)arg;
    start_senders();
    while (senders_done < THREADS) {
        CHECK_CODE(horo_sleep(HORO_US(100)), 0);
    }
    join_senders();
    return 0;
}

static int wait_busily(void *arg)
{
    (void)arg;
    start_senders();
    while (senders_done < THREADS) {
        CHECK_CODE(horo_yield(), 0);
    }
    join_senders();
    return 0;
}

static void posts_of_four_threads_arrive_in_order_at_a_busy_loop(void)
{
    CHECK_CODE(run_loop(wait_busily, NULL, NULL), 0);
}

struct flood {
    struct horo_callback callback;
    int posts;
    int calls;
    bool stop;
};

static void post_itself(void *arg)
{
    struct flood *flood = arg;

    flood->posts++;
    if (!flood->stop) {
        CHECK_CODE(horo_loop_post(horo_loop_self(), post_itself, flood), 0);
    }
}

static void call_itself(void *arg)
{
    struct flood *flood = arg;

    flood->calls++;
    CHECK_CODE(horo_call_soon(&flood->callback, call_itself, flood), 0);
}

static int pass_20_checkpoints(void *arg)
{
    const struct flood *flood = arg;

    for (int i = 0; i < 20; i++) {
        CHECK_CODE(i % 2 ? horo_yield() : horo_sleep(HORO_US(10)), 0);
    }
    CHECK(flood->posts > 0 && flood->calls > 0);
    return 0;
}

static int stand_the_flood(void *arg)
{
    static struct flood flood; /* its last post comes when this task is over */
    struct horo_scope scope;

    (void)arg;
    flood = (struct flood){ 0 };
    start_senders();
    post_itself(&flood);
    call_itself(&flood);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, pass_20_checkpoints, &flood, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    while (senders_done < THREADS) {
        CHECK_CODE(horo_yield(), 0);
    }
    join_senders();
    flood.stop = true;
    CHECK_CODE(horo_call_cancel(&flood.callback), 1);
    return horo_loop_post(horo_loop_self(), refuse_posts, horo_loop_self());
}

/* Many posts from each of four threads, none lost, each thread's in order;
 * posts and callbacks that come again for ever stop no task; and after the end
 * posts are refused. */
static void thread_post(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_REAL };

    CHECK_CODE(run_loop(stand_the_flood, NULL, &options), 0);
    CHECK_NOTES("refused");
}

static void posts_of_four_threads_arrive_in_order_at_a_sleepy_loop(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_REAL, .spin = -1 };

    CHECK_CODE(run_loop(wait_asleep, NULL, &options), 0);
    options.spin = 0;
    CHECK_CODE(run_loop(wait_asleep, NULL, &options), 0);
}

/* --- waking --- */

struct bell {
    struct horo_loop *loop;
    struct horo_scope *scope;
};

static void cancel_it(void *arg)
{
    horo_scope_cancel(arg);
}

static void *ring(void *arg)
{
    const struct bell *bell = arg;

    CHECK_CODE(horo_loop_post(bell->loop, cancel_it, bell->scope), 0);
    return NULL;
}

/* Without any timer: only the post can end this. */
static int wait_for_the_bell(void *arg)
{
    int rounds = (int)scaled(2000, 50);

    (void)arg;
    for (int i = 0; i < rounds; i++) {
        struct horo_scope scope;
        struct bell bell = { horo_loop_self(), &scope };
        pthread_t thread;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_NUMBER(pthread_create(&thread, NULL, ring, &bell), 0);
        CHECK_CODE(horo_sleep(INT64_MAX), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
        CHECK_NUMBER(pthread_join(thread, NULL), 0);
    }
    return 0;
}

static void a_post_wakes_a_loop_that_has_nothing_to_wait_for(void)
{
    static const struct horo_loop_options options[] = {
        { .clock = HORO_CLOCK_VIRTUAL },
        { .clock = HORO_CLOCK_REAL },
        { .clock = HORO_CLOCK_REAL, .spin = -1 },
    };

    if (skip_if_deaf()) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(run_loop(wait_for_the_bell, NULL, &options[i]), 0);
    }
}

int main(void)
{
    RUN_IN_LOOP(posts_run_in_order_between_tasks);
    RUN_IN_LOOP_ONCE(a_post_of_a_post_waits_for_the_next_turn,
                     "its posts come when all is over");
    RUN_IN_LOOP(a_callback_cannot_suspend);
    RUN_IN_LOOP_ONCE(a_callback_can_spawn, "uses what it did not get");
    RUN_IN_LOOP_ONCE(a_callback_that_posts_itself_does_not_stop_the_tasks,
                     "its posts come when all is over");
    RUN(what_was_accepted_is_called_and_then_no_more);
    RUN(tasks_of_the_last_posts_are_awaited);
    RUN(posts_of_four_threads_arrive_in_order_at_a_busy_loop);
    RUN(posts_of_four_threads_arrive_in_order_at_a_sleepy_loop);
    RUN(thread_post);
    RUN(a_post_wakes_a_loop_that_has_nothing_to_wait_for);
    return tap_end();
}
