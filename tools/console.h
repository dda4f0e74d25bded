/* Standard error: messages, and a status line that keeps out of their way. */
#ifndef TOOLS_CONSOLE_H
#define TOOLS_CONSOLE_H

#include <stdbool.h>

struct console {
    const char *command; /* before messages: "horo COMMAND: " */
    bool is_quiet;       /* only console_fail() speaks */
    bool is_terminal;
    bool has_status; /* one stands on the last line */
};

void console_init(struct console *console, const char *command);

/* A line, printf(3), as it is. */
__attribute__((format(printf, 2, 3))) void console_say(struct console *console,
                                                       const char *format, ...);

/* A line that is said even when quiet: why the run is impossible. */
__attribute__((format(printf, 2, 3))) void
console_fail(struct console *console, const char *format, ...);

/* Replaces the status line; on something that is no terminal, a line each. */
__attribute__((format(printf, 2, 3))) void
console_status(struct console *console, const char *format, ...);

/* Takes the status line away. */
void console_clear(struct console *console);

#endif
