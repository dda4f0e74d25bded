/* Generators: the running task, or thread, goes on with another stack and
 * comes back. Whoever runs stays who it is: only its place changes.
 *
 *   NEW --next--> RUNNING --return--> ENDED
 *    |             |   ^                ^
 *    |           yield next, send, ...  |
 *    |             v   |                |
 *    |            FROZEN                |
 *    +---------throw, close-------------+
 *
 * All bookkeeping is done before a crossing, none after it, so that the calls
 * that ask and yield end in horo__context_pass_*(): see context.h for why. */
#include "core/generator.h"

#include <string.h>

#include "sys/memory.h"
#include "sys/panic.h"

enum {
    DEFAULT_STACK_SIZE = 256 << 10,
    ALIGNMENT = 64, /* a cache line */
    MOST_OVERRUNS = 1000
};

static __thread struct horo__generators *home;

/* Who runs here: the task, or the thread between and outside of tasks. NULL on
 * a thread without either. */
static inline struct horo_task *find_runner(void)
{
    const struct horo_loop *loop = horo__loop;

    if (horo__likely(loop && loop->current != &loop->idle)) {
        return loop->current;
    }
    return home ? &home->thread : NULL;
}

struct horo_generator *horo__generator_running(void)
{
    const struct horo_task *runner = find_runner();

    return runner ? runner->generator : NULL;
}

/* --- the thread's memory --- */

static void free_home(struct horo__generators *generators)
{
    if (generators->is_attached) {
        horo__attachment_remove(&generators->attachment);
    }
    horo__thread_end_cancel(&generators->thread_end);
    horo__overflow_release(generators->signal_stack);
    horo__stacks_fini(&generators->stacks);
    horo__free(generators);
    home = NULL;
}

static void on_thread_end(struct horo__thread_end *end)
{
    struct horo__generators *generators =
        horo__container(end, struct horo__generators, thread_end);

    if (generators->live == 0) { /* forgotten ones stay what they are */
        free_home(generators);
    }
}

static void on_loop_end(struct horo__attachment *attachment)
{
    struct horo__generators *generators =
        horo__container(attachment, struct horo__generators, attachment);

    generators->is_attached = false;
    if (generators->live == 0) {
        free_home(generators);
    }
}

void horo_generator_trim(void)
{
    if (home && home->live == 0 && !horo__loop) {
        free_home(home);
    }
}

static int make_home(void)
{
    struct horo__generators *generators = horo__alloc(sizeof *generators);
    int rc;

    if (!generators) {
        return -ENOMEM;
    }
    rc = horo__thread_end_call(&generators->thread_end, on_thread_end);
    if (rc < 0) {
        horo__free(generators);
        return rc;
    }
    horo__stacks_init(&generators->stacks);
    generators->attachment.key = &home;
    generators->attachment.destroy = on_loop_end;
    home = generators;
    return 0;
}

/* Makes the memory that there is end with the loop, if there is one; without,
 * has overflows reported, as a loop would. */
static int prepare_home(void)
{
    int rc = home ? 0 : make_home();

    if (rc == 0 && horo__loop && !home->is_attached) {
        rc = horo__attachment_add(&home->attachment);
        home->is_attached = rc == 0;
    }
    if (rc == 0 && !horo__loop && !home->has_tried_to_watch) {
        rc = horo__overflow_catch(&home->signal_stack);
        home->has_tried_to_watch = rc == 0;
    }
    return rc;
}

/* --- creation --- */

static struct horo_generator *generator_on(const struct horo__stack *stack)
{
    uintptr_t place = (uintptr_t)stack->top - sizeof(struct horo_generator);

    return (struct horo_generator *)(place & ~(uintptr_t)(ALIGNMENT - 1));
}

int horo__generator_create(const char *fn_name, horo_generator_fn *fn,
                           void *arg,
                           const struct horo_generator_options *options,
                           struct horo_generator **ret_generator)
{
    static const struct horo_generator_options defaults;
    struct horo__stack stack;
    struct horo_generator *generator;
    int rc = prepare_home();

    options = options ? options : &defaults;
    if (rc == 0) {
        rc = horo__stack_take(&home->stacks,
                              options->stack_size ? options->stack_size
                                                  : DEFAULT_STACK_SIZE,
                              &stack);
    }
    if (rc < 0) {
        horo_generator_trim();
        return rc;
    }
    generator = generator_on(&stack);
    memset(generator, 0, sizeof *generator);
    generator->home = home;
    generator->fn = fn;
    generator->arg = arg;
    generator->name = options->name ? options->name : fn_name;
    generator->stack = stack;
    horo__context_init_inside(&generator->context, stack.bottom, generator,
                              &generator->caller);
    horo__annotate_birth(&generator->annotation, &generator->stack,
                         generator->name);
    home->live++;
    *ret_generator = generator;
    return 0;
}

/* --- crossing over --- */

/* Lets the body go on, which is NEW or FROZEN; its yield returns `code`. */
static inline __attribute__((always_inline)) void *
enter(struct horo_generator *generator, void *sent, int code)
{
    struct horo_task *runner = find_runner();
    void *value;

    if (generator->ret_sent && code == 0) {
        *generator->ret_sent = sent;
    }
    generator->state = HORO__GENERATOR_RUNNING;
    generator->outer = runner->generator;
    generator->scope = runner->scope;
    runner->generator = generator;
    horo__annotate_enter(&generator->caller_annotation, &runner->annotation,
                         &generator->annotation);
    value =
        horo__context_pass_in(&generator->caller, &generator->context, code);
    horo__annotate_returned(&generator->caller_annotation);
    return value;
}

/* Goes back to whoever asked; returns the code with which the body resumes. */
static inline __attribute__((always_inline)) int
leave(struct horo_generator *generator, struct horo_task *runner, void *value,
      unsigned char state)
{
    int code;

    generator->state = state;
    runner->generator = generator->outer;
    horo__annotate_return(&generator->annotation, &runner->annotation,
                          &generator->caller_annotation,
                          state == HORO__GENERATOR_ENDED);
    code =
        horo__context_pass_out(&generator->context, &generator->caller, value);
    horo__annotate_entered(&generator->annotation,
                           &generator->caller_annotation);
    return code;
}

/* Out of the way of horo__context_start_inside(), whose frame stays. */
static _Noreturn __attribute__((noinline)) void
generator_end(struct horo_generator *self, int result)
{
    struct horo_task *runner = find_runner();

    if (runner->scope != self->scope) {
        horo__report(
            (const char *const[]){ "horo: generator '", self->name,
                                   "' returned without closing its scope\n" },
            3);
        horo__check(runner->scope == self->scope);
    }
    self->result = result;
    (void)leave(self, runner, NULL, HORO__GENERATOR_ENDED);
    __builtin_unreachable();
}

/* Where every body begins, on its own stack. */
void horo__context_start_inside(struct horo__context *context)
{
    struct horo_generator *self = (struct horo_generator *)(void *)context;

    horo__annotate_entered(&self->annotation, &self->caller_annotation);
    generator_end(self, self->fn(self->arg));
}

/* --- for those who ask --- */

static bool can_go_on(const struct horo_generator *generator)
{
    return generator->state <= HORO__GENERATOR_FROZEN &&
           generator->home == home;
}

void *horo_generator_next(struct horo_generator *generator)
{
    if (horo__unlikely(!can_go_on(generator))) {
        return NULL;
    }
    return enter(generator, NULL, 0);
}

void *horo_generator_send(struct horo_generator *generator, void *value)
{
    if (!can_go_on(generator) ||
        (generator->state == HORO__GENERATOR_NEW && value)) {
        return NULL;
    }
    return enter(generator, value, 0);
}

/* Ends a body that has not begun. */
static void skip_body(struct horo_generator *generator, int result)
{
    generator->state = HORO__GENERATOR_ENDED;
    generator->result = result;
}

void *horo_generator_throw(struct horo_generator *generator, int code)
{
    code = code < 0 ? code : -EINVAL;
    if (!can_go_on(generator)) {
        return NULL;
    }
    if (generator->state == HORO__GENERATOR_NEW) {
        skip_body(generator, code);
        return NULL;
    }
    return enter(generator, NULL, code);
}

/* Whether its body runs below the caller, directly or through others. */
static bool is_inside(const struct horo_generator *generator)
{
    const struct horo_generator *at = horo__generator_running();

    while (at && at != generator) {
        at = at->outer;
    }
    return at != NULL;
}

static int check_use(const struct horo_generator *generator)
{
    if (generator->home != home) {
        return -HORO_EOTHERLOOP;
    }
    if (generator->state == HORO__GENERATOR_RUNNING) {
        return is_inside(generator) ? -EDEADLK : -EBUSY;
    }
    return 0;
}

int horo_generator_result(const struct horo_generator *generator)
{
    int rc = check_use(generator);

    if (rc < 0) {
        return rc;
    }
    return generator->state == HORO__GENERATOR_ENDED ? generator->result
                                                     : -HORO_EINVALIDSTATE;
}

static int end_body(struct horo_generator *generator)
{
    generator->is_closing = true;
    (void)enter(generator, NULL, -ECANCELED);
    horo__check(generator->state == HORO__GENERATOR_ENDED);
    if (generator->result < 0 && generator->result != -ECANCELED) {
        return generator->result;
    }
    return generator->overruns > 0 ? -HORO_EDONE : 0;
}

int horo_generator_close(struct horo_generator *generator)
{
    int rc = check_use(generator);

    if (rc == 0 && generator->state == HORO__GENERATOR_FROZEN) {
        rc = end_body(generator);
    } else if (rc == 0 && generator->state == HORO__GENERATOR_NEW) {
        skip_body(generator, -ECANCELED);
    }
    return rc;
}

int horo_generator_destroy(struct horo_generator **generator)
{
    struct horo_generator *gone = generator ? *generator : NULL;
    struct horo__stack stack;
    int rc;

    if (!gone) {
        return 0;
    }
    rc = check_use(gone);
    if (rc < 0) {
        return rc;
    }
    rc = horo_generator_close(gone);
    horo__annotate_death(&gone->annotation);
    stack = gone->stack;
    home->live--;
    horo__stack_give(&home->stacks, &stack);
    *generator = NULL;
    return rc;
}

/* --- for the body --- */

/* Says once more that it is closed; but not to a body that does not listen,
 * whose loop would go round for ever. */
static void count_overrun(struct horo_generator *self)
{
    self->overruns++;
    if (self->overruns > MOST_OVERRUNS) {
        horo__report(
            (const char *const[]){ "horo: generator '", self->name,
                                   "' was closed, and yields on: its body has "
                                   "to return when a yield fails\n" },
            3);
        horo__check(self->overruns <= MOST_OVERRUNS);
    }
}

static __attribute__((noinline)) int refuse_yield(struct horo_generator *self,
                                                  bool is_at_fault)
{
    if (self && self->is_closing) {
        count_overrun(self);
    }
    return is_at_fault ? -EINVAL : -HORO_EDONE;
}

int horo_generator_yield(void *value, void **ret_sent)
{
    struct horo_task *runner = find_runner();
    struct horo_generator *self = runner ? runner->generator : NULL;

    if (horo__unlikely(!self || runner->scope != self->scope)) {
        return refuse_yield(self, true);
    }
    if (horo__unlikely(self->is_closing)) {
        return refuse_yield(self, false);
    }
    self->ret_sent = ret_sent;
    return leave(self, runner, value, HORO__GENERATOR_FROZEN);
}

int horo_generator_yield_from(struct horo_generator *inner)
{
    const struct horo_task *runner = find_runner();
    const struct horo_generator *self = runner ? runner->generator : NULL;
    void *value;

    if (!self || self->is_closing || runner->scope != self->scope) {
        return horo_generator_yield(NULL, NULL); /* says what is wrong */
    }
    value = horo_generator_next(inner);
    while (value || horo_generator_result(inner) == -HORO_EINVALIDSTATE) {
        void *sent;
        int rc = horo_generator_yield(value, &sent);

        if (self->is_closing) {
            int closed = horo_generator_close(inner);

            return closed < 0 ? closed : rc;
        }
        value = rc < 0 ? horo_generator_throw(inner, rc)
                       : horo_generator_send(inner, sent);
    }
    return horo_generator_result(inner);
}
