/* Last words on standard error, safe in a signal handler. Only for a program
 * that is about to end. */
#ifndef HORO_SYS_PANIC_H
#define HORO_SYS_PANIC_H

#include <stddef.h>

/* Writes the strings one after another; NULL ones are left out. */
void horo__report(const char *const *parts, size_t count);

#endif
