/* Messages for people. Standard error is not buffered: each is put together
 * first and written at once. */
#include "console.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_SIZE 1024

void console_init(struct console *console, const char *command)
{
    *console = (struct console){
        .command = command,
        .is_terminal = isatty(STDERR_FILENO) == 1,
    };
}

void console_clear(struct console *console)
{
    if (console->has_status) {
        fputs("\r\x1b[K", stderr);
        console->has_status = false;
    }
}

void console_say(struct console *console, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list values;

    if (console->is_quiet) {
        return;
    }
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    console_clear(console);
    fprintf(stderr, "%s\n", line);
}

void console_fail(struct console *console, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list values;

    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    console_clear(console);
    fprintf(stderr, "horo %s: %s\n", console->command, line);
}

void console_status(struct console *console, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list values;

    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (console->is_terminal) {
        fprintf(stderr, "\r%s\x1b[K", line);
        console->has_status = true;
    } else {
        fprintf(stderr, "%s\n", line);
    }
}
