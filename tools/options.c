/* Reading option values strictly: nothing after the number, no signs. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool option_number(const char *text, uint64_t least, uint64_t most,
                   uint64_t *ret_number)
{
    uint64_t number = 0;

    if (*text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        number = number * 10 + (uint64_t)(*text - '0');
        if (number > most) {
            return false;
        }
    }
    if (number < least) {
        return false;
    }
    *ret_number = number;
    return true;
}

bool option_seconds(const char *text, int64_t *ret_ns)
{
    double seconds;
    int64_t ns;
    char *end;

    if (*text == '\0' || strspn(text, "0123456789.") != strlen(text)) {
        return false;
    }
    seconds = strtod(text, &end);
    if (*end != '\0' || !(seconds <= 86400)) {
        return false;
    }
    ns = (int64_t)(seconds * 1e9);
    if (ns <= 0) {
        return false;
    }
    *ret_ns = ns;
    return true;
}

void option_complain(const char *command, const char *option, const char *value,
                     const char *needed)
{
    fprintf(stderr, "horo %s: %s %s: %s is needed\n", command, option, value,
            needed);
}
