/* Streams over a descriptor. Reads and writes go straight between the kernel
 * and the caller's buffer; a buffer of the stream's own appears only when
 * bytes have to be kept: what read_until found behind its delimiter, and what
 * a read that failed had got so far. */
#include "net/stream.h"

#include <horo/loop.h>

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/operation.h"
#include "net/guest.h"
#include "sys/descriptor.h"
#include "sys/memory.h"
#include "sys/socket.h"

enum {
    FIRST_KEPT = 4 << 10,
    LONGEST_LINE = 64 << 10,
    LONGEST_PRINT = 64 << 10,
    PRINT_ON_STACK = 1 << 10,
    LARGEST_OPERATION = 256 << 10 /* then others get a turn */
};

struct horo_stream {
    struct horo__house house;
    struct horo__lane reading;
    struct horo__lane writing;
    bool is_socket;
    bool is_tcp;
    bool is_fifo;
    int original;    /* the descriptor that house.fd stands in for, or -1 */
    bool is_drained; /* the last read got all there was */
    char *kept;      /* bytes read and not yet handed out: */
    size_t kept_from;
    size_t kept_to;
    size_t kept_size;
};

static size_t smaller(size_t one, size_t other)
{
    return one < other ? one : other;
}

static void stream_free(struct horo_stream *stream)
{
    horo__free(stream->kept);
    horo__free(stream);
}

static void leave(struct horo_stream *stream, struct horo__lane *lane)
{
    if (horo__house_leave(&stream->house, lane)) {
        stream_free(stream);
    }
}

/* --- what is kept --- */

static size_t kept_count(const struct horo_stream *stream)
{
    return stream->kept_to - stream->kept_from;
}

static size_t take_kept(struct horo_stream *stream, char *buffer, size_t size)
{
    size_t count = smaller(kept_count(stream), size);

    if (count > 0) {
        memcpy(buffer, stream->kept + stream->kept_from, count);
        stream->kept_from += count;
    }
    return count;
}

/* Makes room for `more` bytes behind those that are kept. */
static int reserve_kept(struct horo_stream *stream, size_t more)
{
    size_t count = kept_count(stream);
    size_t size = stream->kept_size ? stream->kept_size : FIRST_KEPT;
    char *moved;

    if (stream->kept_from > 0) {
        memmove(stream->kept, stream->kept + stream->kept_from, count);
        stream->kept_from = 0;
        stream->kept_to = count;
    }
    if (stream->kept_size - count >= more) {
        return 0;
    }
    while (size - count < more) {
        size *= 2;
    }
    moved = horo__realloc(stream->kept, size);
    if (!moved) {
        return -ENOMEM;
    }
    stream->kept = moved;
    stream->kept_size = size;
    return 0;
}

/* Puts bytes back, before those that are kept; there are none then. */
static int put_back(struct horo_stream *stream, const char *bytes, size_t count)
{
    int rc = reserve_kept(stream, count);

    if (rc == 0) {
        memcpy(stream->kept, bytes, count);
        stream->kept_to = count;
    }
    return rc;
}

/* --- reading --- */

static int receive(struct horo_stream *stream, char *buffer, size_t size)
{
    struct horo__operation operation = {
        .kind = stream->is_socket ? HORO__RECEIVE : HORO__READ,
        .fd = stream->house.fd,
        .as.io = {
            .buffer = buffer,
            .size = (uint32_t)smaller(size, LARGEST_OPERATION),
            .expect_wait = stream->is_drained,
            .is_tcp = stream->is_tcp,
        },
    };
    int got = horo__house_run(&stream->house, &stream->reading, &operation);

    stream->is_drained = got > 0 && (size_t)got < size;
    return got;
}

ssize_t horo_stream_read(struct horo_stream *stream, void *buffer, size_t size)
{
    ssize_t got = horo__house_enter(&stream->house, &stream->reading);

    if (got < 0) {
        return got;
    }
    if (size > 0) {
        got = (ssize_t)take_kept(stream, buffer, size);
        if (got == 0) {
            got = receive(stream, buffer, size);
        }
    }
    leave(stream, &stream->reading);
    return got;
}

static ssize_t read_exact(struct horo_stream *stream, char *buffer, size_t size)
{
    size_t count = take_kept(stream, buffer, size);

    while (count < size) {
        int got = receive(stream, buffer + count, size - count);

        if (got <= 0) {
            int rc = got == 0 ? -HORO_EINCOMPLETE : got;

            if (count > 0 && put_back(stream, buffer, count) < 0) {
                rc = -ENOMEM;
            }
            return rc;
        }
        count += (size_t)got;
    }
    return (ssize_t)size;
}

ssize_t horo_stream_read_exact(struct horo_stream *stream, void *buffer,
                               size_t size)
{
    ssize_t got = horo__house_enter(&stream->house, &stream->reading);

    if (got == 0) {
        got = read_exact(stream, buffer, size);
        leave(stream, &stream->reading);
    }
    return got;
}

/* Finds the delimiter in what is kept; `*searched` bytes hold none. Returns
 * the count of bytes up to its end, 0 when it is not there yet. */
static size_t find(const struct horo_stream *stream, const char *delimiter,
                   size_t length, size_t *searched)
{
    size_t count = kept_count(stream);
    size_t from = *searched >= length ? *searched - (length - 1) : 0;
    const char *start;
    const char *found;

    *searched = count;
    if (count - from < length) {
        return 0; /* there may be no buffer at all yet */
    }
    start = stream->kept + stream->kept_from;
    found = memmem(start + from, count - from, delimiter, length);
    return found ? (size_t)(found - start) + length : 0;
}

static ssize_t read_until(struct horo_stream *stream, char *buffer, size_t size,
                          const char *delimiter)
{
    size_t length = strlen(delimiter);
    size_t limit = smaller(size, LONGEST_LINE);
    size_t searched = 0;

    for (;;) {
        size_t line = find(stream, delimiter, length, &searched);
        int got;

        if (line > limit || (line == 0 && kept_count(stream) >= limit)) {
            return -HORO_EOVERRUN;
        }
        if (line > 0) {
            return (ssize_t)take_kept(stream, buffer, line);
        }
        got = reserve_kept(stream, 1);
        if (got == 0) {
            got = receive(stream, stream->kept + stream->kept_to,
                          stream->kept_size - stream->kept_to);
            if (got == 0) {
                return kept_count(stream) ? -HORO_EINCOMPLETE : 0;
            }
        }
        if (got < 0) {
            return got;
        }
        stream->kept_to += (size_t)got;
    }
}

ssize_t horo_stream_read_until(struct horo_stream *stream, void *buffer,
                               size_t size, const char *delimiter)
{
    ssize_t got = horo__house_enter(&stream->house, &stream->reading);

    if (got == 0) {
        got =
            *delimiter ? read_until(stream, buffer, size, delimiter) : -EINVAL;
        leave(stream, &stream->reading);
    }
    return got;
}

/* --- writing --- */

static ssize_t write_all(struct horo_stream *stream, const char *bytes,
                         size_t size)
{
    size_t count = 0;

    while (count < size) {
        struct horo__operation operation = {
            .kind = stream->is_socket ? HORO__SEND : HORO__WRITE,
            .fd = stream->house.fd,
            .as.io = {
                .buffer = (char *)bytes + count, /* SEND and WRITE only read it */
                .size = (uint32_t)smaller(size - count, LARGEST_OPERATION),
                .by_hand = stream->is_fifo,
            },
        };
        int put = horo__house_run(&stream->house, &stream->writing, &operation);

        if (put < 0) {
            return put;
        }
        count += (size_t)put;
    }
    return (ssize_t)count;
}

ssize_t horo_stream_write(struct horo_stream *stream, const void *buffer,
                          size_t size)
{
    ssize_t put = horo__house_enter(&stream->house, &stream->writing);

    if (put == 0) {
        put = write_all(stream, buffer, size);
        leave(stream, &stream->writing);
    }
    return put;
}

/* Formats a text too long for the stack and writes it. */
static ssize_t print_long(struct horo_stream *stream, size_t length,
                          const char *format, va_list values)
{
    char *text = horo__alloc(length + 1);
    ssize_t put;

    if (!text) {
        return -ENOMEM;
    }
    (void)vsnprintf(text, length + 1, format, values); /* measured before */
    put = horo_stream_write(stream, text, length);
    horo__free(text);
    return put;
}

ssize_t horo_stream_printf(struct horo_stream *stream, const char *format, ...)
{
    char text[PRINT_ON_STACK];
    va_list values;
    ssize_t put;
    int length;

    va_start(values, format);
    length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (length < 0) {
        return -EINVAL;
    }
    if (length > LONGEST_PRINT) {
        return -EMSGSIZE;
    }
    if ((size_t)length < sizeof text) {
        return horo_stream_write(stream, text, (size_t)length);
    }
    va_start(values, format);
    put = print_long(stream, (size_t)length, format, values);
    va_end(values);
    return put;
}

/* --- beginning and end --- */

struct horo_stream *horo__stream_alloc(void)
{
    struct horo_stream *stream = horo__alloc(sizeof *stream);

    if (stream) {
        stream->house.fd = -1;
        stream->original = -1;
    }
    return stream;
}

void horo__stream_adopt(struct horo_stream *stream, int fd)
{
    stream->house.fd = fd;
    stream->is_socket = true;
    stream->is_tcp = true;
}

void horo__stream_discard(struct horo_stream *stream)
{
    horo__free(stream);
}

/* A write to a terminal may block whatever poll(2) says, while its user has
 * stopped the output. Opened anew it can be made non-blocking without anybody
 * else noticing. */
static void stand_in_for_terminal(struct horo_stream *stream)
{
    int fd = horo__sys_reopen_terminal(stream->house.fd);

    if (fd >= 0) {
        stream->original = stream->house.fd;
        stream->house.fd = fd;
    }
}

int horo_stream_open_fd(int fd, struct horo_stream **ret_stream)
{
    struct horo_stream *stream;
    int rc = horo__sys_check_fd(fd);

    if (rc < 0) {
        return rc;
    }
    if (!horo_loop_self()) {
        return -HORO_ENOTASK;
    }
    stream = horo__stream_alloc();
    if (!stream) {
        return -ENOMEM;
    }
    stream->house.fd = fd;
    stream->is_socket = horo__sys_is_socket(fd);
    stream->is_tcp = stream->is_socket && horo__sys_is_tcp(fd);
    stream->is_fifo = horo__sys_is_fifo(fd);
    stand_in_for_terminal(stream);
    *ret_stream = stream;
    return 0;
}

int horo_stream_shutdown(struct horo_stream *stream)
{
    return horo__sys_shutdown(stream->house.fd, SHUT_WR);
}

static void abort_lane(struct horo__lane *lane)
{
    if (lane->operation) {
        horo__operation_abort(lane->operation, -ECONNABORTED);
    }
}

void horo_stream_close(struct horo_stream **stream)
{
    struct horo_stream *closing = stream ? *stream : NULL;

    if (!closing) {
        return;
    }
    *stream = NULL;
    closing->house.is_closed = true;
    abort_lane(&closing->reading);
    abort_lane(&closing->writing);
    horo__operation_forget(closing->house.fd, closing->house.guests > 0);
    horo__sys_close(closing->house.fd);
    if (closing->original >= 0) {
        horo__sys_close(closing->original);
    }
    if (closing->house.guests == 0) {
        stream_free(closing);
    }
}

void horo_stream_abort(struct horo_stream **stream)
{
    if (stream && *stream && (*stream)->is_socket) {
        /* Refused for sockets that know no reset: then it just closes. */
        (void)horo__sys_set_abort_on_close((*stream)->house.fd);
    }
    horo_stream_close(stream);
}

/* --- asking --- */

static int give_address(int rc, const struct horo_address *address,
                        struct horo_address *ret_address)
{
    if (rc == 0 && address->as.any.sa_family != AF_INET &&
        address->as.any.sa_family != AF_INET6) {
        return -EAFNOSUPPORT;
    }
    if (rc == 0) {
        *ret_address = *address;
    }
    return rc;
}

int horo_stream_peer(const struct horo_stream *stream,
                     struct horo_address *ret_address)
{
    struct horo_address address = { .size = sizeof address.as };
    int rc = horo__sys_peer_address(stream->house.fd, &address.as.any,
                                    &address.size);

    return give_address(rc, &address, ret_address);
}

int horo_stream_local(const struct horo_stream *stream,
                      struct horo_address *ret_address)
{
    struct horo_address address = { .size = sizeof address.as };
    int rc = horo__sys_local_address(stream->house.fd, &address.as.any,
                                     &address.size);

    return give_address(rc, &address, ret_address);
}

int horo_stream_fd(const struct horo_stream *stream)
{
    return stream->original >= 0 ? stream->original : stream->house.fd;
}
