/* Building text, and quoting bytes that come from strangers. */
#include "census/text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "census/utf8.h"

void horo__text_init(struct horo__text *text, char *buffer, size_t capacity,
                     horo__text_write_fn *write, void *write_arg)
{
    *text = (struct horo__text){
        .buffer = buffer,
        .capacity = capacity,
        .write = write,
        .write_arg = write_arg,
    };
}

int horo__text_flush(struct horo__text *text)
{
    if (text->size > 0 && text->write && text->failure == 0) {
        text->failure = text->write(text->write_arg, text->buffer, text->size);
    }
    text->size = 0;
    return text->failure;
}

const char *horo__text_string(struct horo__text *text)
{
    horo__check(text->capacity > 0);
    if (text->size == text->capacity) {
        text->size--;
        text->failure = -ENOSPC;
    }
    text->buffer[text->size] = '\0';
    return text->buffer;
}

void horo__text_add(struct horo__text *text, const char *bytes, size_t size)
{
    while (size > 0 && text->failure == 0) {
        size_t room = text->capacity - text->size;
        size_t part = size < room ? size : room;

        memcpy(text->buffer + text->size, bytes, part);
        text->size += part;
        bytes += part;
        size -= part;
        if (size > 0 && text->write) {
            horo__text_flush(text);
        } else if (size > 0) {
            text->failure = -ENOSPC;
        }
    }
}

void horo__text_add_string(struct horo__text *text, const char *string)
{
    horo__text_add(text, string, strlen(string));
}

void horo__text_add_fill(struct horo__text *text, char byte, size_t count)
{
    while (count-- > 0) {
        horo__text_add(text, &byte, 1);
    }
}

/* At least `width` digits, zeros in front. */
static void add_digits(struct horo__text *text, uint64_t number, size_t width)
{
    char digits[20]; /* of 2^64 - 1 */
    size_t count = 0;

    horo__check(width <= sizeof digits);
    while (number > 0 || count < width) {
        digits[sizeof digits - ++count] = (char)('0' + number % 10);
        number /= 10;
    }
    horo__text_add(text, digits + sizeof digits - count, count);
}

void horo__text_add_number(struct horo__text *text, uint64_t number)
{
    add_digits(text, number, 1);
}

void horo__text_add_milliseconds(struct horo__text *text, uint64_t ns)
{
    add_digits(text, ns / 1000000, 1);
    horo__text_add_string(text, ".");
    add_digits(text, ns / 1000 % 1000, 3);
}

static void add_hex(struct horo__text *text, uint32_t number, size_t width)
{
    while (width-- > 0) {
        horo__text_add(text, &"0123456789abcdef"[number >> (4 * width) & 15],
                       1);
    }
}

/* Characters that every one of the three notations writes as a backslash and
 * a letter; NULL for others. */
static const char *common_escape(uint32_t code_point)
{
    switch (code_point) {
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\\':
        return "\\\\";
    }
    return NULL;
}

static bool is_printable(uint32_t code_point)
{
    return code_point >= 0x20 && code_point < 0x7f;
}

/* As Python and C write it: \x1b, \u2028, \U0001f40e. */
static void add_c_escape(struct horo__text *text, uint32_t code_point)
{
    if (code_point <= 0xff) {
        horo__text_add_string(text, "\\x");
        add_hex(text, code_point, 2);
    } else if (code_point <= 0xffff) {
        horo__text_add_string(text, "\\u");
        add_hex(text, code_point, 4);
    } else {
        horo__text_add_string(text, "\\U");
        add_hex(text, code_point, 8);
    }
}

/* \u and the UTF-16 code units, RFC 8259 section 7. */
static void add_json_escape(struct horo__text *text, uint32_t code_point)
{
    horo__text_add_string(text, "\\u");
    if (code_point > 0xffff) {
        uint32_t beyond = code_point - 0x10000;
        add_hex(text, 0xd800 + (beyond >> 10), 4);
        horo__text_add_string(text, "\\u");
        add_hex(text, 0xdc00 + (beyond & 0x3ff), 4);
    } else {
        add_hex(text, code_point, 4);
    }
}

/* `quote` is the character around the string, or 0. */
static void add_quoted(struct horo__text *text, const char *bytes, size_t size,
                       char quote,
                       void (*add_escape)(struct horo__text *, uint32_t))
{
    bool is_utf8 = horo__utf8_is_valid(bytes, size);
    size_t at = 0;

    while (at < size) {
        uint32_t code_point = (unsigned char)bytes[at];
        const char *escape;

        at +=
            is_utf8 ? horo__utf8_decode(bytes + at, size - at, &code_point) : 1;
        escape = common_escape(code_point);
        if (escape) {
            horo__text_add_string(text, escape);
        } else if (quote != '\0' && code_point == (unsigned char)quote) {
            horo__text_add_string(text, "\\");
            horo__text_add(text, &quote, 1);
        } else if (is_printable(code_point)) {
            horo__text_add(text, &(char){ (char)code_point }, 1);
        } else {
            add_escape(text, code_point);
        }
    }
}

void horo__text_add_printable(struct horo__text *text, const char *bytes,
                              size_t size)
{
    add_quoted(text, bytes, size, '\0', add_c_escape);
}

void horo__text_add_json(struct horo__text *text, const char *bytes,
                         size_t size)
{
    horo__text_add_string(text, "\"");
    add_quoted(text, bytes, size, '"', add_json_escape);
    horo__text_add_string(text, "\"");
}

void horo__text_add_python(struct horo__text *text, const char *bytes,
                           size_t size)
{
    bool has_single = memchr(bytes, '\'', size) != NULL;
    bool has_double = memchr(bytes, '"', size) != NULL;
    char quote = has_single && !has_double ? '"' : '\'';

    horo__text_add(text, &quote, 1);
    add_quoted(text, bytes, size, quote, add_c_escape);
    horo__text_add(text, &quote, 1);
}

/* A write function that only counts. */
static int count(void *arg, const char *bytes, size_t size)
{
    size_t *total = arg;

    (void)bytes;
    *total += size;
    return 0;
}

size_t horo__text_printable_width(const char *bytes, size_t size)
{
    struct horo__text text;
    char buffer[64];
    size_t width = 0;

    horo__text_init(&text, buffer, sizeof buffer, count, &width);
    horo__text_add_printable(&text, bytes, size);
    horo__text_flush(&text);
    return width;
}
