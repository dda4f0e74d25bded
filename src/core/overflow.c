/* A clean report, with the task's name, when a stack overflows. */
#include "core/core.h"
#include "sys/panic.h"
#include "sys/signal.h"

/* Runs in a signal handler, on the thread that faulted. */
static void explain_fault(const char *address)
{
    const struct horo_task *task = horo__task_self();

    if (!task || address >= task->stack.bottom ||
        address < task->stack.bottom - task->loop->stacks.page_size) {
        return; /* some other fault */
    }
    horo__report((const char *const[]){ "horo: stack overflow in task '",
                                        task->name,
                                        "'; give it a larger stack_size\n" },
                 3);
}

int horo__overflow_watch(struct horo_loop *loop)
{
    return horo__signal_catch_fault(explain_fault, &loop->signal_stack);
}

void horo__overflow_unwatch(struct horo_loop *loop)
{
    horo__signal_release_fault(loop->signal_stack);
    loop->signal_stack = NULL;
}
