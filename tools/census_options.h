/* The options of `horo census`. */
#ifndef TOOLS_CENSUS_OPTIONS_H
#define TOOLS_CENSUS_OPTIONS_H

#include <horo/time.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum census_format {
    CENSUS_REPORT, /* the table, then the dictionary */
    CENSUS_TABLE,
    CENSUS_DICT,
    CENSUS_JSONL,
};

enum census_progress { CENSUS_AUTO, CENSUS_ALWAYS, CENSUS_NEVER };

struct census_options {
    char **hosts; /* of the command line */
    size_t host_count;
    const char **files; /* "-": standard input; owned */
    size_t file_count;

    size_t concurrency;
    horo_time timeout;
    uint16_t port;
    const char *resolver; /* NULL: the system's */
    const char *user_agent;

    enum census_format format;
    const char *output; /* NULL: standard output */
    size_t top;         /* 0: all */
    enum census_progress progress;
    bool is_quiet;
    bool is_toy;
};

/* Reads the command line, complaining on standard error. Returns -1 to go on,
 * or an exit code. Either way census_options_fini() follows. */
int census_options_read(int argument_count, char **arguments,
                        struct census_options *options);
void census_options_fini(struct census_options *options);

#endif
