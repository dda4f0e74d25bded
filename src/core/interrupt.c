/* The first Ctrl-C cancels the main task, the second ends the program. */
#include "core/core.h"
#include "sys/signal.h"

/* A signal handler has no argument: the one loop that asked for SIGINT. */
static struct horo_loop *listening;

static void cancel_main(void *arg)
{
    struct horo_loop *loop = arg;

    if (loop->main_task) { /* it may have ended while the news travelled */
        horo_task_cancel(loop->main_task);
    }
}

static void on_interrupt(void)
{
    struct horo_loop *loop = __atomic_load_n(&listening, __ATOMIC_ACQUIRE);

    if (loop) {
        horo__loop_deliver(loop, &loop->interrupt);
    }
}

void horo__interrupt_install(struct horo_loop *loop,
                             struct horo_task *main_task)
{
    loop->main_task = main_task;
    loop->interrupt = (struct horo__post){
        .fn = cancel_main,
        .arg = loop,
        .is_embedded = true,
    };
    /* First who listens, then the handler, or an early signal would be lost.
     * Of two loops the one that finds the default action gets it. */
    if (!horo__signal_may_catch_interrupt()) {
        return;
    }
    __atomic_store_n(&listening, loop, __ATOMIC_RELEASE);
    horo__signal_catch_interrupt(on_interrupt);
}

void horo__interrupt_remove(struct horo_loop *loop)
{
    if (__atomic_load_n(&listening, __ATOMIC_ACQUIRE) == loop) {
        horo__signal_release_interrupt();
        __atomic_store_n(&listening, NULL, __ATOMIC_RELEASE);
    }
    loop->main_task = NULL;
}
