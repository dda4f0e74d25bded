/* A clean report, with the name, when the stack of a task or of a generator
 * overflows. */
#include "core/core.h"
#include "core/generator.h"
#include "sys/panic.h"
#include "sys/signal.h"

static void explain(const char *address, const struct horo__stack *stack,
                    size_t page_size, const char *kind, const char *name)
{
    if (address >= stack->bottom || address < stack->bottom - page_size) {
        return; /* some other fault */
    }
    horo__report((const char *const[]){ "horo: stack overflow in ", kind, " '",
                                        name,
                                        "'; give it a larger stack_size\n" },
                 5);
}

/* Runs in a signal handler, on the thread that faulted. */
static void explain_fault(const char *address)
{
    const struct horo_generator *generator = horo__generator_running();
    const struct horo_task *task = horo__task_self();

    if (generator) {
        explain(address, &generator->stack, generator->home->stacks.page_size,
                "generator", generator->name);
    } else if (task) {
        explain(address, &task->stack, task->loop->stacks.page_size, "task",
                task->name);
    }
}

int horo__overflow_catch(void **ret_signal_stack)
{
    return horo__signal_catch_fault(explain_fault, ret_signal_stack);
}

void horo__overflow_release(void *signal_stack)
{
    horo__signal_release_fault(signal_stack);
}

int horo__overflow_watch(struct horo_loop *loop)
{
    return horo__overflow_catch(&loop->signal_stack);
}

void horo__overflow_unwatch(struct horo_loop *loop)
{
    horo__overflow_release(loop->signal_stack);
    loop->signal_stack = NULL;
}
