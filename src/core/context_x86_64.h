/* Context switch for x86-64, System V ABI. See context.h. */
#ifndef HORO_CORE_CONTEXT_X86_64_H
#define HORO_CORE_CONTEXT_X86_64_H

#include <stddef.h>
#include <stdint.h>

struct horo__context {
    void *stack_pointer;
    void *frame_pointer;
    void *resume_at;
    uint32_t mxcsr; /* SSE control and status */
    uint16_t x87_control;
};

/* The assembly below knows the offsets. */
_Static_assert(offsetof(struct horo__context, stack_pointer) == 0, "");
_Static_assert(offsetof(struct horo__context, frame_pointer) == 8, "");
_Static_assert(offsetof(struct horo__context, resume_at) == 16, "");
_Static_assert(offsetof(struct horo__context, mxcsr) == 24, "");
_Static_assert(offsetof(struct horo__context, x87_control) == 28, "");

/* In context_x86_64.S: calls horo__context_start with the context in rsi. */
extern void horo__context_entry(void);

/* In pass_x86_64.S: the same for horo__context_start_inside, the way there and
 * back, and where a stack that has been left that way goes on. */
extern void horo__context_entry_inside(void);
extern void horo__context_resume(void);
extern void *horo__context_pass_in(struct horo__context *caller,
                                   struct horo__context *inside, int code);
extern int horo__context_pass_out(struct horo__context *inside,
                                  struct horo__context *caller, void *value);

static inline void horo__context_init_running(struct horo__context *context)
{
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1"
                     : "=m"(context->mxcsr), "=m"(context->x87_control));
}

static inline void horo__context_init(struct horo__context *context,
                                      void *bottom, void *top,
                                      const struct horo__context *like)
{
    (void)bottom;
    /* At a function's first instruction the stack is 8 below a multiple of
     * 16, where the return address would be: zero, no caller. */
    void **stack = (void **)((uintptr_t)top & ~(uintptr_t)15) - 1;

    *stack = NULL;
    context->stack_pointer = stack;
    context->frame_pointer = NULL;
    context->resume_at = (void *)horo__context_entry;
    context->mxcsr = like->mxcsr;
    context->x87_control = like->x87_control;
}

static inline void horo__context_init_inside(struct horo__context *context,
                                             void *bottom, void *top,
                                             struct horo__context *caller)
{
    enum { REGISTERS = 6, RBX = -1, RETURN = 0, CALLER = 1 };
    (void)bottom;
    /* The entry calls from the word that names the caller, where the stack has
     * to be aligned; unwinders look for it there. */
    void **stack = (void **)((uintptr_t)top & ~(uintptr_t)15) - 3;

    for (int i = 1; i <= REGISTERS; i++) {
        stack[-i] = NULL;
    }
    stack[RBX] = context;
    stack[RETURN] = (void *)horo__context_entry_inside;
    stack[CALLER] = caller;
    horo__context_init_running(context);
    context->stack_pointer = stack;
    context->frame_pointer = NULL;
    context->resume_at = (void *)horo__context_resume;
    caller->resume_at = (void *)horo__context_resume;
}

#ifdef __AVX512F__
#define HORO__AVX512_CLOBBERS                                                 \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", \
        "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29", "xmm30",        \
        "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#else
#define HORO__AVX512_CLOBBERS
#endif

static inline __attribute__((always_inline)) void
horo__context_switch(struct horo__context *from, struct horo__context *to)
{
    uint16_t x87_control;

    __asm__ volatile("fnstcw %0" : "=m"(x87_control));
    if (__builtin_expect(x87_control != from->x87_control, 0)) {
        horo__context_init_running(from);
    }
    __asm__ volatile("ldmxcsr %0" : : "m"(to->mxcsr));
    if (__builtin_expect(x87_control != to->x87_control, 0)) {
        __asm__ volatile("fldcw %0" : : "m"(to->x87_control));
    }
    __asm__ volatile(
        "leaq 1f(%%rip), %%rax\n\t"
        "movq %%rsp, 0(%0)\n\t"
        "movq %%rbp, 8(%0)\n\t"
        "movq %%rax, 16(%0)\n\t"
        "movq 0(%1), %%rsp\n\t"
        "movq 8(%1), %%rbp\n\t"
        "jmpq *16(%1)\n"
        "1:\tendbr64"
        : "+D"(from), "+S"(to)
        :
        : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13",
          "r14", "r15", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
          "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
          "xmm15" HORO__AVX512_CLOBBERS, "st", "st(1)", "st(2)", "st(3)",
          "st(4)", "st(5)", "st(6)", "st(7)", "cc", "memory");
}

#undef HORO__AVX512_CLOBBERS

#endif
