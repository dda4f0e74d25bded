/* Splitting a stream of bytes into lines, in a buffer of fixed size. */
#include "census/lines.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"

void horo__lines_init(struct horo__lines *lines, char *buffer, size_t capacity)
{
    *lines = (struct horo__lines){ .buffer = buffer, .capacity = capacity };
}

char *horo__lines_room(struct horo__lines *lines, size_t *ret_room)
{
    memmove(lines->buffer, lines->buffer + lines->begin,
            lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    horo__check(lines->end < lines->capacity);
    *ret_room = lines->capacity - lines->end;
    return lines->buffer + lines->end;
}

void horo__lines_added(struct horo__lines *lines, size_t size)
{
    horo__check(size <= lines->capacity - lines->end);
    lines->end += size;
    lines->is_ended = size == 0;
}

/* The byte order mark of UTF-8, which some editors put before a text. */
static size_t mark_size(const struct horo__lines *lines, size_t size)
{
    return lines->number == 1 && size >= 3 &&
                   memcmp(lines->buffer + lines->begin, "\xef\xbb\xbf", 3) == 0
               ? 3
               : 0;
}

/* Drops what is left of a line that was too long. False when its end has not
 * come yet. */
static bool skip_rest(struct horo__lines *lines)
{
    const char *start = lines->buffer + lines->begin;
    const char *feed = memchr(start, '\n', lines->end - lines->begin);

    lines->begin = feed ? (size_t)(feed - lines->buffer) + 1 : lines->end;
    lines->is_skipping = !feed;
    return feed != NULL;
}

int horo__lines_next(struct horo__lines *lines, const char **ret_line,
                     size_t *ret_size)
{
    const char *start, *feed;
    size_t size, mark;

    if (lines->is_skipping && !skip_rest(lines)) {
        return 0;
    }
    start = lines->buffer + lines->begin;
    size = lines->end - lines->begin;
    feed = memchr(start, '\n', size);
    if (!feed && size == lines->capacity) {
        lines->number++;
        lines->begin = lines->end;
        lines->is_skipping = true;
        return -EMSGSIZE;
    }
    if (!feed && (!lines->is_ended || size == 0)) {
        return 0;
    }
    size = feed ? (size_t)(feed - start) : size;
    lines->number++;
    mark = mark_size(lines, size);
    lines->begin += size + (feed ? 1 : 0);
    *ret_line = start + mark;
    *ret_size = size - mark;
    return 1;
}
