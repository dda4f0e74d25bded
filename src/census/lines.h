/* Bytes that come in pieces, to lines. */
#ifndef HORO_CENSUS_LINES_H
#define HORO_CENSUS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct horo__lines {
    char *buffer; /* the caller's; a line is at most as long as it */
    size_t capacity;
    size_t begin; /* of what is not yet handed out */
    size_t end;
    uint64_t number;  /* of the last line handed out, from 1 */
    bool is_ended;    /* no more bytes will come */
    bool is_skipping; /* the rest of a line that was too long */
};

void horo__lines_init(struct horo__lines *lines, char *buffer, size_t capacity);

/* Where the next bytes go and, in `*ret_room`, how many, at least 1. To be
 * called only after horo__lines_next() returned 0; moves the buffer's content,
 * so that lines handed out before are gone. */
char *horo__lines_room(struct horo__lines *lines, size_t *ret_room);

/* `size` bytes have been put there; 0: the input has ended. */
void horo__lines_added(struct horo__lines *lines, size_t size);

/* The next line, without its line feed, in the buffer; a byte order mark at
 * the start of the input is left out. The last line needs no line feed.
 * Returns 1; 0 when more bytes are needed or, once the input has ended, when
 * there is no more; -EMSGSIZE, once, for a line longer than the buffer, which
 * is skipped. */
int horo__lines_next(struct horo__lines *lines, const char **ret_line,
                     size_t *ret_size);

#endif
