/* Telling AddressSanitizer, ThreadSanitizer and Valgrind about our stacks.
 * Without them every function here is empty. Order matters: "leave" before
 * the switch, "arrive" first thing after it, on the other stack. */
#ifndef HORO_CORE_ANNOTATE_H
#define HORO_CORE_ANNOTATE_H

#include <stddef.h>

#include "base/sanitizer.h"
#include "core/stack.h"

#if defined(HORO__ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(HORO__TSAN)
#include <sanitizer/tsan_interface.h>
#endif
#if defined(HORO_HAVE_VALGRIND)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#endif

/* What the tools want to be told of each task. */
struct horo__annotation {
#if defined(HORO__ASAN)
    void *fake_stack;
    const void *bottom;
    size_t size;
#endif
#if defined(HORO__TSAN)
    void *fibre;
#endif
    char unused; /* a struct must not be empty */
};

static inline void horo__annotate_stack_new(struct horo__stack *stack)
{
#if defined(HORO_HAVE_VALGRIND)
    stack->valgrind_id = VALGRIND_STACK_REGISTER(stack->bottom, stack->top - 1);
#else
    (void)stack;
#endif
}

static inline void horo__annotate_stack_reused(const struct horo__stack *stack)
{
#if defined(HORO__ASAN)
    ASAN_UNPOISON_MEMORY_REGION(stack->bottom,
                                (size_t)(stack->top - stack->bottom));
#endif
    (void)stack;
}

static inline void horo__annotate_stack_gone(const struct horo__stack *stack)
{
#if defined(HORO__ASAN)
    ASAN_UNPOISON_MEMORY_REGION(stack->bottom,
                                (size_t)(stack->top - stack->bottom));
#endif
#if defined(HORO_HAVE_VALGRIND)
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
#endif
    (void)stack;
}

/* The kernel has written there without a system call that tools see. */
static inline void horo__annotate_filled(const void *bytes, size_t size)
{
#if defined(HORO_HAVE_VALGRIND)
    (void)VALGRIND_MAKE_MEM_DEFINED(bytes, size);
#endif
    (void)bytes;
    (void)size;
}

/* The task on the thread's own stack. */
static inline void horo__annotate_thread(struct horo__annotation *own)
{
#if defined(HORO__TSAN)
    own->fibre = __tsan_get_current_fiber();
#endif
    (void)own;
}

static inline void horo__annotate_birth(struct horo__annotation *task,
                                        const struct horo__stack *stack,
                                        const char *name)
{
#if defined(HORO__ASAN)
    task->fake_stack = NULL;
    task->bottom = stack->bottom;
    task->size = (size_t)(stack->top - stack->bottom);
#endif
#if defined(HORO__TSAN)
    task->fibre = __tsan_create_fiber(0);
    __tsan_set_fiber_name(task->fibre, name);
#endif
    (void)task;
    (void)stack;
    (void)name;
}

/* The task has been left for good. */
static inline void horo__annotate_death(struct horo__annotation *task)
{
#if defined(HORO__TSAN)
    __tsan_destroy_fiber(task->fibre);
#endif
    (void)task;
}

static inline __attribute__((always_inline)) void
horo__annotate_leave(struct horo__annotation *from, struct horo__annotation *to,
                     int for_good)
{
#if defined(HORO__ASAN)
    __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake_stack,
                                   to->bottom, to->size);
#endif
#if defined(HORO__TSAN)
    __tsan_switch_to_fiber(to->fibre, 0);
#endif
    (void)from;
    (void)to;
    (void)for_good;
}

/* `idle` learns the bounds of the thread's stack, which it was last left
 * for. */
static inline void horo__annotate_arrive(struct horo__annotation *here,
                                         struct horo__annotation *idle)
{
#if defined(HORO__ASAN)
    const void *bottom;
    size_t size;

    __sanitizer_finish_switch_fiber(here->fake_stack, &bottom, &size);
    if (!idle->bottom) {
        /* The first switch ever comes from there. */
        idle->bottom = bottom;
        idle->size = size;
    }
#endif
    (void)here;
    (void)idle;
}

/* --- a generator: whoever runs goes on with its stack, and comes back --- */

/* Before: `runner` is now to be found there, as it may be left from there;
 * `caller` keeps where it was. */
static inline __attribute__((always_inline)) void
horo__annotate_enter(struct horo__annotation *caller,
                     struct horo__annotation *runner,
                     const struct horo__annotation *generator)
{
#if defined(HORO__ASAN)
    *caller = *runner;
    *runner = *generator;
    __sanitizer_start_switch_fiber(&caller->fake_stack, generator->bottom,
                                   generator->size);
#endif
#if defined(HORO__TSAN)
    caller->fibre = __tsan_get_current_fiber();
    runner->fibre = generator->fibre;
    __tsan_switch_to_fiber(generator->fibre, 0);
#endif
    (void)caller;
    (void)runner;
    (void)generator;
}

/* After, on the generator's stack. A thread's own stack may not be known yet:
 * `caller` learns its bounds, and hands them on to the thread. */
static inline __attribute__((always_inline)) void
horo__annotate_entered(struct horo__annotation *generator,
                       struct horo__annotation *caller)
{
#if defined(HORO__ASAN)
    const void *bottom;
    size_t size;

    __sanitizer_finish_switch_fiber(generator->fake_stack, &bottom, &size);
    if (!caller->bottom) {
        caller->bottom = bottom;
        caller->size = size;
    }
#endif
    (void)generator;
    (void)caller;
}

/* Before the way back. */
static inline __attribute__((always_inline)) void
horo__annotate_return(struct horo__annotation *generator,
                      struct horo__annotation *runner,
                      const struct horo__annotation *caller, int for_good)
{
#if defined(HORO__ASAN)
    *runner = *caller;
    __sanitizer_start_switch_fiber(for_good ? NULL : &generator->fake_stack,
                                   caller->bottom, caller->size);
#endif
#if defined(HORO__TSAN)
    runner->fibre = caller->fibre;
    __tsan_switch_to_fiber(caller->fibre, 0);
#endif
    (void)generator;
    (void)runner;
    (void)caller;
    (void)for_good;
}

/* After, on the caller's stack. */
static inline __attribute__((always_inline)) void
horo__annotate_returned(struct horo__annotation *caller)
{
#if defined(HORO__ASAN)
    __sanitizer_finish_switch_fiber(caller->fake_stack, NULL, NULL);
#endif
    (void)caller;
}

#endif
