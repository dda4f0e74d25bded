/* Building text and quoting bytes of strangers. */
#include "census/text.h"

#include <errno.h>
#include <string.h>

#include "census/utf8.h"
#include "harness.h"

typedef void quote_fn(struct horo__text *text, const char *bytes, size_t size);

static const char *quoted(quote_fn *quote, const char *bytes, size_t size)
{
    static char buffer[256];
    struct horo__text text;

    horo__text_init(&text, buffer, sizeof buffer, NULL, NULL);
    quote(&text, bytes, size);
    CHECK_NUMBER(text.failure, 0);
    return horo__text_string(&text);
}

static const char *printable(const char *bytes)
{
    return quoted(horo__text_add_printable, bytes, strlen(bytes));
}

static const char *json(const char *bytes)
{
    return quoted(horo__text_add_json, bytes, strlen(bytes));
}

static const char *python(const char *bytes)
{
    return quoted(horo__text_add_python, bytes, strlen(bytes));
}

static void printable_text_cannot_steer_a_terminal(void)
{
    CHECK_TEXT(printable("nginx/1.24.0 (Ubuntu)"), "nginx/1.24.0 (Ubuntu)");
    CHECK_TEXT(printable("\x1b[2J\r\n\t\x7f"), "\\x1b[2J\\r\\n\\t\\x7f");
    CHECK_TEXT(printable("a\\b"), "a\\\\b");
    CHECK_TEXT(printable("\xe2\x80\xae"), "\\u202e"); /* right-to-left */
    CHECK_TEXT(printable("\xf0\x9f\x90\xb4"), "\\U0001f434");
    CHECK_NUMBER(horo__text_printable_width("a\x1b\xe2\x80\xae", 5), 11);
}

static void json_strings_are_always_valid(void)
{
    CHECK_TEXT(json("nginx"), "\"nginx\"");
    CHECK_TEXT(json(""), "\"\"");
    CHECK_TEXT(json("a\"b\\c'd"), "\"a\\\"b\\\\c'd\"");
    CHECK_TEXT(json("\x01\x7f\n"), "\"\\u0001\\u007f\\n\"");
    CHECK_TEXT(json("\xc3\xa9"), "\"\\u00e9\"");
    CHECK_TEXT(json("\xf0\x9f\x90\xb4"), "\"\\ud83d\\udc34\"");
    CHECK_TEXT(quoted(horo__text_add_json, "a\0b", 3), "\"a\\u0000b\"");
}

static void bytes_that_are_not_utf_8_are_latin_1(void)
{
    CHECK_TEXT(json("\xe9t\xe9"), "\"\\u00e9t\\u00e9\"");
    CHECK_TEXT(json("\xc3\xa9 \xe9"), "\"\\u00c3\\u00a9 \\u00e9\"");
    CHECK_TEXT(json("\xed\xa0\x80"), "\"\\u00ed\\u00a0\\u0080\"");
    CHECK_TEXT(json("\xc0\x80"), "\"\\u00c0\\u0080\"");
    CHECK_TEXT(python("\xff"), "'\\xff'");
}

static void python_strings_are_quoted_as_repr_does(void)
{
    CHECK_TEXT(python("nginx"), "'nginx'");
    CHECK_TEXT(python("it's"), "\"it's\"");
    CHECK_TEXT(python("\"'"), "'\"\\''");
    CHECK_TEXT(python("\"x\""), "'\"x\"'");
    CHECK_TEXT(python("'; drop table servertypes; --"),
               "\"'; drop table servertypes; --\"");
    CHECK_TEXT(python("a\\n\n\x1b"), "'a\\\\n\\n\\x1b'");
}

static void utf_8_is_decoded_strictly(void)
{
    CHECK(horo__utf8_is_valid("\xf4\x8f\xbf\xbf", 4));
    CHECK(!horo__utf8_is_valid("\xf4\x90\x80\x80", 4)); /* over U+10FFFF */
    CHECK(!horo__utf8_is_valid("\xf8\x80\x80\x80\x80", 5));
    CHECK(!horo__utf8_is_valid("\xe0\x80\x80", 3)); /* overlong */
    CHECK(!horo__utf8_is_valid("\xed\xbf\xbf", 3)); /* surrogate */
    CHECK(!horo__utf8_is_valid("\x80", 1));
    CHECK(!horo__utf8_is_valid("\xe2\x82", 2)); /* cut short */
    CHECK(horo__utf8_is_valid("", 0));
}

static void what_does_not_fit_is_cut_and_told(void)
{
    struct horo__text text;
    char buffer[8];

    horo__text_init(&text, buffer, sizeof buffer, NULL, NULL);
    horo__text_add_string(&text, "1234567");
    CHECK_NUMBER(text.failure, 0);
    CHECK_TEXT(horo__text_string(&text), "1234567");
    horo__text_add_string(&text, "89");
    CHECK_NUMBER(text.failure, -ENOSPC);
    CHECK_TEXT(horo__text_string(&text), "1234567");
}

struct collector {
    char bytes[64];
    size_t size;
    int calls;
    int result;
};

static int collect(void *arg, const char *bytes, size_t size)
{
    struct collector *collector = arg;

    collector->calls++;
    memcpy(collector->bytes + collector->size, bytes, size);
    collector->size += size;
    return collector->result;
}

static void a_full_buffer_is_written_out(void)
{
    struct collector collector = { .size = 0 };
    struct horo__text text;
    char buffer[4];

    horo__text_init(&text, buffer, sizeof buffer, collect, &collector);
    horo__text_add_string(&text, "0123456789");
    horo__text_add_number(&text, UINT64_MAX);
    horo__text_add_milliseconds(&text, 12345678);
    CHECK_NUMBER(horo__text_flush(&text), 0);
    CHECK_NUMBER(collector.size, 10 + 20 + 6);
    CHECK(memcmp(collector.bytes, "01234567891844674407370955161512.345", 36) ==
          0);
}

static void the_first_failure_is_kept(void)
{
    struct collector collector = { .result = -EPIPE };
    struct horo__text text;
    char buffer[4];

    horo__text_init(&text, buffer, sizeof buffer, collect, &collector);
    horo__text_add_string(&text, "0123456789");
    horo__text_add_string(&text, "0123456789");
    CHECK_NUMBER(horo__text_flush(&text), -EPIPE);
    CHECK_NUMBER(collector.calls, 1);
}

int main(void)
{
    RUN(printable_text_cannot_steer_a_terminal);
    RUN(json_strings_are_always_valid);
    RUN(bytes_that_are_not_utf_8_are_latin_1);
    RUN(python_strings_are_quoted_as_repr_does);
    RUN(utf_8_is_decoded_strictly);
    RUN(what_does_not_fit_is_cut_and_told);
    RUN(a_full_buffer_is_written_out);
    RUN(the_first_failure_is_kept);
    return tap_end();
}
