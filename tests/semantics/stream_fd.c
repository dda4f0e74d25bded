/* Streams of every kind of descriptor, in blocking mode and not: pipes,
 * sockets, terminals, files. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "harness.h"

enum kind { PIPE, SOCKETS, TERMINAL };

/* ends[1] is written to, ends[0] is read from. */
struct channel {
    const char *name;
    enum kind kind;
    bool nonblocking;
    int fds[2];
    struct horo_stream *ends[2];
};

static const struct channel channels[] = {
    { .name = "pipe", .kind = PIPE },
    { .name = "pipe, O_NONBLOCK", .kind = PIPE, .nonblocking = true },
    { .name = "sockets", .kind = SOCKETS },
    { .name = "sockets, O_NONBLOCK", .kind = SOCKETS, .nonblocking = true },
    { .name = "terminal", .kind = TERMINAL },
    { .name = "terminal, O_NONBLOCK", .kind = TERMINAL, .nonblocking = true },
};

enum { CHANNELS = sizeof channels / sizeof channels[0] };

/* The program writes, its user reads: bytes as they are, nothing echoed. */
static int open_terminal(int fds[2])
{
    struct termios raw;

    if (openpty(&fds[0], &fds[1], NULL, NULL, NULL) < 0) {
        return -1;
    }
    CHECK(tcgetattr(fds[1], &raw) == 0);
    cfmakeraw(&raw);
    CHECK(tcsetattr(fds[1], TCSANOW, &raw) == 0);
    return 0;
}

static void open_channel(const struct channel *like, struct channel *channel)
{
    *channel = *like;
    switch (channel->kind) {
    case PIPE:
        CHECK(pipe2(channel->fds, O_CLOEXEC) == 0);
        break;
    case SOCKETS:
        CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, channel->fds) == 0);
        break;
    case TERMINAL:
        CHECK(open_terminal(channel->fds) == 0);
        break;
    }
    for (int i = 0; i < 2; i++) {
        if (channel->nonblocking) {
            CHECK(fcntl(channel->fds[i], F_SETFL, O_RDWR | O_NONBLOCK) == 0);
        }
        CHECK_CODE(horo_stream_open_fd(channel->fds[i], &channel->ends[i]), 0);
        CHECK_NUMBER(horo_stream_fd(channel->ends[i]), channel->fds[i]);
    }
}

static void close_channel(struct channel *channel)
{
    for (int i = 0; i < 2; i++) {
        if (channel->ends[i]) {
            /* Its modes are as they were. */
            CHECK_NUMBER(!!(fcntl(channel->fds[i], F_GETFL) & O_NONBLOCK),
                         channel->nonblocking);
        }
        horo_stream_close(&channel->ends[i]);
    }
}

typedef void story_fn(struct channel *channel);

static void for_every_channel(story_fn *story)
{
    for (int i = 0; i < CHANNELS; i++) {
        struct channel channel;
        int failures = count_failures();

        open_channel(&channels[i], &channel);
        story(&channel);
        close_channel(&channel);
        if (count_failures() > failures) {
            printf("# that was: %s\n", channels[i].name);
        }
    }
}

/* --- stories --- */

static void pass_bytes(struct channel *channel)
{
    char buffer[16];

    CHECK_CODE(horo_stream_write(channel->ends[1], "hello", 5), 5);
    CHECK_CODE(horo_stream_read(channel->ends[0], buffer, 16), 5);
    CHECK_BYTES(buffer, "hello", 5);
    CHECK_CODE(horo_stream_printf(channel->ends[1], "%d\n", 42), 3);
    CHECK_CODE(horo_stream_read_until(channel->ends[0], buffer, 16, "\n"), 3);
    CHECK_BYTES(buffer, "42\n", 3);
}

static void bytes_pass_through_every_channel(void)
{
    for_every_channel(pass_bytes);
}

static int write_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(2)), 0);
    CHECK_CODE(horo_stream_write(arg, "late", 4), 4);
    return 0;
}

static void wait_for_bytes(struct channel *channel)
{
    horo_time began = horo_now();
    struct horo_scope scope;
    char buffer[16];

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_later, channel->ends[1], NULL), 0);
    CHECK_CODE(horo_stream_read_exact(channel->ends[0], buffer, 4), 4);
    CHECK_BYTES(buffer, "late", 4);
    CHECK_NUMBER(horo_now() - began, HORO_MS(2));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void every_channel_waits_for_bytes_without_blocking(void)
{
    for_every_channel(wait_for_bytes);
}

static void time_out_reading(struct channel *channel)
{
    horo_time began = horo_now();
    char buffer[16];

    for (int i = 0; i < 3; i++) {
        struct horo_scope scope;

        CHECK_CODE(
            horo_scope_open(
                &scope, &(struct horo_scope_options){ .timeout = HORO_MS(2) }),
            0);
        CHECK_CODE(horo_stream_read(channel->ends[0], buffer, 16), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    }
    CHECK_NUMBER(horo_now() - began, HORO_MS(6));
    CHECK_CODE(horo_stream_write(channel->ends[1], "kept", 4), 4);
    CHECK_CODE(horo_stream_read(channel->ends[0], buffer, 16), 4);
    CHECK_BYTES(buffer, "kept", 4);
}

static void reading_can_be_cancelled_on_every_channel(void)
{
    for_every_channel(time_out_reading);
}

struct reader {
    struct horo_stream *stream;
    ssize_t result;
};

static int read_some(void *arg)
{
    struct reader *reader = arg;
    char buffer[16];

    reader->result = horo_stream_read(reader->stream, buffer, 16);
    return 0;
}

/* Before the kernel has heard of the read. */
static void cancel_at_once(struct channel *channel)
{
    struct reader reader = { .stream = channel->ends[0] };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK_CODE(reader.result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static void reading_can_be_cancelled_in_the_turn_it_began(void)
{
    for_every_channel(cancel_at_once);
}

static void close_at_once(struct channel *channel)
{
    struct reader reader = { .stream = channel->ends[0] };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    horo_stream_close(&channel->ends[0]);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, -ECONNABORTED);
}

static void reading_ends_when_the_stream_is_closed_in_the_turn_it_began(void)
{
    for_every_channel(close_at_once);
}

static void close_later(struct channel *channel)
{
    struct reader reader = { .stream = channel->ends[0] };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_stream_close(&channel->ends[0]);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, -ECONNABORTED);
}

static void reading_ends_when_the_stream_is_closed(void)
{
    for_every_channel(close_later);
}

enum { MUCH = 300000 };

static char much[MUCH];

static int write_much(void *arg)
{
    struct reader *writer = arg;

    writer->result = horo_stream_write(writer->stream, much, MUCH);
    return 0;
}

static int read_much(void *arg)
{
    size_t at = 0;

    while (at < MUCH) {
        char buffer[1000];
        ssize_t got = horo_stream_read(arg, buffer, sizeof buffer);

        if (!CHECK(got > 0) || !CHECK_BYTES(buffer, much + at, (size_t)got)) {
            return -EIO;
        }
        at += (size_t)got;
    }
    return 0;
}

/* More than any of them holds. */
static void pass_much(struct channel *channel)
{
    struct reader writer = { .stream = channel->ends[1] };
    struct horo_scope scope;

    for (size_t i = 0; i < MUCH; i++) {
        much[i] = (char)(i * i >> 9);
    }
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_much, &writer, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_much, channel->ends[0], NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(writer.result, MUCH);
}

static void much_passes_through_every_channel(void)
{
    for_every_channel(pass_much);
}

static void time_out_writing(struct channel *channel)
{
    struct horo_scope scope;

    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(2) }),
        0);
    CHECK_CODE(horo_stream_write(channel->ends[1], much, MUCH), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
}

static void writing_can_be_cancelled_on_every_channel(void)
{
    for_every_channel(time_out_writing);
}

static void abort_writing(struct channel *channel)
{
    struct reader writer = { .stream = channel->ends[1] };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_much, &writer, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_stream_close(&channel->ends[1]);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(writer.result, -ECONNABORTED);
}

static void writing_ends_when_the_stream_is_closed(void)
{
    for_every_channel(abort_writing);
}

/* Of a terminal the end reads as -EIO, pty(7). */
static void read_after_the_writer_has_gone(struct channel *channel)
{
    char buffer[16];
    ssize_t got;

    horo_stream_close(&channel->ends[1]);
    got = horo_stream_read(channel->ends[0], buffer, 16);
    CHECK_CODE(got, channel->kind == TERMINAL ? -EIO : 0);
}

static void the_end_is_seen_on_every_channel(void)
{
    for_every_channel(read_after_the_writer_has_gone);
}

static void only_sockets_can_be_half_closed(void)
{
    for (int i = 0; i < CHANNELS; i++) {
        struct channel channel;

        open_channel(&channels[i], &channel);
        CHECK_CODE(horo_stream_shutdown(channel.ends[1]),
                   channel.kind == SOCKETS ? 0 : -ENOTSOCK);
        close_channel(&channel);
    }
}

static void aborting_closes_every_channel(void)
{
    for (int i = 0; i < CHANNELS; i++) {
        struct channel channel;

        open_channel(&channels[i], &channel);
        horo_stream_abort(&channel.ends[1]);
        CHECK(channel.ends[1] == NULL);
        close_channel(&channel);
    }
}

/* --- a reader that has gone --- */

static int write_without_reader(void *arg)
{
    struct channel channel;
    ssize_t rc;

    open_channel(arg, &channel);
    horo_stream_close(&channel.ends[0]);
    rc = horo_stream_write(channel.ends[1], "x", 1);
    close_channel(&channel);
    return rc == -EPIPE ? 0 : 1;
}

static int run_without_reader(void *arg)
{
    return run_loop(write_without_reader, arg, NULL);
}

/* In a child, as a signal would end it. */
static void writing_to_a_pipe_without_reader_is_an_error_not_a_signal(void)
{
    for (int i = 0; i < 2; i++) {
        struct child_end end;

        run_child(run_without_reader, (void *)&channels[i], &end);
        CHECK_NUMBER(end.status, 0);
    }
}

/* --- files --- */

static void a_file_is_written_and_read_in_order(void)
{
    char path[] = "/tmp/horo-test-XXXXXX";
    int file = mkstemp(path);
    struct horo_stream *stream;
    char buffer[16];

    CHECK(file >= 0);
    CHECK_CODE(horo_stream_open_fd(file, &stream), 0);
    CHECK_CODE(horo_stream_write(stream, "first ", 6), 6);
    CHECK_CODE(horo_stream_printf(stream, "second\n"), 7);
    CHECK(lseek(file, 0, SEEK_SET) == 0);
    CHECK_CODE(horo_stream_read_until(stream, buffer, 16, "\n"), 13);
    CHECK_BYTES(buffer, "first second\n", 13);
    CHECK_CODE(horo_stream_read(stream, buffer, 16), 0);
    horo_stream_close(&stream);
    CHECK(unlink(path) == 0);
}

static void much_is_written_to_a_file_and_read_back(void)
{
    char path[] = "/tmp/horo-test-XXXXXX";
    int file = mkstemp(path);
    struct horo_stream *stream;
    char *back = malloc(MUCH);

    CHECK(file >= 0 && back);
    CHECK_CODE(horo_stream_open_fd(file, &stream), 0);
    CHECK_CODE(horo_stream_write(stream, much, MUCH), MUCH);
    CHECK(lseek(file, 0, SEEK_SET) == 0);
    CHECK_CODE(horo_stream_read_exact(stream, back, MUCH), MUCH);
    CHECK_BYTES(back, much, MUCH);
    horo_stream_close(&stream);
    free(back);
    CHECK(unlink(path) == 0);
}

static void a_device_is_read(void)
{
    struct horo_stream *zero;
    char buffer[16] = "x";

    CHECK_CODE(horo_stream_open_fd(open("/dev/zero", O_RDONLY), &zero), 0);
    CHECK_CODE(horo_stream_read_exact(zero, buffer, 16), 16);
    CHECK_NUMBER(buffer[0], 0);
    horo_stream_close(&zero);
}

/* --- opening --- */

static void what_is_not_open_makes_no_stream(void)
{
    struct horo_stream *stream = NULL;
    int fds[2];

    CHECK(pipe(fds) == 0 && close(fds[0]) == 0 && close(fds[1]) == 0);
    CHECK_CODE(horo_stream_open_fd(fds[0], &stream), -EBADF);
    CHECK_CODE(horo_stream_open_fd(-1, &stream), -EBADF);
    CHECK(stream == NULL);
}

static void outside_a_loop_there_are_no_streams(void)
{
    struct horo_stream *stream = NULL;

    CHECK_CODE(horo_stream_open_fd(0, &stream), -HORO_ENOTASK);
    CHECK(stream == NULL);
}

static int drain_later(void *arg)
{
    char buffer[4096];

    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    while (recv(*(int *)arg, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {}
    return 0;
}

/* The reader gets its bytes, which are no news for who waits for room. */
static void a_foreign_wait_and_a_reader_can_share_a_descriptor(void)
{
    struct channel channel;
    struct reader reader;
    horo_time began = horo_now();
    struct horo_scope scope;

    open_channel(&channels[3], &channel);
    reader.stream = channel.ends[0];
    while (send(channel.fds[0], much, 4096, MSG_DONTWAIT) > 0) {}
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_later, channel.ends[1], NULL), 0);
    CHECK_CODE(horo_spawn(&scope, drain_later, &channel.fds[1], NULL), 0);
    CHECK_NUMBER(horo_fd_wait(channel.fds[0], POLLOUT), POLLOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, 4);
    close_channel(&channel);
}

static void cancelling_a_foreign_wait_leaves_the_reader_waiting(void)
{
    struct channel channel;
    struct horo_scope scope;
    struct horo_scope limit;
    struct reader reader;

    open_channel(&channels[2], &channel);
    reader.stream = channel.ends[0];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(
        horo_scope_open(&limit,
                        &(struct horo_scope_options){ .timeout = HORO_MS(2) }),
        0);
    CHECK_CODE(horo_fd_wait(channel.fds[0], POLLIN), -ECANCELED);
    CHECK_CODE(horo_scope_close(&limit, 0), -ETIMEDOUT);
    CHECK_CODE(horo_stream_write(channel.ends[1], "x", 1), 1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, 1);
    close_channel(&channel);
}

int main(void)
{
    RUN_IN_LOOP(bytes_pass_through_every_channel);
    RUN_IN_LOOP(every_channel_waits_for_bytes_without_blocking);
    RUN_IN_LOOP(reading_can_be_cancelled_on_every_channel);
    RUN_IN_LOOP(reading_can_be_cancelled_in_the_turn_it_began);
    RUN_IN_LOOP(reading_ends_when_the_stream_is_closed_in_the_turn_it_began);
    RUN_IN_LOOP(reading_ends_when_the_stream_is_closed);
    RUN_IN_LOOP(much_passes_through_every_channel);
    RUN_IN_LOOP(writing_can_be_cancelled_on_every_channel);
    RUN_IN_LOOP(writing_ends_when_the_stream_is_closed);
    RUN_IN_LOOP(the_end_is_seen_on_every_channel);
    RUN_IN_LOOP(only_sockets_can_be_half_closed);
    RUN_IN_LOOP(aborting_closes_every_channel);
    RUN(writing_to_a_pipe_without_reader_is_an_error_not_a_signal);
    RUN_IN_LOOP(a_file_is_written_and_read_in_order);
    RUN_IN_LOOP(much_is_written_to_a_file_and_read_back);
    RUN_IN_LOOP(a_device_is_read);
    RUN_IN_LOOP(what_is_not_open_makes_no_stream);
    RUN(outside_a_loop_there_are_no_streams);
    RUN_IN_LOOP(a_foreign_wait_and_a_reader_can_share_a_descriptor);
    RUN_IN_LOOP(cancelling_a_foreign_wait_leaves_the_reader_waiting);
    return tap_end();
}
