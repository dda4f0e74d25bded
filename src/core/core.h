/* What the files of the core, and only they, know of each other: the task and
 * the loop. Layers above use core/wait.h, core/operation.h, core/post.h,
 * core/attach.h. */
#ifndef HORO_CORE_CORE_H
#define HORO_CORE_CORE_H

#include <horo/error.h>
#include <horo/loop.h>

#include "base/check.h"
#include "base/list.h"
#include "base/timers.h"
#include "core/annotate.h"
#include "core/attach.h"
#include "core/backend.h"
#include "core/context.h"
#include "core/operation.h"
#include "core/points.h"
#include "core/post.h"
#include "core/stack.h"
#include "core/wait.h"

enum horo__scope_state {
    HORO__SCOPE_CLOSED = 0, /* as in zeroed memory */
    HORO__SCOPE_OPEN,
    HORO__SCOPE_CLOSING /* waits for its tasks */
};

/* Lives at the top of its own stack, whose first page it shares. What every
 * switch touches comes first, in one line of the processor's cache: with many
 * tasks each line is a trip to memory. */
struct horo_task {
    struct horo__context
        context; /* must be first: a new stack begins with it */
    struct horo_loop *loop;
    int wait_result;     /* what the wait that ended last returned */
    unsigned char state; /* enum horo_task_state */
    bool is_reached;     /* cancelled by scope->reason; or a test asks */
    bool is_started;     /* has called horo_started() */

    /* While WAITING, until someone calls horo__wake(): see horo__wait(). */
    const struct horo__wait_kind *wait;
    void *awaited;
    struct horo_scope *blame; /* why it was interrupted, if it was */

    struct horo_scope *scope;   /* innermost open one; &root at least */
    struct horo_future *future; /* the spawner's, to be settled; or NULL */
    struct horo__start *start;  /* who waits for horo_started(), or NULL */
    struct horo_generator *generator; /* whose body runs, innermost, or NULL */
    horo_task_fn *fn;
    void *arg;
    const char *name;
    struct horo__stack stack;
    struct horo__annotation annotation;
    struct horo_scope root; /* around all that the task does */
};

_Static_assert(offsetof(struct horo_task, context) == 0,
               "see horo__context_start");

/* The tasks that can run, first in first out. A ring with room for every live
 * task, made when it is spawned, so that scheduling cannot fail; and an array,
 * not a list, so that the next few are known before the next one is. */
struct horo__ready {
    struct horo_task **ring;
    size_t capacity; /* a power of two */
    size_t head;     /* taken so far */
    size_t tail;     /* put so far */
};

struct horo_loop {
    struct horo_task *current; /* the running task; &idle between tasks */
    struct horo__ready ready;
    /* Resumed when nobody is ready or the budget is used up: &idle; or the
     * task whose eager child runs, which is left no budget. */
    struct horo_task *base;
    unsigned budget;    /* tasks still to be run before others have a say */
    unsigned reserve;   /* that budget, while an eager child runs */
    unsigned withheld;  /* taken from it again, see horo__limit_budget() */
    unsigned immediate; /* operations in a row that did not have to wait */
    bool is_virtual;    /* time jumps, see HORO_CLOCK_VIRTUAL */
    bool is_asleep;     /* atomic: a post has to wake the kernel wait */
    bool is_deaf;       /* wake_fd is not watched, for want of memory */
    bool is_closed;     /* atomic: posts are refused */

    int64_t now_ns;      /* the clock as it was last read */
    uint64_t now_cycles; /* horo__cycles() at that time */
    struct horo__timers timers;

    /* See callback.c. */
    struct horo__link callbacks; /* QUEUED for the next batch */
    struct horo__link batch;     /* QUEUED, and of the batch under way */
    struct horo__link timed;     /* TIMED */
    struct horo__link held;      /* horo_callback::held, HELD */
    size_t calls_queued;         /* in `callbacks` and `batch` */
    size_t batch_end; /* the batch's tasks were put before; as ready.tail */

    struct horo__link watches; /* horo_watch::beside */

    /* See run.c and errors.c. */
    bool is_running;     /* in one of the functions that run a loop */
    bool is_stopping;    /* until it has returned */
    bool is_interrupted; /* by SIGINT, with no main task to cancel */
    bool keep_sigint;
    horo_error_fn *on_error;
    void *on_error_arg;

    struct horo__backend *backend;
    struct horo__post *inbox; /* atomic */
    struct horo__post *posts; /* taken from there, oldest first */
    size_t post_count;        /* atomic: in both */
    size_t max_posts;
    struct horo__operation wake_operation;
    int wake_fd;

    unsigned resumed; /* tasks run since the loop last waited */
    int64_t spin_limit_ns;
    int64_t typical_wait_ns; /* moving average of how long waits lasted */

    uint64_t serial; /* no other loop's, not even a later one's; not 0 */
    size_t max_tasks;
    size_t stack_size; /* of a task that asks for none */
    uint64_t futures_settled;
    struct horo__stacks stacks;
    struct horo__attachment *attachments;
    struct horo_loop_stats stats;

    void *signal_stack;          /* see overflow.c */
    struct horo__post interrupt; /* SIGINT, see interrupt.c */
    bool is_interrupt_under_way; /* atomic: that post is in the inbox */
    struct horo_task *main_task; /* whom it cancels; NULL without one */

    /* The thread's own stack, and whose root scope is the loop's. It never
     * ends and never waits. */
    struct horo_task idle;
};

/* The loop of this thread, or NULL. */
extern __thread struct horo_loop *horo__loop
    __attribute__((tls_model("initial-exec")));

/* The running task, or NULL between tasks and outside a loop. */
static inline struct horo_task *horo__task_self(void)
{
    struct horo_loop *loop = horo__loop;

    return loop && loop->current != &loop->idle ? loop->current : NULL;
}

/* --- schedule.c --- */

/* Makes room in the ready queue for `count` tasks. Returns 0 or -ENOMEM. */
int horo__ready_reserve(struct horo__ready *ready, size_t count);

static inline bool horo__ready_is_empty(const struct horo__ready *ready)
{
    return ready->head == ready->tail;
}

/* Makes a task run after those that are ready already. */
void horo__schedule(struct horo_task *task);

/* Runs `most` of the tasks that are ready, or become so; called between tasks.
 * Returns how many it were, operations in a row that had not to wait counted
 * as well. */
unsigned horo__run_ready(struct horo_loop *loop, unsigned most);

/* Has the loop come back after `most` further tasks, at the latest. */
static inline void horo__limit_budget(struct horo_loop *loop, size_t most)
{
    unsigned *budget =
        loop->base == &loop->idle ? &loop->budget : &loop->reserve;

    if (*budget > most) {
        loop->withheld += *budget - (unsigned)most;
        *budget = (unsigned)most;
    }
}

/* Whether the current task had better let the loop have a look; its eager
 * child had not, or horo_spawn() would not return before. */
static inline bool horo__budget_is_used_up(const struct horo_loop *loop)
{
    return loop->budget == 0 && loop->base == &loop->idle;
}

/* Runs a NEW task at once, until it suspends or ends; nobody else meanwhile. */
void horo__run_eagerly(struct horo_task *task);

/* Leaves the current task, which has arranged to be resumed, for the next one
 * that is ready or for the loop. */
void horo__switch_away(struct horo_loop *loop);

/* As above for a task that has ended and whose stack is free. */
_Noreturn void horo__switch_for_good(struct horo_loop *loop);

/* --- task.c --- */

/* Whether a task may be spawned into `scope` by now: 0, or the error. */
int horo__spawn_check(const struct horo_scope *scope,
                      const struct horo_spawn_options *options);

/* Makes a task in `scope`, which is still to begin. */
int horo__task_create(struct horo_scope *scope, horo_task_fn *fn, void *arg,
                      const struct horo_spawn_options *options,
                      const char *name, struct horo_task **ret_task);

/* Has it run, eagerly or when its turn comes. */
void horo__task_begin(struct horo_task *task,
                      const struct horo_spawn_options *options);

/* --- scope.c --- */

/* Makes `scope` the innermost of `task`, inside `parent` (NULL: of nothing). */
void horo__scope_enter(struct horo_scope *scope, struct horo_task *task,
                       struct horo_scope *parent);

/* What horo_scope_close() does, for the current task. */
int horo__scope_leave(struct horo_scope *scope, int rc);

/* A task of `scope` has ended with `result`. */
void horo__scope_task_ended(struct horo_scope *scope, int result);

/* Keeps `scope` from closing, as a live task does, until it is let go. */
void horo__scope_hold(struct horo_scope *scope);
void horo__scope_let_go(struct horo_scope *scope);

/* Moves a task to another scope, which has been held for it. */
void horo__scope_move_task(struct horo_task *task, struct horo_scope *to);

/* True when the failure of a task in `scope`, were it to end now, would be what
 * the scope has to tell, or would only follow that: not when the scope keeps
 * going without it. */
static inline bool horo__scope_tells(const struct horo_scope *scope)
{
    return !scope->keep_going || (scope->failure == 0 && scope->parent);
}

/* Notes that something in `scope` was interrupted on its account. Only the
 * first time says whether its deadline or its cancellation was felt. */
static inline void horo__scope_felt(struct horo_scope *scope)
{
    if (!scope->delivered) {
        scope->delivered = true;
        scope->timed_out = scope->expired && !scope->cancelled;
    }
}

/* Credits the scope that is the reason why `scope` is cancelled, and returns
 * -ECANCELED. */
int horo__scope_deliver(struct horo_scope *scope);

/* --- callback.c --- */

void horo__callbacks_init(struct horo_loop *loop);

/* Forgets those that have not been called. */
void horo__callbacks_fini(struct horo_loop *loop);

/* Tasks of the batch that have not run yet; more may have run after those. */
static inline size_t horo__batch_left(const struct horo_loop *loop)
{
    ptrdiff_t left = (ptrdiff_t)(loop->batch_end - loop->ready.head);

    return left > 0 ? (size_t)left : 0;
}

static inline bool horo__batch_is_over(const struct horo_loop *loop)
{
    return horo__batch_left(loop) == 0 && horo__list_is_empty(&loop->batch);
}

/* Runs tasks and callbacks, see horo__run_batch(). */
void horo__run_mixed_batch(struct horo_loop *loop);

/* Between two looks at timers and kernel at most so many tasks and callbacks
 * are run. Each look costs about as much as a hundred switches. */
enum { HORO__CALLS_PER_TURN = 64 };

/* Runs tasks and callbacks in the order in which they became ready, until the
 * callbacks of the batch have been called, or the budget of a turn is spent. */
static inline void horo__run_batch(struct horo_loop *loop)
{
    if (horo__unlikely(loop->calls_queued > 0 || loop->is_stopping)) {
        horo__run_mixed_batch(loop);
        return;
    }
    if (horo__batch_left(loop) == 0) {
        loop->batch_end = loop->ready.tail;
    }
    loop->resumed += horo__run_ready(loop, HORO__CALLS_PER_TURN);
}

/* --- watch.c --- */

/* Ends all watches, and frees them with the operations that they still have
 * under way. */
void horo__watches_fini(struct horo_loop *loop);

/* --- errors.c --- */

/* Tells the handler, or counts, an error that nobody can read any more; `what`
 * it befell, and its `name` or NULL. */
void horo__loop_report_error(struct horo_loop *loop, const char *what,
                             const char *name, int code);

/* --- loop.c --- */

int horo__loop_create(const struct horo_loop_options *options,
                      const struct horo__backend_class *const *backends,
                      struct horo_loop **ret_loop);
void horo__loop_destroy(struct horo_loop *loop);

/* Runs the loop until its tasks have ended; then it accepts no more posts, runs
 * those that are left, and, when their tasks have ended as well, accepts no
 * more tasks. */
void horo__loop_run_out(struct horo_loop *loop);

/* Reads the clock. */
int64_t horo__loop_read_clock(struct horo_loop *loop);

/* The time for a limit that far ahead: not before the present, and late by no
 * more than a hundredth of `ahead_ns`, for less than reading the clock
 * costs. */
int64_t horo__loop_now(struct horo_loop *loop, int64_t ahead_ns);

/* One round: the kernel, waiting there when there is nothing else to do; then
 * timers, posts, tasks. */
void horo__loop_turn(struct horo_loop *loop);

/* --- interrupt.c --- */

/* Has the first SIGINT cancel `main_task`, or stop the loop if that is NULL;
 * nothing unless SIGINT has its default action. */
void horo__interrupt_install(struct horo_loop *loop,
                             struct horo_task *main_task);
void horo__interrupt_remove(struct horo_loop *loop);

/* --- overflow.c --- */

/* Has the overflow of a task's stack reported; nothing unless SIGSEGV has its
 * default action. Returns 0 or -ENOMEM. */
int horo__overflow_watch(struct horo_loop *loop);
void horo__overflow_unwatch(struct horo_loop *loop);

/* The same for a thread without a loop; the signal stack, if one was needed,
 * is the caller's to release. */
int horo__overflow_catch(void **ret_signal_stack);
void horo__overflow_release(void *signal_stack);

#endif
