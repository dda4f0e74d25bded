/* See signal.h. */
#include "sys/signal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "sys/memory.h"

/* Loops that begin at once on several threads all store the same here. */
static void (*interrupt_handler)(void);              /* atomic */
static void (*fault_explainer)(const char *address); /* atomic */
static unsigned fault_watchers; /* loops that want faults explained */

static bool has_default_action(int number)
{
    struct sigaction now;

    /* Whatever the flags: they stay when SA_RESETHAND takes it away. */
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL;
}

static void on_interrupt(int number)
{
    int saved = errno;

    (void)number;
    __atomic_load_n(&interrupt_handler, __ATOMIC_ACQUIRE)();
    errno = saved;
}

bool horo__signal_may_catch_interrupt(void)
{
    return has_default_action(SIGINT);
}

void horo__signal_catch_interrupt(void (*handler)(void))
{
    /* SA_RESETHAND: the second one finds the default action again. */
    struct sigaction catch = { .sa_handler = on_interrupt,
                               .sa_flags = SA_RESETHAND | SA_RESTART };

    __atomic_store_n(&interrupt_handler, handler, __ATOMIC_RELEASE);
    (void)sigemptyset(&catch.sa_mask);
    (void)sigaction(SIGINT, &catch, NULL); /* fails for wrong numbers only */
}

void horo__signal_release_interrupt(void)
{
    struct sigaction now;

    if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == on_interrupt) {
        (void)signal(SIGINT, SIG_DFL);
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    __atomic_load_n(&fault_explainer, __ATOMIC_ACQUIRE)(info->si_addr);
    /* Back to the instruction, which faults again, for real this time: the
     * core file then shows the place. What was sent by kill(2) will not come
     * again by itself. */
    (void)signal(number, SIG_DFL);
    if (info->si_code <= 0) {
        (void)raise(number);
    }
}

static bool fault_is_ours(void)
{
    struct sigaction now;

    return sigaction(SIGSEGV, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) &&
           now.sa_sigaction == on_fault;
}

int horo__signal_catch_fault(void (*explain)(const char *address),
                             void **ret_stack)
{
    struct sigaction catch = { .sa_sigaction = on_fault,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK };
    stack_t before;
    stack_t stack = { .ss_size = (size_t)sysconf(_SC_SIGSTKSZ) };

    *ret_stack = NULL;
    if (!has_default_action(SIGSEGV) && !fault_is_ours()) {
        return 0;
    }
    if (sigaltstack(NULL, &before) < 0 || !(before.ss_flags & SS_DISABLE)) {
        return 0; /* the thread has plans of its own */
    }
    stack.ss_sp = horo__alloc(stack.ss_size);
    if (!stack.ss_sp) {
        return -ENOMEM;
    }
    (void)sigaltstack(&stack, NULL);
    *ret_stack = stack.ss_sp;
    __atomic_store_n(&fault_explainer, explain, __ATOMIC_RELEASE);
    __atomic_add_fetch(&fault_watchers, 1, __ATOMIC_SEQ_CST);
    (void)sigemptyset(&catch.sa_mask);
    (void)sigaction(SIGSEGV, &catch, NULL);
    return 0;
}

void horo__signal_release_fault(void *stack)
{
    stack_t none = { .ss_flags = SS_DISABLE };

    if (!stack) {
        return;
    }
    if (__atomic_sub_fetch(&fault_watchers, 1, __ATOMIC_SEQ_CST) == 0 &&
        fault_is_ours()) {
        (void)signal(SIGSEGV, SIG_DFL);
    }
    (void)sigaltstack(&none, NULL);
    horo__free(stack);
}
