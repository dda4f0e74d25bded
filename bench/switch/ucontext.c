/* There and back by swapcontext(3), what the C library offers: each switch
 * saves and restores the signal mask, by a system call. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

enum { STACK_SIZE = 64 << 10, TIMES = 2000000 };

static ucontext_t here;
static ucontext_t there;

static void run(void)
{
    for (;;) {
        swapcontext(&there, &here);
    }
}

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(void)
{
    char *stack = malloc(STACK_SIZE);
    double began;

    if (!stack || getcontext(&there) < 0) {
        return 1;
    }
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = STACK_SIZE;
    makecontext(&there, run, 0);
    swapcontext(&here, &there);
    began = now_ns();
    for (long i = 0; i < TIMES; i++) {
        swapcontext(&here, &there);
    }
    printf("{\"switch_ns\": %.2f}\n", (now_ns() - began) / TIMES / 2);
    free(stack);
    return 0;
}
