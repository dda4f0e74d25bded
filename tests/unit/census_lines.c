/* Lines out of bytes that come in pieces. */
#include "census/lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

/* Feeds `input` in pieces of `piece` bytes and returns "number:line;" for
 * each line, "number!;" for each that was too long. */
static const char *split(const char *input, size_t capacity, size_t piece)
{
    static char text[512];
    char buffer[64], *at = text;
    size_t left = strlen(input);
    struct horo__lines lines;

    horo__lines_init(&lines, buffer, capacity);
    text[0] = '\0';
    for (;;) {
        const char *line;
        size_t size, room;
        int rc = horo__lines_next(&lines, &line, &size);

        if (rc == 1) {
            at += sprintf(at, "%d:%.*s;", (int)lines.number, (int)size, line);
        } else if (rc < 0) {
            CHECK_NUMBER(rc, -EMSGSIZE);
            at += sprintf(at, "%d!;", (int)lines.number);
        } else if (lines.is_ended) {
            return text;
        } else {
            char *place = horo__lines_room(&lines, &room);
            size_t take = room < piece ? room : piece;

            take = take < left ? take : left;
            memcpy(place, input, take);
            horo__lines_added(&lines, take);
            input += take;
            left -= take;
        }
    }
}

static void lines_are_the_same_in_any_pieces(void)
{
    for (size_t piece = 1; piece < 20; piece++) {
        CHECK_TEXT(split("", 16, piece), "");
        CHECK_TEXT(split("a\nbc\n\nd\n", 16, piece), "1:a;2:bc;3:;4:d;");
        CHECK_TEXT(split("a\r\nb", 16, piece), "1:a\r;2:b;");
        CHECK_TEXT(split("\n", 16, piece), "1:;");
    }
}

static void a_byte_order_mark_is_left_out(void)
{
    for (size_t piece = 1; piece < 20; piece++) {
        CHECK_TEXT(split("\xef\xbb\xbf"
                         "a\nb",
                         16, piece),
                   "1:a;2:b;");
        CHECK_TEXT(split("\xef\xbb\xbf", 16, piece), "1:;");
        CHECK_TEXT(split("a\n\xef\xbb\xbf"
                         "b",
                         16, piece),
                   "1:a;2:\xef\xbb\xbf"
                   "b;");
    }
}

static void a_line_that_is_too_long_is_told_once_and_skipped(void)
{
    for (size_t piece = 1; piece < 20; piece++) {
        CHECK_TEXT(split("a\n12345678901234567890\nb\n", 8, piece),
                   "1:a;2!;3:b;");
        CHECK_TEXT(split("1234567\n12345678\nb", 8, piece),
                   "1:1234567;2!;3:b;");
        CHECK_TEXT(split("123456789", 8, piece), "1!;");
    }
}

int main(void)
{
    RUN(lines_are_the_same_in_any_pieces);
    RUN(a_byte_order_mark_is_left_out);
    RUN(a_line_that_is_too_long_is_told_once_and_skipped);
    return tap_end();
}
