/* The loop: timers, posts, tasks, kernel, and again. */
#include <horo/loop.h>

#include "core/core.h"
#include "core/wait.h"
#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/memory.h"

#include <poll.h>
#include <string.h>

enum {
    DEFAULT_STACK_SIZE = 256 << 10,
    DEFAULT_MAX_TASKS = 4 << 20,
    DEFAULT_SPIN_NS = 50000,
    LONGEST_SPIN_NS = 1000000000,
    DEFAULT_MAX_POSTS = 1 << 20,
    POSTS_PER_TURN = 64,
    NOW_MAY_LAG_NS = 100000, /* see horo__cycles_in_a_lag() */
    VIRTUAL_PATIENCE_NS = 5000000,
    DEAF_NS = 10000000, /* longest sleep of a loop that cannot be woken */
    /* More than so many run between two waits: the loop is busy, and what it
     * waits for is there already, or will come by the batch. */
    FEW_TASKS = 8
};

/* --- time --- */

int64_t horo__loop_read_clock(struct horo_loop *loop)
{
    if (!loop->is_virtual) {
        loop->now_cycles = horo__cycles();
        loop->now_ns = horo__clock_now();
    }
    return loop->now_ns;
}

int64_t horo__loop_now(struct horo_loop *loop, int64_t ahead_ns)
{
    if (ahead_ns >= NOW_MAY_LAG_NS * INT64_C(100) && loop->now_cycles &&
        horo__cycles() - loop->now_cycles < horo__cycles_in_a_lag()) {
        return loop->now_ns + NOW_MAY_LAG_NS;
    }
    return horo__loop_read_clock(loop);
}

horo_time horo_now(void)
{
    return horo__loop ? horo__loop_read_clock(horo__loop) : horo__clock_now();
}

/* --- posts from other threads --- */

/* Moves what has come in behind the posts that wait to be run. Those come
 * oldest first, the inbox newest first. */
static void take_inbox(struct horo_loop *loop)
{
    struct horo__post *newest_first =
        __atomic_exchange_n(&loop->inbox, NULL, __ATOMIC_ACQUIRE);

    while (newest_first) {
        struct horo__post *next = newest_first->next;

        newest_first->next = loop->posts;
        loop->posts = newest_first;
        newest_first = next;
    }
}

/* Runs some posts; a flood of them must not keep tasks from running. */
static void run_posts(struct horo_loop *loop)
{
    for (int i = 0; i < POSTS_PER_TURN; i++) {
        struct horo__post *post;
        struct horo__post copy;

        if (!loop->posts) {
            take_inbox(loop);
        }
        post = loop->posts;
        if (!post) {
            return;
        }
        loop->posts = post->next;
        copy = *post;
        if (!post->is_embedded) {
            horo__free(post);
            __atomic_sub_fetch(&loop->post_count, 1, __ATOMIC_RELAXED);
        }
        copy.fn(copy.arg);
    }
}

static bool has_posts(const struct horo_loop *loop)
{
    return loop->posts || __atomic_load_n(&loop->inbox, __ATOMIC_SEQ_CST);
}

int horo_loop_post(struct horo_loop *loop, void (*fn)(void *arg), void *arg)
{
    struct horo__post *post;
    int rc;

    if (__atomic_load_n(&loop->is_closed, __ATOMIC_ACQUIRE)) {
        return -ESHUTDOWN;
    }
    if (__atomic_add_fetch(&loop->post_count, 1, __ATOMIC_RELAXED) >
        loop->max_posts) {
        rc = -EAGAIN;
        goto uncount;
    }
    post = horo__alloc(sizeof *post);
    if (!post) {
        rc = -ENOMEM;
        goto uncount;
    }
    post->fn = fn;
    post->arg = arg;
    horo__loop_deliver(loop, post);
    return 0;

uncount:
    __atomic_sub_fetch(&loop->post_count, 1, __ATOMIC_RELAXED);
    return rc;
}

void horo__loop_deliver(struct horo_loop *loop, struct horo__post *post)
{
    post->next = __atomic_load_n(&loop->inbox, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&loop->inbox, &post->next, post, true,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {}
    /* Only the first of many posts pays for the wake-up. */
    if (__atomic_load_n(&loop->is_asleep, __ATOMIC_SEQ_CST) &&
        __atomic_exchange_n(&loop->is_asleep, false, __ATOMIC_SEQ_CST)) {
        horo__sys_eventfd_signal(loop->wake_fd);
    }
}

static int watch_wake_fd(struct horo_loop *loop);

static void woken(struct horo__operation *operation)
{
    struct horo_loop *loop = operation->owner;

    if (operation->result == -ECANCELED) {
        return; /* the loop is ending */
    }
    horo__sys_eventfd_drain(loop->wake_fd);
    loop->is_deaf = watch_wake_fd(loop) < 0;
}

static int watch_wake_fd(struct horo_loop *loop)
{
    struct horo__operation *operation = &loop->wake_operation;

    *operation = (struct horo__operation){
        .kind = HORO__POLL,
        .fd = loop->wake_fd,
        .as.poll.events = POLLIN,
        .complete = woken,
        .owner = loop,
    };
    while (horo__operation_start(operation)) {
        if (operation->result < 0) {
            return operation->result;
        }
        horo__sys_eventfd_drain(loop->wake_fd); /* signalled meanwhile */
    }
    return 0;
}

/* --- waiting --- */

/* Operations under way, but for the one behind wake_fd, which tells no more
 * than the inbox does. */
static uint64_t count_operations(const struct horo_loop *loop)
{
    return loop->stats.operations_live - (loop->is_deaf ? 0 : 1);
}

static bool has_work(const struct horo_loop *loop)
{
    return !horo__ready_is_empty(&loop->ready) || loop->calls_queued > 0 ||
           loop->is_stopping || has_posts(loop);
}

/* Time until the next timer, -1 without one. */
static int64_t time_to_next_timer(struct horo_loop *loop)
{
    int64_t next = horo__timers_next(&loop->timers);

    if (next == INT64_MAX) {
        return -1;
    }
    return next > loop->now_ns ? next - loop->now_ns : 0;
}

/* Sleeps in the kernel until something happens or `timeout_ns` is over. */
static void park(struct horo_loop *loop, int64_t timeout_ns)
{
    loop->stats.parks++;
    if (loop->is_deaf) { /* short of memory a while ago */
        loop->is_deaf = watch_wake_fd(loop) < 0;
        if (loop->is_deaf && (timeout_ns < 0 || timeout_ns > DEAF_NS)) {
            timeout_ns = DEAF_NS;
        }
    }
    __atomic_store_n(&loop->is_asleep, true, __ATOMIC_SEQ_CST);
    if (has_work(loop)) {
        timeout_ns = 0;
    }
    (void)loop->backend->class->poll(loop->backend, timeout_ns);
    __atomic_store_n(&loop->is_asleep, false, __ATOMIC_SEQ_CST);
}

/* Watches busily for up to `limit_ns`; true when something came. Waking
 * a sleeping thread takes the kernel longer than many a reply is away. */
static bool spin(struct horo_loop *loop, int64_t limit_ns)
{
    int64_t end = loop->now_ns + limit_ns;

    loop->stats.spins++;
    do {
        if (loop->backend->class->poll(loop->backend, 0) || has_work(loop)) {
            return true;
        }
        horo__processor_pause();
    } while (horo__clock_now() < end);
    return false;
}

/* A moving average over about eight waits. A wait that ended in the kernel is
 * longer by the waking up, so up to three times the limit counts as worth
 * watching for; a watch in vain counts as a long wait, so that a steady rhythm
 * just beyond the limit does not burn the processor. */
static void learn_wait(struct horo_loop *loop, int64_t lasted_ns, bool missed)
{
    int64_t longest = loop->spin_limit_ns * 8;

    if (missed || lasted_ns > longest) {
        lasted_ns = longest;
    }
    loop->typical_wait_ns += (lasted_ns - loop->typical_wait_ns) / 8;
}

/* Returns with the clock read, like all ways through a turn. */
static void wait_real(struct horo_loop *loop)
{
    int64_t limit = loop->spin_limit_ns;
    bool worth_it = limit > 0 && loop->typical_wait_ns < limit * 3 &&
                    loop->resumed <= FEW_TASKS;
    bool missed = false;
    int64_t began;
    int64_t timeout;

    loop->resumed = 0;
    /* What is handed over now is often done at once, and needs no clock. */
    if (worth_it && loop->backend->class->poll(loop->backend, 0)) {
        (void)horo__loop_read_clock(loop);
        learn_wait(loop, 0, false);
        return;
    }
    began = horo__loop_read_clock(loop);
    timeout = time_to_next_timer(loop);
    if (timeout == 0 || has_work(loop)) {
        if (!worth_it) {
            (void)loop->backend->class->poll(loop->backend, 0);
        }
        return;
    }
    if (worth_it && timeout > 0 && timeout < limit) {
        limit = timeout;
    }
    if (!worth_it || !spin(loop, limit)) {
        if (worth_it && timeout > 0) {
            timeout = timeout > limit ? timeout - limit : 0;
        }
        park(loop, timeout);
        missed = worth_it;
    }
    learn_wait(loop, horo__loop_read_clock(loop) - began, missed);
}

/* Lets time jump to the next timer, unless a descriptor speaks first. */
static void wait_virtual(struct horo_loop *loop)
{
    int64_t to_timer = time_to_next_timer(loop);
    bool anything_else = count_operations(loop) > 0;

    if (to_timer < 0) {
        park(loop, -1);
    } else if (to_timer > 0 && anything_else &&
               loop->backend->class->poll(loop->backend, VIRTUAL_PATIENCE_NS)) {
        return;
    } else if (!has_work(loop)) {
        loop->now_ns += to_timer;
    }
}

void horo__loop_turn(struct horo_loop *loop)
{
    loop->stats.turns++;
    if (has_work(loop)) {
        if (count_operations(loop) > 0) {
            (void)loop->backend->class->poll(loop->backend, 0);
        }
        (void)horo__loop_read_clock(loop);
    } else if (loop->is_virtual) {
        wait_virtual(loop);
    } else {
        wait_real(loop);
    }
    horo__timers_expire(&loop->timers, loop->now_ns);
    run_posts(loop);
    horo__run_batch(loop);
}

/* --- beginning and end --- */

static int create_backend(const struct horo__backend_class *const *backends,
                          const char *name, struct horo__backend **ret_backend)
{
    int rc = name ? -HORO_EBACKEND : -ENOSYS;

    for (size_t i = 0; backends[i]; i++) {
        if (!name || strcmp(name, backends[i]->name) == 0) {
            rc = backends[i]->create(ret_backend);
            if (rc == 0) {
                return 0;
            }
            /* Refused by this system: silently on to the next. A shortage
             * would hit that one too. */
        }
    }
    return rc;
}

/* Addresses are used again, serials are not. */
static uint64_t next_serial(void)
{
    static uint64_t last;

    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

static void loop_init(struct horo_loop *loop,
                      const struct horo_loop_options *options)
{
    loop->serial = next_serial();
    loop->current = &loop->idle;
    loop->base = &loop->idle;
    loop->idle.loop = loop;
    horo__scope_enter(&loop->idle.root, &loop->idle, NULL);
    loop->idle.root.is_root = true;
    loop->idle.root.keep_going = true;
    horo__callbacks_init(loop);
    horo__list_init(&loop->watches);
    loop->keep_sigint = options->keep_sigint;
    loop->is_virtual = options->clock == HORO_CLOCK_VIRTUAL;
    loop->stack_size =
        options->stack_size ? options->stack_size : DEFAULT_STACK_SIZE;
    loop->max_tasks =
        options->max_tasks ? options->max_tasks : DEFAULT_MAX_TASKS;
    loop->max_posts =
        options->max_posts ? options->max_posts : DEFAULT_MAX_POSTS;
    loop->spin_limit_ns = options->spin ? options->spin : DEFAULT_SPIN_NS;
    if (loop->spin_limit_ns > LONGEST_SPIN_NS) {
        loop->spin_limit_ns = LONGEST_SPIN_NS;
    }
    loop->typical_wait_ns = loop->spin_limit_ns * 8;
    loop->now_ns = horo__clock_now();
    horo__timers_init(&loop->timers, loop->now_ns);
    horo__stacks_init(&loop->stacks);
    horo__context_init_running(&loop->idle.context);
    horo__annotate_thread(&loop->idle.annotation);
}

int horo__loop_create(const struct horo_loop_options *options,
                      const struct horo__backend_class *const *backends,
                      struct horo_loop **ret_loop)
{
    struct horo_loop *loop;
    int rc;

    if (horo__loop) {
        return -HORO_EBUSYLOOP;
    }
    if (options->stack_size > HORO__STACK_LARGEST) {
        return -EINVAL;
    }
    loop = horo__alloc(sizeof *loop);
    if (!loop) {
        return -ENOMEM;
    }
    loop_init(loop, options);
    loop->wake_fd = horo__sys_eventfd();
    if (loop->wake_fd < 0) {
        rc = loop->wake_fd;
        goto free_loop;
    }
    rc = create_backend(backends, options->backend, &loop->backend);
    if (rc < 0) {
        goto close_wake_fd;
    }
    horo__loop = loop;
    rc = watch_wake_fd(loop);
    if (rc < 0) {
        goto destroy_backend;
    }
    *ret_loop = loop;
    return 0;

destroy_backend:
    horo__loop = NULL;
    loop->backend->class->destroy(loop->backend);
close_wake_fd:
    horo__sys_close(loop->wake_fd);
free_loop:
    horo__free(loop);
    return rc;
}

static void destroy_attachments(struct horo_loop *loop)
{
    while (loop->attachments) {
        struct horo__attachment *attachment = loop->attachments;

        loop->attachments = attachment->next;
        attachment->destroy(attachment);
    }
}

static void run_tasks_out(struct horo_loop *loop)
{
    while (loop->stats.tasks_live > 0) {
        loop->is_stopping = false;
        horo__loop_turn(loop);
    }
}

void horo__loop_run_out(struct horo_loop *loop)
{
    run_tasks_out(loop);
    __atomic_store_n(&loop->is_closed, true, __ATOMIC_SEQ_CST);
    while (has_posts(loop)) { /* which may spawn */
        run_posts(loop);
        run_tasks_out(loop);
    }
    loop->idle.root.state = HORO__SCOPE_CLOSED;
}

void horo__loop_destroy(struct horo_loop *loop)
{
    horo__check(loop->stats.tasks_live == 0);
    __atomic_store_n(&loop->is_closed, true, __ATOMIC_SEQ_CST);
    destroy_attachments(loop);
    horo__watches_fini(loop);
    horo__operation_cancel(&loop->wake_operation);
    /* What was cancelled has to come back before its memory may go. */
    while (loop->stats.operations_live > 0) {
        (void)loop->backend->class->poll(loop->backend, -1);
    }
    while (has_posts(loop)) {
        run_posts(loop);
    }
    horo__callbacks_fini(loop);
    horo__operation_forget(loop->wake_fd, false);
    loop->backend->class->destroy(loop->backend);
    horo__sys_close(loop->wake_fd);
    horo__stacks_fini(&loop->stacks);
    horo__free(loop->ready.ring);
    horo__loop = NULL;
    horo__free(loop);
}

/* --- reading --- */

struct horo_loop *horo_loop_self(void)
{
    return horo__loop;
}

const char *horo_loop_backend(const struct horo_loop *loop)
{
    return loop ? loop->backend->class->name : NULL;
}

int horo_loop_stats(struct horo_loop_stats *ret_stats)
{
    struct horo_loop *loop = horo__loop;

    if (!loop) {
        return -HORO_ENOTASK;
    }
    *ret_stats = loop->stats;
    ret_stats->operations_live = count_operations(loop);
    ret_stats->timers_live = loop->timers.armed;
    ret_stats->stacks_live = loop->stacks.live;
    ret_stats->stack_bytes = loop->stacks.reserved_bytes;
    return 0;
}
