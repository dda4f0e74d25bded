/* Two buffers that change places: one is filled while the other is written. */
#include "census_output.h"

#include <errno.h>
#include <horo/stream.h>
#include <horo/task.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than this, and the census waits for the reader. What hosts that are
 * being asked add is not refused. */
#define KEPT_LIMIT (1 << 20)

/* A limit that is never met: a shield needs one. */
#define FOREVER HORO_S(1000000000)

/* After Ctrl-C, so long may writing what is known take. */
#define FAREWELL HORO_MS(400)

static void swap_buffers(struct census_output *output)
{
    struct census_buffer kept = output->writing;

    output->writing = output->filling;
    output->filling = kept;
    output->filling.size = 0;
}

/* Waits for the event to be set from now on. */
static int wait_for_next(struct horo_event *event)
{
    horo_event_clear(event);
    return horo_event_wait(event);
}

static int write_all(struct census_output *output)
{
    for (;;) {
        ssize_t rc = 0;

        while (output->filling.size == 0 && rc == 0) {
            if (output->is_ending) {
                return 0;
            }
            rc = wait_for_next(&output->filled);
        }
        if (rc == 0) {
            swap_buffers(output);
            rc = horo_stream_write(output->stream, output->writing.bytes,
                                   output->writing.size);
        }
        if (rc < 0) {
            return (int)rc;
        }
        horo_event_set(&output->drained);
    }
}

/* Ctrl-C must not cut a line in two, so the writer is shielded. */
static int run_writer(void *arg)
{
    const struct horo_scope_options options = { .timeout = FOREVER,
                                                .shield = true };
    struct census_output *output = arg;
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, &options);

    output->shield = &scope;
    if (rc == 0) {
        rc = write_all(output);
    }
    output->shield = NULL;
    rc = horo_scope_close(&scope, rc);
    output->has_ended = true;
    if (rc < 0) {
        output->failure = rc;
        horo_scope_cancel(output->blamed);
    }
    horo_event_set(&output->drained);
    return 0;
}

int census_output_start(struct census_output *output, int fd,
                        struct horo_scope *scope)
{
    int rc;

    *output = (struct census_output){ .blamed = scope };
    rc = horo_stream_open_fd(fd, &output->stream);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    return horo_spawn(scope, run_writer, output, NULL);
}

int census_output_write(void *arg, const char *bytes, size_t size)
{
    struct census_output *output = arg;
    struct census_buffer *buffer = &output->filling;

    if (output->failure < 0) {
        return output->failure;
    }
    if (buffer->capacity - buffer->size < size) {
        size_t capacity = (buffer->size + size) * 2;
        char *larger = realloc(buffer->bytes, capacity);

        if (!larger) {
            return -ENOMEM;
        }
        buffer->bytes = larger;
        buffer->capacity = capacity;
    }
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    horo_event_set(&output->filled);
    return 0;
}

int census_output_wait(struct census_output *output)
{
    while (output->filling.size > KEPT_LIMIT && output->failure == 0) {
        int rc = wait_for_next(&output->drained);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

void census_output_end(struct census_output *output)
{
    output->is_ending = true;
    horo_event_set(&output->filled);
    while (!output->has_ended) {
        if (wait_for_next(&output->drained) < 0) {
            if (output->shield) {
                horo_scope_set_deadline(output->shield, horo_now() + FAREWELL);
            }
            return;
        }
    }
}

int census_output_fini(struct census_output *output)
{
    int failure = output->failure;

    horo_stream_close(&output->stream);
    free(output->filling.bytes);
    free(output->writing.bytes);
    *output = (struct census_output){ 0 };
    return failure;
}
