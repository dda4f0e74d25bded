/* The bridge from texts to stdio. */
#include "stdio_text.h"

#include <errno.h>
#include <horo/error.h>
#include <stdio.h>

#include "command.h"

int stdio_text_write(void *arg, const char *bytes, size_t size)
{
    return fwrite(bytes, 1, size, arg) == size ? 0 : -errno;
}

int stdio_text_end(const char *command, struct horo__text *text)
{
    int rc = horo__text_flush(text);

    if (rc == 0 && fflush(text->write_arg) != 0) {
        rc = -errno;
    }
    if (rc < 0) {
        fprintf(stderr, "horo %s: cannot write: %s\n", command,
                horo_strerror(rc));
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}
