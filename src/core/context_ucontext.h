/* Context switch by ucontext(3), for other processors and for tools that know
 * no other. Slow: each switch is a system call. See context.h. */
#ifndef HORO_CORE_CONTEXT_UCONTEXT_H
#define HORO_CORE_CONTEXT_UCONTEXT_H

#include <fenv.h>
#include <stdint.h>
#include <ucontext.h>

struct horo__context {
    ucontext_t state;
    fenv_t control;  /* of floating point, for those that are made like it */
    intptr_t passed; /* by horo__context_pass_in() and its like */
};

_Noreturn void horo__context_start(struct horo__context *context);
_Noreturn void horo__context_start_inside(struct horo__context *context);

/* makecontext(3) passes ints only: the pointer travels in halves. */
static inline void horo__context_entry(unsigned high, unsigned low)
{
    horo__context_start(
        (struct horo__context *)(uintptr_t)((uint64_t)high << 32 | low));
}

static inline void horo__context_entry_inside(unsigned high, unsigned low)
{
    horo__context_start_inside(
        (struct horo__context *)(uintptr_t)((uint64_t)high << 32 | low));
}

static inline void horo__context_init_running(struct horo__context *context)
{
    (void)fegetenv(&context->control); /* swapcontext(3) saves the rest */
}

static inline void horo__context_prepare(struct horo__context *context,
                                         void *bottom, void *top,
                                         const struct horo__context *like,
                                         void (*entry)(unsigned, unsigned))
{
    uint64_t self = (uintptr_t)context;
    fenv_t now;

    /* getcontext(3) takes the control of floating point from the present. */
    (void)fegetenv(&now);
    (void)fesetenv(&like->control);
    (void)getcontext(&context->state); /* cannot fail */
    (void)fesetenv(&now);
    context->control = like->control;
    context->state.uc_stack.ss_sp = bottom;
    context->state.uc_stack.ss_size = (size_t)((char *)top - (char *)bottom);
    context->state.uc_link = NULL;
    makecontext(&context->state, (void (*)(void))entry, 2,
                (unsigned)(self >> 32), (unsigned)self);
}

static inline void horo__context_init(struct horo__context *context,
                                      void *bottom, void *top,
                                      const struct horo__context *like)
{
    horo__context_prepare(context, bottom, top, like, horo__context_entry);
}

/* Backtraces end here: what lies below the entry is the C library's. */
static inline void horo__context_init_inside(struct horo__context *context,
                                             void *bottom, void *top,
                                             struct horo__context *caller)
{
    struct horo__context now;

    (void)caller;
    horo__context_init_running(&now);
    horo__context_prepare(context, bottom, top, &now,
                          horo__context_entry_inside);
}

static inline void horo__context_switch(struct horo__context *from,
                                        struct horo__context *to)
{
    (void)swapcontext(&from->state, &to->state);
}

static inline void *horo__context_pass_in(struct horo__context *caller,
                                          struct horo__context *inside,
                                          int code)
{
    inside->passed = code;
    horo__context_switch(caller, inside);
    return (void *)caller->passed;
}

static inline int horo__context_pass_out(struct horo__context *inside,
                                         struct horo__context *caller,
                                         void *value)
{
    caller->passed = (intptr_t)value;
    horo__context_switch(inside, caller);
    return (int)inside->passed;
}

#endif
