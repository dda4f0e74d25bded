/* Scopes: a tree over all tasks of a loop, along which deadlines and
 * cancellation travel downwards and first failures upwards.
 *
 *            open            close            tasks gone
 *   CLOSED --------> OPEN ----------> CLOSING ----------> CLOSED
 *
 * `reason` caches for each scope which cancelled scope is felt in it: the
 * outermost one, down to the next shield, so that of two deadlines missed at
 * once the outer one is reported. The task keeps a flag for its innermost
 * scope, so that every call that waits need look at one byte only. */
#include <horo/scope.h>

#include "core/core.h"
#include "core/wait.h"

static struct horo_scope *scope_of_link(struct horo__link *link)
{
    return horo__container(link, struct horo_scope, beside);
}

/* --- cancellation, downwards --- */

static void mark_reached(struct horo_task *task, const struct horo_scope *why)
{
    task->is_reached = why || horo__on_point;
}

static struct horo_scope *find_reason(struct horo_scope *scope)
{
    if (!scope->shield && scope->parent && scope->parent->reason) {
        return scope->parent->reason;
    }
    return scope->cancelled || scope->expired ? scope : NULL;
}

static void interrupt(struct horo_task *task)
{
    /* Once is enough. */
    static const struct horo__wait_kind interrupted = { "cancellation", NULL,
                                                        NULL };
    const struct horo__wait_kind *wait = task->wait;

    if (task->state == HORO_TASK_WAITING && wait->interrupt) {
        task->wait = &interrupted;
        task->blame = task->scope->reason;
        wait->interrupt(task);
    }
}

/* Brings `reason` up to date; true when it changed. */
static bool refresh(struct horo_scope *scope)
{
    struct horo_scope *reason = find_reason(scope);

    if (reason == scope->reason) {
        return false;
    }
    scope->reason = reason;
    if (scope->task->scope == scope) {
        mark_reached(scope->task, reason);
        if (reason) {
            interrupt(scope->task);
        }
    }
    return true;
}

/* Refreshes `top` and whatever below it is affected, without recursion: the
 * tree may be deeper than any stack. */
static void refresh_tree(struct horo_scope *top)
{
    struct horo_scope *scope = top;

    for (;;) {
        struct horo__link *next =
            refresh(scope) ? scope->inside.next : &scope->inside;

        while (next == &scope->inside) {
            if (scope == top) {
                return;
            }
            next = scope->beside.next;
            scope = scope->parent;
        }
        scope = scope_of_link(next);
    }
}

int horo__scope_deliver(struct horo_scope *scope)
{
    horo__scope_felt(scope->reason);
    return -ECANCELED;
}

void horo_scope_cancel(struct horo_scope *scope)
{
    if (scope->state != HORO__SCOPE_CLOSED && !scope->cancelled) {
        scope->cancelled = true;
        refresh_tree(scope);
    }
}

static void strike_deadline(struct horo__timer *timer)
{
    struct horo_scope *scope =
        horo__container(timer, struct horo_scope, deadline);

    scope->expired = true;
    refresh_tree(scope);
}

/* --- opening and closing --- */

/* Sets every field but those that arming the deadline will set: clearing the
 * whole struct first takes 2 ns more of the 20 that a scope may cost. */
void horo__scope_enter(struct horo_scope *scope, struct horo_task *task,
                       struct horo_scope *parent)
{
    scope->parent = parent;
    scope->task = task;
    scope->reason = parent ? parent->reason : NULL;
    horo__list_init(&scope->inside);
    if (parent) {
        horo__list_append(&parent->inside, &scope->beside);
    } else {
        horo__list_init(&scope->beside);
    }
    scope->deadline.fire = strike_deadline;
    scope->deadline.state = HORO__TIMER_IDLE;
    scope->bindings = NULL;
    scope->live_tasks = 0;
    scope->failure = 0;
    scope->state = HORO__SCOPE_OPEN;
    scope->is_root = false;
    scope->shield = false;
    scope->keep_going = false;
    scope->cancelled = false;
    scope->expired = false;
    scope->delivered = false;
    scope->timed_out = false;
    task->scope = scope;
    mark_reached(task, scope->reason);
}

static void start_deadline(struct horo_scope *scope, horo_time moment)
{
    struct horo_loop *loop = scope->task->loop;

    if (moment <= loop->now_ns) {
        strike_deadline(&scope->deadline);
    } else if (moment < INT64_MAX) { /* the end of time never comes */
        horo__timer_arm(&loop->timers, &scope->deadline, moment);
    }
}

/* The moment of an option struct's limit; 0 when it sets none. */
static horo_time limit_of(struct horo_loop *loop,
                          const struct horo_scope_options *options)
{
    horo_time moment = options->deadline;

    if (options->timeout) {
        horo_time end;

        if (__builtin_add_overflow(horo__loop_now(loop, options->timeout),
                                   options->timeout, &end)) {
            end = INT64_MAX; /* the end of time */
        }
        end = end ? end : 1;
        moment = moment && moment < end ? moment : end;
    }
    return moment;
}

int horo_scope_open(struct horo_scope *scope,
                    const struct horo_scope_options *options)
{
    struct horo_task *self = horo__task_self();
    horo_time limit;

    if (!self) {
        *scope = (struct horo_scope){ .failure = -HORO_ENOTASK };
        return -HORO_ENOTASK;
    }
    if (!options) {
        horo__scope_enter(scope, self, self->scope);
        return 0;
    }
    limit = limit_of(self->loop, options);
    if (options->shield && limit == 0) {
        *scope = (struct horo_scope){ .failure = -EINVAL };
        return -EINVAL;
    }
    horo__scope_enter(scope, self, self->scope);
    scope->keep_going = options->keep_going;
    scope->shield = options->shield;
    if (scope->shield) {
        scope->reason = NULL;
        mark_reached(self, NULL);
    }
    if (limit) {
        start_deadline(scope, limit);
    }
    return 0;
}

void horo__scope_task_ended(struct horo_scope *scope, int result)
{
    if (result < 0 && result != -ECANCELED) {
        if (scope->failure == 0) {
            scope->failure = result;
        }
        if (!scope->keep_going) {
            horo_scope_cancel(scope);
        }
    }
    horo__scope_let_go(scope);
}

void horo__scope_hold(struct horo_scope *scope)
{
    scope->live_tasks++;
}

void horo__scope_let_go(struct horo_scope *scope)
{
    scope->live_tasks--;
    if (scope->live_tasks == 0 && scope->state == HORO__SCOPE_CLOSING) {
        scope->state = HORO__SCOPE_OPEN; /* others may still spawn into it */
        horo__wake(scope->task, 0);
    }
}

void horo__scope_move_task(struct horo_task *task, struct horo_scope *to)
{
    struct horo_scope *from = task->root.parent;

    horo__list_remove(&task->root.beside);
    horo__list_append(&to->inside, &task->root.beside);
    task->root.parent = to;
    refresh_tree(&task->root);
    horo__scope_let_go(from);
}

static int verdict(const struct horo_scope *scope, int rc)
{
    if (scope->failure) {
        return scope->failure;
    }
    if ((rc >= 0 || rc == -ECANCELED) && scope->delivered) {
        return scope->timed_out ? -ETIMEDOUT : -ECANCELED;
    }
    return rc;
}

static struct horo_task *awaits_inside(const struct horo_task *task)
{
    const struct horo__link *inside = &task->scope->inside;

    return horo__list_is_empty(inside) ? NULL
                                       : scope_of_link(inside->next)->task;
}

/* Only the last task ends the wait. */
static const struct horo__wait_kind closing = { "tasks", NULL, awaits_inside };

int horo__scope_leave(struct horo_scope *scope, int rc)
{
    struct horo_task *self = scope->task;

    if (rc < 0) {
        if (rc != -ECANCELED && scope->failure == 0) {
            scope->failure = rc;
        }
        if (scope->live_tasks > 0 && !scope->reason) {
            horo_scope_cancel(scope);
        }
    }
    while (scope->live_tasks > 0) {
        scope->state = HORO__SCOPE_CLOSING;
        (void)horo__wait(&closing, scope);
    }
    if (horo__timer_is_armed(&scope->deadline)) {
        horo__timer_disarm(&self->loop->timers, &scope->deadline);
    }
    scope->state = HORO__SCOPE_CLOSED;
    rc = verdict(scope, rc);
    horo__list_remove(&scope->beside);
    if (!scope->is_root) { /* those end with their task */
        self->scope = scope->parent;
        mark_reached(self, scope->parent->reason);
        scope->task = NULL;
        scope->failure = -EINVAL; /* for those who close it again */
    }
    return rc;
}

int horo_scope_close(struct horo_scope *scope, int rc)
{
    struct horo_task *self = horo__task_self();

    if (scope->state == HORO__SCOPE_CLOSED) {
        return scope->failure; /* why it never opened; or it was closed */
    }
    if (!self || self->scope != scope || scope->is_root) {
        return -EINVAL;
    }
    return horo__scope_leave(scope, rc);
}

/* --- reading and changing --- */

void horo_scope_set_deadline(struct horo_scope *scope, horo_time moment)
{
    if (scope->state == HORO__SCOPE_CLOSED) {
        return;
    }
    horo__timer_disarm(&scope->task->loop->timers, &scope->deadline);
    if (scope->expired) {
        return;
    }
    if (moment) {
        start_deadline(scope, moment);
    } else if (scope->shield) {
        scope->shield = false;
        refresh_tree(scope);
    }
}

int horo_scope_set_shield(struct horo_scope *scope, bool shield)
{
    if (scope->state == HORO__SCOPE_CLOSED ||
        (shield && !horo__timer_is_armed(&scope->deadline) &&
         !scope->expired)) {
        return -EINVAL;
    }
    scope->shield = shield;
    refresh_tree(scope);
    return 0;
}

bool horo_scope_is_cancelled(const struct horo_scope *scope)
{
    return scope->reason != NULL;
}

bool horo_scope_timed_out(const struct horo_scope *scope)
{
    return scope->timed_out;
}

struct horo_scope *horo_scope_self(void)
{
    struct horo_task *self = horo__task_self();

    return self ? self->scope : NULL;
}
