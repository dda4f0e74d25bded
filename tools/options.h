/* Values of command line options. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Each returns false, with nothing stored and nothing said, when `text` is not
 * such a value. */

/* A decimal number between `least` and `most`. */
bool option_number(const char *text, uint64_t least, uint64_t most,
                   uint64_t *ret_number);

/* Seconds, with a fraction if need be, above 0 and at most a day, as
 * nanoseconds. */
bool option_seconds(const char *text, int64_t *ret_ns);

/* Says on standard error that an option's value is wrong: "horo census:
 * --port 70000: a number from 1 to 65535 is needed". */
void option_complain(const char *command, const char *option, const char *value,
                     const char *needed);

#endif
