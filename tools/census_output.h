/* Lines that a census writes while it runs, without ever making the loop wait
 * for whoever reads them: they are kept until a task has written them. */
#ifndef TOOLS_CENSUS_OUTPUT_H
#define TOOLS_CENSUS_OUTPUT_H

#include <horo/event.h>
#include <horo/scope.h>
#include <stdbool.h>
#include <stddef.h>

struct horo_stream;

struct census_buffer {
    char *bytes;
    size_t size;
    size_t capacity;
};

struct census_output {
    struct horo_stream *stream;
    struct census_buffer filling;
    struct census_buffer writing;
    struct horo_event filled;  /* for the writer */
    struct horo_event drained; /* for whoever has to wait for room */
    struct horo_scope *shield; /* the writer's, while it runs */
    struct horo_scope *blamed; /* cancelled when writing fails */
    bool is_ending;
    bool has_ended;
    int failure;
};

/* Takes over `fd` and starts the writer in `scope`, which is cancelled if
 * writing fails. Returns 0 or a negative code. */
int census_output_start(struct census_output *output, int fd,
                        struct horo_scope *scope);

/* For horo__text_init(): keeps the bytes. Never suspends. */
int census_output_write(void *arg, const char *bytes, size_t size);

/* Waits while too much is kept. Suspends. Returns 0 or -ECANCELED. */
int census_output_wait(struct census_output *output);

/* Waits until all is written; in a cancelled scope only for a moment. The
 * writer ends then. Suspends. */
void census_output_end(struct census_output *output);

/* To be called after the scope was closed. Returns the first failure. */
int census_output_fini(struct census_output *output);

#endif
