/* Context switch by ucontext(3), for other processors and for tools that know
 * no other. Slow: each switch is a system call. See context.h. */
#ifndef HORO_CORE_CONTEXT_UCONTEXT_H
#define HORO_CORE_CONTEXT_UCONTEXT_H

#include <fenv.h>
#include <stdint.h>
#include <ucontext.h>

struct horo__context {
    ucontext_t state;
    fenv_t control; /* of floating point, for those that are made like it */
};

_Noreturn void horo__context_start(struct horo__context *context);

/* makecontext(3) passes ints only: the pointer travels in halves. */
static inline void horo__context_entry(unsigned high, unsigned low)
{
    horo__context_start(
        (struct horo__context *)(uintptr_t)((uint64_t)high << 32 | low));
}

static inline void horo__context_init_running(struct horo__context *context)
{
    (void)fegetenv(&context->control); /* swapcontext(3) saves the rest */
}

static inline void horo__context_init(struct horo__context *context,
                                      void *bottom, void *top,
                                      const struct horo__context *like)
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
    makecontext(&context->state, (void (*)(void))horo__context_entry, 2,
                (unsigned)(self >> 32), (unsigned)self);
}

static inline void horo__context_switch(struct horo__context *from,
                                        struct horo__context *to)
{
    (void)swapcontext(&from->state, &to->state);
}

#endif
