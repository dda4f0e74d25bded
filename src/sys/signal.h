/* The two signals that the library has a use for. */
#ifndef HORO_SYS_SIGNAL_H
#define HORO_SYS_SIGNAL_H

#include <stdbool.h>

/* Whether SIGINT has its default action, so that nobody else is robbed. */
bool horo__signal_may_catch_interrupt(void);

/* Has the next SIGINT call `handler`, and the one after it have its default
 * action. `handler` runs as a signal handler, on any thread. */
void horo__signal_catch_interrupt(void (*handler)(void));

/* Gives SIGINT its default action back. */
void horo__signal_release_interrupt(void);

/* Has a memory fault (SIGSEGV) call `explain` with the address, before the
 * program ends as it would have, and gives this thread a stack to do so on.
 * Does nothing, with *ret_stack NULL, unless SIGSEGV has its default action or
 * this very handler. Returns 0 or -ENOMEM. */
int horo__signal_catch_fault(void (*explain)(const char *address),
                             void **ret_stack);

/* Takes the thread's signal stack away again. */
void horo__signal_release_fault(void *stack);

#endif
