/* The end of the program after a broken invariant, in plain words. Uses only
 * what is safe in a signal handler. */
#include "sys/panic.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

void horo__report(const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i] && write(STDERR_FILENO, parts[i], strlen(parts[i])) < 0) {
            return; /* nobody listens */
        }
    }
}

void horo__panic(const char *message, const char *file, int line)
{
    char digits[12];
    size_t at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + line % 10);
        line /= 10;
    } while (line > 0 && at > 0);
    horo__report((const char *const[]){ "horo: ", file, ":", digits + at, ": ",
                                        message, "\n" },
                 7);
    abort();
}
