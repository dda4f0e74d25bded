/* Who runs next: the ready queue, first come first served, and the switch
 * from one task straight to the next. */
#include "core/core.h"
#include "core/wait.h"
#include "sys/memory.h"

enum {
    FIRST_CAPACITY = 64,
    CACHE_LINE = 64,
    PREFETCHED_LINES = 3, /* a task that only yields uses so many */
    PREFETCH_AHEAD = 4    /* tasks; a few make up for a trip to memory */
};

/* See horo__wait_politely(). What does not wait takes a few nanoseconds, so
 * that a switch after so many is not felt. */
enum { POLITE_AFTER = 64 };

__thread struct horo_loop *horo__loop
    __attribute__((tls_model("initial-exec")));

int horo__ready_reserve(struct horo__ready *ready, size_t count)
{
    size_t capacity = ready->capacity ? ready->capacity : FIRST_CAPACITY;
    struct horo_task **ring;

    if (count <= ready->capacity) {
        return 0;
    }
    while (capacity < count) {
        capacity *= 2;
    }
    ring = horo__alloc(capacity * sizeof(struct horo_task *));
    if (!ring) {
        return -ENOMEM;
    }
    for (size_t at = ready->head; at != ready->tail; at++) {
        ring[at & (capacity - 1)] = ready->ring[at & (ready->capacity - 1)];
    }
    horo__free(ready->ring);
    ready->ring = ring;
    ready->capacity = capacity;
    return 0;
}

void horo__schedule(struct horo_task *task)
{
    struct horo__ready *ready = &task->loop->ready;

    task->state = HORO_TASK_READY;
    ready->ring[ready->tail++ & (ready->capacity - 1)] = task;
}

/* Fetches what resuming a task will touch while others still run: the head of
 * its struct, and the innermost frames, which lie right below. */
static inline void prefetch(const struct horo__ready *ready)
{
    if (ready->tail - ready->head > PREFETCH_AHEAD) {
        const char *place =
            (const char *)ready
                ->ring[(ready->head + PREFETCH_AHEAD) & (ready->capacity - 1)];

        for (int line = 0; line < PREFETCHED_LINES; line++) {
            __builtin_prefetch(place - (ptrdiff_t)line * CACHE_LINE, 1);
        }
    }
}

static inline struct horo_task *take_next(struct horo_loop *loop)
{
    struct horo__ready *ready = &loop->ready;
    struct horo_task *next;

    if (horo__ready_is_empty(ready) || loop->budget == 0) {
        return loop->base;
    }
    loop->budget--;
    prefetch(ready);
    next = ready->ring[ready->head++ & (ready->capacity - 1)];
    next->state = HORO_TASK_RUNNING;
    return next;
}

/* Inlined at each use: the jump then has a predictor entry of its own. */
static inline __attribute__((always_inline)) void
switch_tasks(struct horo_loop *loop, struct horo_task *from,
             struct horo_task *to)
{
    loop->current = to;
    loop->immediate = 0;
    horo__annotate_leave(&from->annotation, &to->annotation, false);
    horo__context_switch(&from->context, &to->context);
    horo__annotate_arrive(&from->annotation, &loop->idle.annotation);
}

static inline __attribute__((always_inline)) void
switch_away(struct horo_loop *loop, struct horo_task *self)
{
    struct horo_task *next = take_next(loop);

    if (next != self) {
        switch_tasks(loop, self, next);
    }
}

void horo__switch_away(struct horo_loop *loop)
{
    switch_away(loop, loop->current);
}

void horo__switch_for_good(struct horo_loop *loop)
{
    struct horo_task *self = loop->current;
    struct horo_task *next = take_next(loop);

    loop->current = next;
    loop->immediate = 0;
    horo__annotate_leave(&self->annotation, &next->annotation, true);
    horo__annotate_death(&self->annotation);
    horo__context_switch(&self->context, &next->context);
    __builtin_unreachable();
}

void horo__run_eagerly(struct horo_task *task)
{
    struct horo_loop *loop = task->loop;
    struct horo_task *self = loop->current;
    struct horo_task *base = loop->base;

    if (base == &loop->idle) {
        loop->reserve = loop->budget;
        loop->budget = 0;
    }
    loop->base = self;
    self->state = HORO_TASK_READY;
    task->state = HORO_TASK_RUNNING;
    switch_tasks(loop, self, task);
    self->state = HORO_TASK_RUNNING;
    loop->base = base;
    if (base == &loop->idle) {
        loop->budget = loop->reserve;
    }
}

unsigned horo__run_ready(struct horo_loop *loop, unsigned most)
{
    if (most == 0 || horo__ready_is_empty(&loop->ready)) {
        return 0;
    }
    loop->budget = most;
    loop->withheld = 0;
    switch_tasks(loop, &loop->idle, take_next(loop));
    return most - loop->budget - loop->withheld;
}

void (*horo__on_point)(enum horo__point point);

/* For a task with `is_reached`: is it cancelled, or does only a test ask? Out
 * of line, so that those who may wait need not save a register. */
static __attribute__((noinline)) int check_closely(struct horo_task *self)
{
    horo__point_here(HORO__POINT_BEFORE);
    return self->scope->reason ? horo__scope_deliver(self->scope) : 0;
}

int horo__wait_check(void)
{
    struct horo_task *self = horo__task_self();

    if (horo__unlikely(!self)) {
        return -HORO_ENOTASK;
    }
    if (horo__unlikely(self->is_reached)) {
        return check_closely(self);
    }
    return 0;
}

int horo__wait_check_self(struct horo_task **ret_self)
{
    int rc = horo__wait_check();

    if (horo__likely(rc == 0)) {
        *ret_self = horo__loop->current;
    }
    return rc;
}

int horo__wait(const struct horo__wait_kind *kind, void *awaited)
{
    struct horo_task *self = horo__loop->current;

    self->state = HORO_TASK_WAITING;
    self->wait = kind;
    self->awaited = awaited;
    self->blame = NULL;
    horo__point_here(HORO__POINT_DURING);
    switch_away(self->loop, self);
    horo__point_here(HORO__POINT_AFTER);
    if (horo__unlikely(self->wait_result == -ECANCELED && self->blame)) {
        /* An outer scope may have been cancelled since, or a shield raised. */
        struct horo_scope *reason = self->scope->reason;

        horo__scope_felt(reason ? reason : self->blame);
    }
    return self->wait_result;
}

void *horo__awaited(const struct horo_task *task)
{
    return task->awaited;
}

void horo__wake(struct horo_task *task, int result)
{
    horo__check(task->state == HORO_TASK_WAITING);
    task->wait_result = result;
    horo__schedule(task);
}

int horo__wait_politely(void)
{
    struct horo_task *self = horo__task_self();

    if (horo__unlikely(!self)) {
        return -HORO_ENOTASK;
    }
    if (horo__unlikely(++self->loop->immediate >= POLITE_AFTER)) {
        self->loop->immediate = 0;
        horo__schedule(self);
        switch_away(self->loop, self);
    }
    return horo__unlikely(self->is_reached) ? check_closely(self) : 0;
}

int horo_yield(void)
{
    int rc = horo__wait_check();

    if (rc == 0) {
        struct horo_task *self = horo__loop->current;

        horo__schedule(self);
        switch_away(self->loop, self);
    }
    return rc;
}
