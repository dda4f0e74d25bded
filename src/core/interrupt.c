/* The first Ctrl-C cancels the main task, or stops a loop that has none; the
 * second ends the program. */
#include "core/core.h"
#include "sys/signal.h"

/* A signal handler has no argument: the one loop that asked for SIGINT. */
static struct horo_loop *listening;

static void interrupt(void *arg)
{
    struct horo_loop *loop = arg;

    __atomic_store_n(&loop->is_interrupt_under_way, false, __ATOMIC_RELEASE);
    if (loop->main_task) {
        horo_scope_cancel(&loop->main_task->root);
    } else {
        loop->is_interrupted = true;
        (void)horo_loop_stop(loop);
    }
}

static void on_interrupt(void)
{
    struct horo_loop *loop = __atomic_load_n(&listening, __ATOMIC_ACQUIRE);

    if (loop && !__atomic_exchange_n(&loop->is_interrupt_under_way, true,
                                     __ATOMIC_ACQ_REL)) {
        horo__loop_deliver(loop, &loop->interrupt);
    }
}

void horo__interrupt_install(struct horo_loop *loop,
                             struct horo_task *main_task)
{
    loop->main_task = main_task;
    loop->is_interrupted = false;
    loop->interrupt.fn = interrupt;
    loop->interrupt.arg = loop;
    loop->interrupt.is_embedded = true;
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
