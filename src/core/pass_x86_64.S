/* Crossing to a stack that runs inside a call, and back, x86-64. */

#if defined(__x86_64__) && defined(__LP64__) && !defined(HORO_CONTEXT_UCONTEXT)

    .text

/* void *horo__context_pass_in(caller: rdi, inside: rsi, code: edx)
 * int horo__context_pass_out(inside: rdi, caller: rsi, value: rdx)
 *
 * See context.h. At the stack pointer of a stack that is left by either, or is
 * new, is a return address, and below it, where signal handlers do not write,
 * are the registers: no side needs to know where the other resumes. */
.macro SAVE
    endbr64
    movq %rbx, -8(%rsp)
    .cfi_offset rbx, -16
    movq %rbp, -16(%rsp)
    .cfi_offset rbp, -24
    movq %r12, -24(%rsp)
    .cfi_offset r12, -32
    movq %r13, -32(%rsp)
    .cfi_offset r13, -40
    movq %r14, -40(%rsp)
    .cfi_offset r14, -48
    movq %r15, -48(%rsp)
    .cfi_offset r15, -56
    fnstcw -56(%rsp)
    movzwl -56(%rsp), %eax
.endm

.macro RESTORE
    movq -8(%rsp), %rbx
    movq -16(%rsp), %rbp
    movq -24(%rsp), %r12
    movq -32(%rsp), %r13
    movq -40(%rsp), %r14
    movq -48(%rsp), %r15
    movq %rdx, %rax
    /* A jump instead of a return; where it lands there is no endbr64. */
    popq %rcx
    .cfi_adjust_cfa_offset -8
    .cfi_register rip, rcx
    notrack jmpq *%rcx
.endm

/* Floating-point control: mxcsr (at 24 of a context) and the x87 control word
 * (at 28). As in horo__context_switch() the latter tells whether anything has
 * changed. Where both sides have the same one, mxcsr is left alone: what is
 * changed there by intrinsics flows on, as into and out of any function. The
 * caller's is then not stored either: it is the one that `inside` came with. */

    .globl horo__context_pass_in
    .hidden horo__context_pass_in
    .type horo__context_pass_in, @function
    .p2align 5
horo__context_pass_in:
    .cfi_startproc
    SAVE
    movw %ax, 28(%rdi)
    cmpw %ax, 28(%rsi)
    jne 2f
1:
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    .globl horo__context_resume
    .hidden horo__context_resume
horo__context_resume:
    .cfi_remember_state
    RESTORE
2:
    .cfi_restore_state
    stmxcsr 24(%rdi)
    ldmxcsr 24(%rsi)
    fldcw 28(%rsi)
    jmp 1b
    .cfi_endproc
    .size horo__context_pass_in, . - horo__context_pass_in

    .globl horo__context_pass_out
    .hidden horo__context_pass_out
    .type horo__context_pass_out, @function
    .p2align 5
horo__context_pass_out:
    .cfi_startproc
    SAVE
    cmpw %ax, 28(%rdi)
    jne 2f
    cmpw %ax, 28(%rsi)
    jne 2f
1:
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    .cfi_remember_state
    RESTORE
2:
    .cfi_restore_state
    movzwl 28(%rdi), %ecx
    cmpw %cx, 28(%rsi)
    jne 3f
    movl 24(%rdi), %ecx
    movl %ecx, 24(%rsi)
3:
    stmxcsr 24(%rdi)
    movw %ax, 28(%rdi)
    ldmxcsr 24(%rsi)
    fldcw 28(%rsi)
    jmp 1b
    .cfi_endproc
    .size horo__context_pass_out, . - horo__context_pass_out

/* The first instructions of such a stack; the context is in rbx. */
    .globl horo__context_entry_inside
    .hidden horo__context_entry_inside
    .type horo__context_entry_inside, @function
    .p2align 4
horo__context_entry_inside:
    .cfi_startproc
    /* The backtrace goes on with the caller, whose context the word at rsp
     * points to. In DWARF: CFA, the caller's rsp, is **rsp; its rip is at
     * *rsp + 16. A "signal frame" is one whose caller may be anywhere:
     * elsewhere debuggers insist that stacks grow downwards. */
    .cfi_signal_frame
    .cfi_escape 0x0f, 4, 0x77, 0, 0x06, 0x06
    .cfi_escape 0x10, 16, 5, 0x77, 0, 0x06, 0x23, 16
    endbr64
    movq %rbx, %rdi
    call horo__context_start_inside
    ud2
    .cfi_endproc
    .size horo__context_entry_inside, . - horo__context_entry_inside

/* Control-flow protection, as in context_x86_64.S. */
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
