/* Context switch for aarch64, AAPCS64. See context.h. */
#ifndef HORO_CORE_CONTEXT_AARCH64_H
#define HORO_CORE_CONTEXT_AARCH64_H

#include <stddef.h>
#include <stdint.h>

struct horo__context {
    void *stack_pointer;
    void *frame_pointer;
    void *resume_at;
    uint64_t fpcr;   /* floating-point control */
    intptr_t passed; /* by horo__context_pass_in() and its like */
};

/* The assembly below knows the offsets. */
_Static_assert(offsetof(struct horo__context, stack_pointer) == 0, "");
_Static_assert(offsetof(struct horo__context, frame_pointer) == 8, "");
_Static_assert(offsetof(struct horo__context, resume_at) == 16, "");

/* In context_aarch64.S: calls horo__context_start with the context in x1. */
extern void horo__context_entry(void);

/* In pass_aarch64.S: the same for horo__context_start_inside. */
extern void horo__context_entry_inside(void);

static inline void horo__context_init_running(struct horo__context *context)
{
    __asm__ volatile("mrs %0, fpcr" : "=r"(context->fpcr));
}

static inline void horo__context_init(struct horo__context *context,
                                      void *bottom, void *top,
                                      const struct horo__context *like)
{
    (void)bottom;
    context->stack_pointer = (void *)((uintptr_t)top & ~(uintptr_t)15);
    context->frame_pointer = NULL;
    context->resume_at = (void *)horo__context_entry;
    context->fpcr = like->fpcr;
}

static inline void horo__context_init_inside(struct horo__context *context,
                                             void *bottom, void *top,
                                             struct horo__context *caller)
{
    (void)bottom;
    /* Unwinders look for the caller here. */
    struct horo__context **stack =
        (struct horo__context **)((uintptr_t)top & ~(uintptr_t)15) - 2;

    *stack = caller;
    context->stack_pointer = stack;
    context->frame_pointer = NULL;
    context->resume_at = (void *)horo__context_entry_inside;
    horo__context_init_running(context);
}

static inline __attribute__((always_inline)) void
horo__context_switch(struct horo__context *from, struct horo__context *to)
{
    register struct horo__context *from_x0 __asm__("x0") = from;
    register struct horo__context *to_x1 __asm__("x1") = to;

    horo__context_init_running(from);
    if (__builtin_expect(from->fpcr != to->fpcr, 0)) {
        __asm__ volatile("msr fpcr, %0" : : "r"(to->fpcr));
    }
    /* The compiler keeps d8-d15 itself where they are live, as they are named
     * here; hint #36 is "bti j", where indirect jumps may land. */
    __asm__ volatile("adr x9, 1f\n\t"
                     "mov x10, sp\n\t"
                     "stp x10, x29, [x0]\n\t"
                     "str x9, [x0, #16]\n\t"
                     "ldp x10, x29, [x1]\n\t"
                     "ldr x16, [x1, #16]\n\t"
                     "mov sp, x10\n\t"
                     "br x16\n"
                     "1:\thint #36"
                     : "+r"(from_x0), "+r"(to_x1)
                     :
                     : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
                       "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18",
                       "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
                       "x27", "x28", "x30", "v0", "v1", "v2", "v3", "v4", "v5",
                       "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",
                       "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
                       "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29",
                       "v30", "v31", "cc", "memory");
}

static inline __attribute__((always_inline)) void *
horo__context_pass_in(struct horo__context *caller,
                      struct horo__context *inside, int code)
{
    inside->passed = code;
    horo__context_switch(caller, inside);
    return (void *)caller->passed;
}

static inline __attribute__((always_inline)) int
horo__context_pass_out(struct horo__context *inside,
                       struct horo__context *caller, void *value)
{
    caller->passed = (intptr_t)value;
    horo__context_switch(inside, caller);
    return (int)inside->passed;
}

#endif
