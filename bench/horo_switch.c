/* The bare context switch, there and back, without a loop around it. */
#include <stdio.h>
#include <stdlib.h>

#include "core/context.h"
#include "sys/clock.h"

enum { STACK_SIZE = 64 << 10, TIMES = 50000000 };

static struct horo__context here;
static struct horo__context there;

/* Takes the place of the library's: where a new context begins. */
void horo__context_start(struct horo__context *context)
{
    for (;;) {
        horo__context_switch(context, &here);
    }
}

int main(void)
{
    char *stack = malloc(STACK_SIZE);
    int64_t began;

    if (!stack) {
        return 1;
    }
    horo__context_init_running(&here);
    horo__context_init(&there, stack, stack + STACK_SIZE, &here);
    horo__context_switch(&here, &there);
    began = horo__clock_now();
    for (long i = 0; i < TIMES; i++) {
        horo__context_switch(&here, &there);
    }
    printf("{\"switch_ns\": %.2f}\n",
           (double)(horo__clock_now() - began) / TIMES / 2);
    free(stack);
    return 0;
}
