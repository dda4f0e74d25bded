/* Streams: reading, writing, closing, over a pair of connected sockets. */
#include <stdlib.h>
#include <sys/socket.h>
#include <wchar.h>

#include "harness.h"

/* What one end reads, the other has written. */
struct pair {
    struct horo_stream *near;
    struct horo_stream *far;
};

/* `room`: bytes the kernel holds on the way, 0 for its default. */
static void open_pair(struct pair *pair, int room)
{
    int ends[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    for (int i = 0; room && i < 2; i++) {
        CHECK(setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room) ==
              0);
    }
    CHECK_CODE(horo_stream_open_fd(ends[0], &pair->near), 0);
    CHECK_CODE(horo_stream_open_fd(ends[1], &pair->far), 0);
}

static void close_pair(struct pair *pair)
{
    horo_stream_close(&pair->near);
    horo_stream_close(&pair->far);
    CHECK(pair->near == NULL && pair->far == NULL);
}

static void open_with_timeout(struct horo_scope *scope, horo_time timeout)
{
    CHECK_CODE(horo_scope_open(
                   scope, &(struct horo_scope_options){ .timeout = timeout }),
               0);
}

static void send_text(struct horo_stream *stream, const char *text)
{
    CHECK_CODE(horo_stream_write(stream, text, strlen(text)), strlen(text));
}

/* Sends `text`, then `rest` a little later, then ends. */
struct talk {
    struct horo_stream *stream;
    const char *text;
    size_t size;
    const char *rest;
    bool ends;
};

static int talk_in_two_parts(void *arg)
{
    const struct talk *talk = arg;

    CHECK_CODE(horo_stream_write(talk->stream, talk->text, talk->size),
               talk->size);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    send_text(talk->stream, talk->rest);
    if (talk->ends) {
        CHECK_CODE(horo_stream_shutdown(talk->stream), 0);
    }
    return 0;
}

/* --- read --- */

static void read_gives_what_is_there(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    send_text(pair.far, "hello");
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 5);
    CHECK_BYTES(buffer, "hello", 5);
    send_text(pair.far, "world");
    CHECK_CODE(horo_stream_read(pair.near, buffer, 2), 2);
    CHECK_CODE(horo_stream_read(pair.near, buffer, 2), 2);
    CHECK_CODE(horo_stream_read(pair.near, buffer, 2), 1);
    CHECK_BYTES(buffer, "d", 1);
    close_pair(&pair);
}

static void read_waits_for_the_first_byte(void)
{
    struct pair pair;
    struct talk talk = { .text = "", .rest = "x" };
    horo_time began = horo_now();
    struct horo_scope scope;
    char buffer[16];

    open_pair(&pair, 0);
    talk.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, talk_in_two_parts, &talk, NULL), 0);
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 1);
    CHECK_NUMBER(horo_now() - began, HORO_MS(1));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
}

static void read_gives_zero_at_the_end_and_again(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    send_text(pair.far, "last");
    horo_stream_close(&pair.far);
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 4);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 0);
    }
    close_pair(&pair);
}

static void reading_nothing_gives_nothing(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    CHECK_CODE(horo_stream_read(pair.near, buffer, 0), 0);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 0), 0);
    CHECK_CODE(horo_stream_write(pair.near, buffer, 0), 0);
    close_pair(&pair);
}

/* --- read_exact --- */

static void read_exact_puts_every_split_together(void)
{
    static const char text[] = "0123456789";

    for (size_t split = 1; split < 10; split++) {
        struct pair pair;
        struct talk talk = { .text = text,
                             .size = split,
                             .rest = text + split };
        struct horo_scope scope;
        char buffer[10];

        open_pair(&pair, 0);
        talk.stream = pair.far;
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, talk_in_two_parts, &talk, NULL), 0);
        CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 10), 10);
        CHECK_BYTES(buffer, text, 10);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        close_pair(&pair);
    }
}

static void read_exact_leaves_the_rest(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    send_text(pair.far, "abcdefgh");
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 3), 3);
    CHECK_BYTES(buffer, "abc", 3);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 4), 4);
    CHECK_BYTES(buffer, "defg", 4);
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 1);
    CHECK_BYTES(buffer, "h", 1);
    close_pair(&pair);
}

static void read_exact_at_the_end_is_incomplete_and_loses_nothing(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    send_text(pair.far, "four");
    CHECK_CODE(horo_stream_shutdown(pair.far), 0);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 10),
               -HORO_EINCOMPLETE);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 10),
               -HORO_EINCOMPLETE);
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 4);
    CHECK_BYTES(buffer, "four", 4);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 1), -HORO_EINCOMPLETE);
    CHECK_CODE(horo_stream_read(pair.near, buffer, sizeof buffer), 0);
    close_pair(&pair);
}

static void read_exact_cancelled_loses_nothing(void)
{
    struct pair pair;
    char buffer[16];

    open_pair(&pair, 0);
    send_text(pair.far, "abc");
    for (int i = 0; i < 3; i++) {
        struct horo_scope scope;

        open_with_timeout(&scope, HORO_MS(1));
        CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 5), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    }
    send_text(pair.far, "de");
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 5), 5);
    CHECK_BYTES(buffer, "abcde", 5);
    close_pair(&pair);
}

/* --- read_until --- */

static void read_until_finds_lines_at_every_split(void)
{
    static const char text[] = "one\r\n\r\ntwo\r\nlast";

    for (size_t split = 0; split <= sizeof text - 1; split++) {
        struct pair pair;
        struct talk talk = {
            .text = text, .size = split, .rest = text + split, .ends = true
        };
        struct horo_scope scope;
        char line[16];

        open_pair(&pair, 0);
        talk.stream = pair.far;
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, talk_in_two_parts, &talk, NULL), 0);
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\r\n"), 5);
        CHECK_BYTES(line, "one\r\n", 5);
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\r\n"), 2);
        CHECK_BYTES(line, "\r\n", 2);
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\r\n"), 5);
        CHECK_BYTES(line, "two\r\n", 5);
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\r\n"),
                   -HORO_EINCOMPLETE);
        CHECK_CODE(horo_stream_read(pair.near, line, 16), 4);
        CHECK_BYTES(line, "last", 4);
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\r\n"), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        close_pair(&pair);
    }
}

static int talk_byte_by_byte(void *arg)
{
    const struct talk *talk = arg;

    for (size_t i = 0; talk->text[i]; i++) {
        CHECK_CODE(horo_stream_write(talk->stream, &talk->text[i], 1), 1);
        CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    }
    return 0;
}

static void read_until_takes_single_bytes(void)
{
    struct pair pair;
    struct talk talk = { .text = "--bound-bound--ary" };
    struct horo_scope scope;
    char line[32];

    open_pair(&pair, 0);
    talk.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, talk_byte_by_byte, &talk, NULL), 0);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 32, "-bound--"), 15);
    CHECK_BYTES(line, "--bound-bound--", 15);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 32, "y"), 3);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
}

static void a_line_that_just_fits_fits(void)
{
    struct pair pair;
    char line[8];

    open_pair(&pair, 0);
    send_text(pair.far, "1234567\n12345678\n");
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"), 8);
    CHECK_BYTES(line, "1234567\n", 8);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"),
               -HORO_EOVERRUN);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"),
               -HORO_EOVERRUN);
    CHECK_CODE(horo_stream_read_exact(pair.near, line, 8), 8);
    CHECK_BYTES(line, "12345678", 8);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"), 1);
    close_pair(&pair);
}

static int send_many(void *arg)
{
    const struct talk *talk = arg;
    ssize_t rc = horo_stream_write(talk->stream, talk->text, talk->size);

    return rc < 0 ? (int)rc : 0;
}

static void a_line_beyond_64_kibibytes_is_refused_with_its_bytes_kept(void)
{
    size_t size = 100000;
    char *text = malloc(size);
    char *back = malloc(size);
    struct pair pair;
    struct talk talk = { .text = text, .size = size };
    struct horo_scope scope;

    CHECK(text && back);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)('a' + i % 23);
    }
    open_pair(&pair, 0);
    talk.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, send_many, &talk, NULL), 0);
    CHECK_CODE(horo_stream_read_until(pair.near, back, size, "\n"),
               -HORO_EOVERRUN);
    CHECK_CODE(horo_stream_read_exact(pair.near, back, size), size);
    CHECK_BYTES(back, text, size);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
    free(text);
    free(back);
}

static void a_line_of_64_kibibytes_is_read(void)
{
    size_t size = 64 << 10;
    char *text = malloc(size);
    char *back = malloc(size);
    struct pair pair;
    struct talk talk = { .text = text, .size = size };
    struct horo_scope scope;

    CHECK(text && back);
    memset(text, 'x', size);
    text[size - 1] = '\n';
    open_pair(&pair, 0);
    talk.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, send_many, &talk, NULL), 0);
    CHECK_CODE(horo_stream_read_until(pair.near, back, size, "\n"), size);
    CHECK_BYTES(back, text, size);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
    free(text);
    free(back);
}

static void an_empty_delimiter_is_refused(void)
{
    struct pair pair;
    char line[8];

    open_pair(&pair, 0);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, ""), -EINVAL);
    send_text(pair.far, "x\n");
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"), 2);
    close_pair(&pair);
}

static void a_buffer_of_nothing_holds_no_line(void)
{
    struct pair pair;
    char line[8];

    open_pair(&pair, 0);
    send_text(pair.far, "x\n");
    CHECK_CODE(horo_stream_read_until(pair.near, line, 0, "\n"),
               -HORO_EOVERRUN);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 8, "\n"), 2);
    close_pair(&pair);
}

static void read_until_cancelled_loses_nothing(void)
{
    struct pair pair;
    char line[16];

    open_pair(&pair, 0);
    send_text(pair.far, "half");
    for (int i = 0; i < 3; i++) {
        struct horo_scope scope;

        open_with_timeout(&scope, HORO_MS(1));
        CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\n"),
                   -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    }
    send_text(pair.far, " line\nnext");
    CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\n"), 10);
    CHECK_BYTES(line, "half line\n", 10);
    CHECK_CODE(horo_stream_read_exact(pair.near, line, 4), 4);
    CHECK_BYTES(line, "next", 4);
    close_pair(&pair);
}

static void a_delimiter_may_hold_any_byte_but_zero(void)
{
    struct pair pair;
    char line[16];

    open_pair(&pair, 0);
    CHECK_CODE(horo_stream_write(pair.far, "a\0b\xff\x01", 5), 5);
    CHECK_CODE(horo_stream_read_until(pair.near, line, 16, "\xff\x01"), 5);
    CHECK_BYTES(line, "a\0b\xff\x01", 5);
    close_pair(&pair);
}

static void ways_of_reading_can_be_mixed(void)
{
    struct pair pair;
    char bytes[16];

    open_pair(&pair, 0);
    send_text(pair.far, "head\nbodybodytail");
    CHECK_CODE(horo_stream_read_until(pair.near, bytes, 16, "\n"), 5);
    CHECK_CODE(horo_stream_read(pair.near, bytes, 2), 2);
    CHECK_BYTES(bytes, "bo", 2);
    CHECK_CODE(horo_stream_read_exact(pair.near, bytes, 6), 6);
    CHECK_BYTES(bytes, "dybody", 6);
    CHECK_CODE(horo_stream_read_until(pair.near, bytes, 16, "il"), 4);
    CHECK_BYTES(bytes, "tail", 4);
    close_pair(&pair);
}

/* --- write, printf --- */

static void printf_writes_what_it_says(void)
{
    struct pair pair;
    char text[64];

    open_pair(&pair, 0);
    CHECK_CODE(horo_stream_printf(pair.far, "%s %d %.2f\n", "x", -7, 0.5), 10);
    CHECK_CODE(horo_stream_read_until(pair.near, text, 64, "\n"), 10);
    CHECK_BYTES(text, "x -7 0.50\n", 10);
    CHECK_CODE(horo_stream_printf(pair.far, "%s", ""), 0);
    close_pair(&pair);
}

static int print_padded(struct horo_stream *stream, int width)
{
    return (int)horo_stream_printf(stream, "%*s", width, "x");
}

static void printf_takes_up_to_64_kibibytes(void)
{
    static const int widths[] = { 1022, 1023, 1024, 1025, 4096, 65535, 65536 };
    static char text[65536];
    struct pair pair;

    open_pair(&pair, 1 << 20);
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        CHECK_CODE(print_padded(pair.far, widths[i]), widths[i]);
        CHECK_CODE(horo_stream_read_exact(pair.near, text, (size_t)widths[i]),
                   widths[i]);
        CHECK_NUMBER(text[0], ' ');
        CHECK_NUMBER(text[widths[i] - 1], 'x');
    }
    CHECK_CODE(print_padded(pair.far, 65537), -EMSGSIZE);
    send_text(pair.far, "next");
    CHECK_CODE(horo_stream_read(pair.near, text, 10), 4);
    close_pair(&pair);
}

static void a_format_that_cannot_be_printed_is_refused(void)
{
    struct pair pair;

    open_pair(&pair, 0);
    /* In the C locale this character has no bytes. */
    CHECK_CODE(horo_stream_printf(pair.far, "%lc", (wint_t)0x100), -EINVAL);
    close_pair(&pair);
}

static int receive_many(void *arg)
{
    const struct talk *talk = arg;

    for (size_t at = 0; at < talk->size;) {
        char bytes[777];
        ssize_t got = horo_stream_read(talk->stream, bytes, sizeof bytes);

        if (!CHECK(got > 0) ||
            !CHECK_BYTES(bytes, talk->text + at, (size_t)got)) {
            return -EIO;
        }
        at += (size_t)got;
    }
    return 0;
}

/* Through so little room that both ends wait for each other all the time. */
static void large_transfers_go_both_ways_at_once(void)
{
    size_t size = scaled(4 << 20, 256 << 10);
    char *text = malloc(size);
    struct pair pair;
    struct talk near = { .text = text, .size = size };
    struct talk far = { .text = text, .size = size };
    struct horo_scope scope;

    CHECK(text != NULL);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)(i * i >> 8);
    }
    open_pair(&pair, 4096);
    near.stream = pair.near;
    far.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, send_many, &near, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, send_many, &far, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, receive_many, &near, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, receive_many, &far, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
    free(text);
}

static void a_write_waits_for_room_and_can_be_cancelled(void)
{
    static char much[1 << 20];
    horo_time began = horo_now();
    struct pair pair;
    struct horo_scope scope;

    open_pair(&pair, 4096);
    open_with_timeout(&scope, HORO_MS(5));
    CHECK_CODE(horo_stream_write(pair.far, much, sizeof much), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    close_pair(&pair);
}

/* What went out before the cancellation arrives in order, without a gap. */
static void a_cancelled_write_leaves_a_clean_beginning(void)
{
    enum { SIZE = 1 << 20 };
    static char much[SIZE];
    size_t arrived = 0;
    struct pair pair;
    struct horo_scope scope;

    for (size_t i = 0; i < SIZE; i++) {
        much[i] = (char)(i % 251);
    }
    open_pair(&pair, 4096);
    open_with_timeout(&scope, HORO_MS(5));
    CHECK_CODE(horo_stream_write(pair.far, much, SIZE), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_CODE(horo_stream_shutdown(pair.far), 0);
    for (;;) {
        char bytes[1000];
        ssize_t got = horo_stream_read(pair.near, bytes, sizeof bytes);

        if (got <= 0 || !CHECK_BYTES(bytes, much + arrived, (size_t)got)) {
            CHECK_CODE(got, 0);
            break;
        }
        arrived += (size_t)got;
    }
    CHECK(arrived > 0 && arrived < SIZE);
    close_pair(&pair);
}

static void writing_to_one_who_has_gone_is_an_error_not_a_signal(void)
{
    struct pair pair;
    ssize_t rc;

    open_pair(&pair, 0);
    horo_stream_close(&pair.far);
    rc = horo_stream_write(pair.near, "x", 1);
    CHECK(rc == -EPIPE || rc == -ECONNRESET);
    close_pair(&pair);
}

/* --- one reader, one writer --- */

struct reader {
    struct horo_stream *stream;
    ssize_t result;
    char buffer[16];
};

static int read_some(void *arg)
{
    struct reader *reader = arg;

    reader->result =
        horo_stream_read(reader->stream, reader->buffer, sizeof reader->buffer);
    return 0;
}

static int read_a_line(void *arg)
{
    struct reader *reader = arg;

    reader->result = horo_stream_read_until(reader->stream, reader->buffer,
                                            sizeof reader->buffer, "\n");
    return 0;
}

static int read_sixteen(void *arg)
{
    struct reader *reader = arg;

    reader->result = horo_stream_read_exact(reader->stream, reader->buffer,
                                            sizeof reader->buffer);
    return 0;
}

static int write_much(void *arg)
{
    static char much[1 << 20];
    struct reader *writer = arg;

    writer->result = horo_stream_write(writer->stream, much, sizeof much);
    return 0;
}

static void a_second_reader_is_refused(void)
{
    struct pair pair;
    struct reader reader;
    struct horo_scope scope;
    char buffer[4];

    open_pair(&pair, 0);
    reader.stream = pair.near;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_stream_read(pair.near, buffer, 4), -EBUSY);
    CHECK_CODE(horo_stream_read_exact(pair.near, buffer, 4), -EBUSY);
    CHECK_CODE(horo_stream_read_until(pair.near, buffer, 4, "\n"), -EBUSY);
    send_text(pair.near, "out"); /* the other direction is free */
    CHECK_CODE(horo_stream_read(pair.far, buffer, 4), 3);
    send_text(pair.far, "in");
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, 2);
    close_pair(&pair);
}

static void a_second_writer_is_refused(void)
{
    struct pair pair;
    struct reader writer;
    struct horo_scope scope;

    open_pair(&pair, 4096);
    writer.stream = pair.near;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_much, &writer, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_stream_write(pair.near, "x", 1), -EBUSY);
    CHECK_CODE(horo_stream_printf(pair.near, "x"), -EBUSY);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(writer.result, -ECANCELED);
    close_pair(&pair);
}

/* --- closing while others are in it --- */

static void closing_sends_a_reader_away(void)
{
    static int (*const ways[])(void *) = { read_some, read_a_line,
                                           read_sixteen };

    for (int i = 0; i < 3; i++) {
        for (int with_bytes = 0; with_bytes < 2; with_bytes++) {
            struct pair pair;
            struct reader reader;
            struct horo_scope scope;

            open_pair(&pair, 0);
            reader.stream = pair.near;
            CHECK_CODE(horo_scope_open(&scope, NULL), 0);
            CHECK_CODE(horo_spawn(&scope, ways[i], &reader, NULL), 0);
            CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
            if (with_bytes && i > 0) {
                send_text(pair.far, "some");
                CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
            }
            horo_stream_close(&pair.near);
            CHECK(pair.near == NULL);
            CHECK_CODE(horo_scope_close(&scope, 0), 0);
            CHECK_CODE(reader.result, -ECONNABORTED);
            close_pair(&pair);
        }
    }
}

static void closing_sends_a_writer_away(void)
{
    struct pair pair;
    struct reader writer;
    struct horo_scope scope;

    open_pair(&pair, 4096);
    writer.stream = pair.near;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_much, &writer, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_stream_close(&pair.near);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(writer.result, -ECONNABORTED);
    close_pair(&pair);
}

static void closing_sends_reader_and_writer_away_at_once(void)
{
    struct pair pair;
    struct reader reader;
    struct reader writer;
    struct horo_scope scope;

    open_pair(&pair, 4096);
    reader.stream = writer.stream = pair.near;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_much, &writer, NULL), 0);
    CHECK_CODE(horo_yield(), 0); /* begun in this very turn */
    horo_stream_close(&pair.near);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, -ECONNABORTED);
    CHECK_CODE(writer.result, -ECONNABORTED);
    close_pair(&pair);
}

static void a_cancelled_reader_of_a_closed_stream_is_cancelled(void)
{
    struct pair pair;
    struct reader reader;
    struct horo_scope scope;

    open_pair(&pair, 0);
    reader.stream = pair.near;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_scope_cancel(&scope);
    horo_stream_close(&pair.near);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK(reader.result == -ECANCELED || reader.result == -ECONNABORTED);
    close_pair(&pair);
}

/* The number of a closed stream is free for others at once. */
static void a_new_stream_may_get_the_number_of_a_closed_one(void)
{
    for (int i = 0; i < 20; i++) {
        struct pair pair;
        struct pair next;
        struct reader reader;
        struct horo_scope scope;
        char bytes[4];

        open_pair(&pair, 0);
        reader.stream = pair.near;
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        close_pair(&pair);
        open_pair(&next, 0);
        send_text(next.far, "new");
        CHECK_CODE(horo_stream_read(next.near, bytes, 4), 3);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_CODE(reader.result, -ECONNABORTED);
        close_pair(&next);
    }
}

static void closing_nothing_is_fine(void)
{
    struct horo_stream *none = NULL;

    horo_stream_close(&none);
    horo_stream_close(NULL);
    horo_stream_abort(&none);
    horo_stream_abort(NULL);
}

static void a_stream_can_be_closed_in_a_cancelled_scope(void)
{
    struct pair pair;
    struct horo_scope scope;

    open_pair(&pair, 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_stream_read(pair.near, &pair, 1), -ECANCELED);
    CHECK_CODE(horo_stream_write(pair.near, "x", 1), -ECANCELED);
    close_pair(&pair);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* --- half-close --- */

static void the_peer_of_a_half_closed_stream_can_still_answer(void)
{
    struct pair pair;
    char bytes[16];

    open_pair(&pair, 0);
    send_text(pair.near, "question");
    CHECK_CODE(horo_stream_shutdown(pair.near), 0);
    CHECK_CODE(horo_stream_read(pair.far, bytes, 16), 8);
    CHECK_CODE(horo_stream_read(pair.far, bytes, 16), 0);
    send_text(pair.far, "answer");
    CHECK_CODE(horo_stream_read(pair.near, bytes, 16), 6);
    CHECK_CODE(horo_stream_write(pair.near, "x", 1), -EPIPE);
    close_pair(&pair);
}

static int read_twice(void *arg)
{
    struct reader *reader = arg;

    (void)read_some(arg);
    CHECK_CODE(reader->result, 1);
    return read_some(arg);
}

static void half_closing_wakes_a_waiting_reader(void)
{
    struct pair pair;
    struct reader reader;
    struct horo_scope scope;

    open_pair(&pair, 0);
    reader.stream = pair.far;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_twice, &reader, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    send_text(pair.near, "x");
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(horo_stream_shutdown(pair.near), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, 0);
    close_pair(&pair);
}

/* --- fairness --- */

static bool stop;

/* Always finds bytes, always finds room. */
static int talk_to_oneself(void *arg)
{
    struct pair *pair = arg;
    char byte = 'x';

    while (!stop && CHECK_CODE(horo_stream_write(pair->near, &byte, 1), 1) &&
           CHECK_CODE(horo_stream_read(pair->far, &byte, 1), 1)) {}
    return 0;
}

static int take_turns_then_stop(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
    stop = true;
    return 0;
}

static void a_busy_stream_does_not_starve_others(void)
{
    struct pair pair;
    struct horo_scope scope;

    open_pair(&pair, 0);
    stop = false;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, talk_to_oneself, &pair, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_turns_then_stop, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_pair(&pair);
}

int main(void)
{
    RUN_IN_LOOP(read_gives_what_is_there);
    RUN_IN_LOOP(read_waits_for_the_first_byte);
    RUN_IN_LOOP(read_gives_zero_at_the_end_and_again);
    RUN_IN_LOOP(reading_nothing_gives_nothing);
    RUN_IN_LOOP(read_exact_puts_every_split_together);
    RUN_IN_LOOP(read_exact_leaves_the_rest);
    RUN_IN_LOOP(read_exact_at_the_end_is_incomplete_and_loses_nothing);
    RUN_IN_LOOP(read_exact_cancelled_loses_nothing);
    RUN_IN_LOOP(read_until_finds_lines_at_every_split);
    RUN_IN_LOOP(read_until_takes_single_bytes);
    RUN_IN_LOOP(a_line_that_just_fits_fits);
    RUN_IN_LOOP(a_line_beyond_64_kibibytes_is_refused_with_its_bytes_kept);
    RUN_IN_LOOP(a_line_of_64_kibibytes_is_read);
    RUN_IN_LOOP(an_empty_delimiter_is_refused);
    RUN_IN_LOOP(a_buffer_of_nothing_holds_no_line);
    RUN_IN_LOOP(read_until_cancelled_loses_nothing);
    RUN_IN_LOOP(a_delimiter_may_hold_any_byte_but_zero);
    RUN_IN_LOOP(ways_of_reading_can_be_mixed);
    RUN_IN_LOOP(printf_writes_what_it_says);
    RUN_IN_LOOP(printf_takes_up_to_64_kibibytes);
    RUN_IN_LOOP(a_format_that_cannot_be_printed_is_refused);
    RUN_IN_LOOP(large_transfers_go_both_ways_at_once);
    RUN_IN_LOOP(a_write_waits_for_room_and_can_be_cancelled);
    RUN_IN_LOOP(a_cancelled_write_leaves_a_clean_beginning);
    RUN_IN_LOOP(writing_to_one_who_has_gone_is_an_error_not_a_signal);
    RUN_IN_LOOP(a_second_reader_is_refused);
    RUN_IN_LOOP(a_second_writer_is_refused);
    RUN_IN_LOOP(closing_sends_a_reader_away);
    RUN_IN_LOOP(closing_sends_a_writer_away);
    RUN_IN_LOOP(closing_sends_reader_and_writer_away_at_once);
    RUN_IN_LOOP(a_cancelled_reader_of_a_closed_stream_is_cancelled);
    RUN_IN_LOOP(a_new_stream_may_get_the_number_of_a_closed_one);
    RUN_IN_LOOP(closing_nothing_is_fine);
    RUN_IN_LOOP(a_stream_can_be_closed_in_a_cancelled_scope);
    RUN_IN_LOOP(the_peer_of_a_half_closed_stream_can_still_answer);
    RUN_IN_LOOP(half_closing_wakes_a_waiting_reader);
    RUN_IN_LOOP(a_busy_stream_does_not_starve_others);
    return tap_end();
}
