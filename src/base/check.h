/* Assertions, always on: each states one invariant of our own. */
#ifndef HORO_BASE_CHECK_H
#define HORO_BASE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#define horo__likely(condition) __builtin_expect(!!(condition), 1)
#define horo__unlikely(condition) __builtin_expect(!!(condition), 0)

/* Says what broke on standard error and aborts; in src/sys/panic.c, as
 * nothing in base may call the system. */
_Noreturn void horo__panic(const char *message, const char *file, int line);

#define horo__check(condition)                           \
    do {                                                 \
        if (horo__unlikely(!(condition))) {              \
            horo__panic(#condition, __FILE__, __LINE__); \
        }                                                \
    } while (0)

#endif
