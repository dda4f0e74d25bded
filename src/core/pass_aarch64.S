/* The first instructions of a stack that runs inside a call, aarch64. */

#if defined(__aarch64__) && !defined(HORO_CONTEXT_UCONTEXT)

    .text
    .globl horo__context_entry_inside
    .hidden horo__context_entry_inside
    .type horo__context_entry_inside, %function
    .p2align 4
horo__context_entry_inside:
    .cfi_startproc
    /* The backtrace goes on with the caller, whose context the word at sp
     * points to. In DWARF: CFA, the caller's sp, is **sp; the place to resume
     * was saved at *sp + 16, its x29 at *sp + 8. A "signal frame" is one whose
     * caller may be anywhere: elsewhere debuggers insist that stacks grow
     * downwards. */
    .cfi_signal_frame
    .cfi_escape 0x0f, 4, 0x8f, 0, 0x06, 0x06
    .cfi_escape 0x10, 30, 5, 0x8f, 0, 0x06, 0x23, 16
    .cfi_escape 0x10, 29, 5, 0x8f, 0, 0x06, 0x23, 8
    hint #36
    mov x0, x1
    mov x29, xzr
    mov x30, xzr
    bl horo__context_start_inside
    brk #0
    .cfi_endproc
    .size horo__context_entry_inside, . - horo__context_entry_inside

#endif

    .section .note.GNU-stack, "", %progbits
