/* Where a census gets its hosts from: arguments, files, standard input. */
#ifndef TOOLS_CENSUS_INPUT_H
#define TOOLS_CENSUS_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "census/lines.h"
#include "census/probe.h"
#include "census/target.h"
#include "census_options.h"
#include "console.h"

struct horo_stream;

/* The longest line. */
#define CENSUS_LINE_LIMIT 65536

struct census_file {
    const char *name; /* for messages */
    int fd;           /* -1: could not be opened, or used up */
};

struct census_input {
    const struct census_options *options;
    struct console *console;
    horo__record_fn *report; /* told of lines that cannot be read */
    void *report_arg;

    size_t next_host;
    size_t next_toy_site;
    struct census_file *files;
    size_t file_count;
    size_t next_file;

    const char *name; /* of the file being read */
    struct horo_stream *stream;
    struct horo__lines lines;
    char *buffer;

    uint64_t complaints;
    bool is_counting; /* census_input_count() is under way */
};

/* Opens the files, complaining about those that cannot be. Returns 0, -ENOMEM,
 * or -ENOENT when there is nothing at all to be read. */
int census_input_open(struct census_input *input,
                      const struct census_options *options,
                      struct console *console, horo__record_fn *report,
                      void *report_arg);
void census_input_close(struct census_input *input);

/* The next host, as horo__source_fn; `arg` is the input. */
int census_input_next(void *arg, struct horo__target *ret_target);

/* Reads on without asking anyone, for at most `limit` and even in a cancelled
 * scope. Returns the hosts that are left; `*ret_more` tells whether there is
 * more that was not read. */
uint64_t census_input_count(struct census_input *input, horo_time limit,
                            bool *ret_more);

#endif
