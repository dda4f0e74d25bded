/* The first instructions of every new stack, x86-64. */

#if defined(__x86_64__) && defined(__LP64__) && !defined(HORO_CONTEXT_UCONTEXT)

    .text
    .globl horo__context_entry
    .hidden horo__context_entry
    .type horo__context_entry, @function
    .p2align 4
horo__context_entry:
    .cfi_startproc
    /* No caller: debuggers and unwinders end the backtrace here. */
    .cfi_undefined rip
    endbr64
    movq %rsi, %rdi
    xorl %ebp, %ebp
    /* The slot at rsp holds the zero return address; calling from here keeps
     * the alignment that the ABI wants. */
    subq $8, %rsp
    .cfi_def_cfa_offset 16
    call horo__context_start
    ud2
    .cfi_endproc
    .size horo__context_entry, . - horo__context_entry

/* Control-flow protection: endbr64 is where indirect jumps land. */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4
    .long 16
    .long 5
    .asciz "GNU"
    .long 0xc0000002
    .long 4
    .long 1
    .long 0

#endif

    .section .note.GNU-stack, "", %progbits
