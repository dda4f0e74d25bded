/* The first instructions of every new stack, aarch64. */

#if defined(__aarch64__) && !defined(HORO_CONTEXT_UCONTEXT)

    .text
    .globl horo__context_entry
    .hidden horo__context_entry
    .type horo__context_entry, %function
    .p2align 4
horo__context_entry:
    .cfi_startproc
    /* No caller: debuggers and unwinders end the backtrace here. */
    .cfi_undefined x30
    hint #36
    mov x0, x1
    mov x29, xzr
    mov x30, xzr
    bl horo__context_start
    brk #0
    .cfi_endproc
    .size horo__context_entry, . - horo__context_entry

#endif

    .section .note.GNU-stack, "", %progbits
