/* Streams: bytes in, bytes out, in order, over a connection.
 *
 * One task may read a stream while another writes it; a second reader or a
 * second writer at the same time gets -EBUSY. Buffers stay the caller's and
 * are not touched after a call has returned, cancelled or not. */
#ifndef HORO_STREAM_H
#define HORO_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include <horo/address.h>
#include <horo/time.h>

HORO__BEGIN

struct horo_stream;

/* Unless said otherwise the functions below suspend, and all can return:
 *   -ECANCELED      the enclosing scope is or became cancelled
 *   -EBUSY          another task is in a call of the same direction
 *   -ECONNABORTED   another task closed the stream during the call
 *   -HORO_ENOTASK   outside a task
 * and what read(2), recv(2), send(2) say of the connection, such as
 * -ECONNRESET, -EPIPE (the peer has gone; no signal is raised), -ETIMEDOUT. */

/* Reads what is there, at least one byte, at most `size`. Returns the number
 * of bytes, 0 at the end of the stream (or for a size of 0). */
HORO__API ssize_t horo_stream_read(struct horo_stream *stream, void *buffer,
                                   size_t size);

/* Reads exactly `size` bytes. Returns `size`, or -HORO_EINCOMPLETE when the
 * stream ends first. On any failure the bytes that came so far are kept and
 * read next, so that nothing is lost; -ENOMEM when there is no memory to keep
 * them, and they are lost. */
HORO__API ssize_t horo_stream_read_exact(struct horo_stream *stream,
                                         void *buffer, size_t size);

/* Reads up to and including the first occurrence of the string `delimiter`.
 * Returns the number of bytes; 0 when the stream ends cleanly before any;
 * -HORO_EINCOMPLETE when it ends in between; -HORO_EOVERRUN when `size` bytes
 * (64 KiB at most) hold no delimiter. On any failure the bytes are kept and
 * read next. -EINVAL for an empty delimiter. */
HORO__API ssize_t horo_stream_read_until(struct horo_stream *stream,
                                         void *buffer, size_t size,
                                         const char *delimiter);

/* Writes all `size` bytes. Returns `size`. After a failure an unknown part has
 * been sent, and the stream is good only for closing. */
HORO__API ssize_t horo_stream_write(struct horo_stream *stream,
                                    const void *buffer, size_t size);

/* Writes formatted text, printf(3), at most 64 KiB. Returns the number of
 * bytes written; -EMSGSIZE when the text is longer, with nothing written;
 * -EINVAL for a format that cannot be printed; -ENOMEM. */
HORO__API ssize_t horo_stream_printf(struct horo_stream *stream,
                                     const char *format, ...)
    HORO__PRINTF(2, 3);

/* Says that nothing more will be written: the peer reads the end of the
 * stream (half-close, shutdown(2) with SHUT_WR). Reading goes on. Does not
 * suspend. Returns 0, -ENOTCONN, -ENOTSOCK. */
HORO__API int horo_stream_shutdown(struct horo_stream *stream);

/* Closes the stream, frees it and nulls `*stream`; NULL is fine. Calls of
 * other tasks in it return -ECONNABORTED. Bytes already written are still
 * delivered by the kernel. Does not suspend, works in a cancelled scope. */
HORO__API void horo_stream_close(struct horo_stream **stream);

/* Closes the stream so that the peer sees a reset (RFC 9293 section 3.10.5,
 * SO_LINGER of socket(7)), dropping what has not been delivered. */
HORO__API void horo_stream_abort(struct horo_stream **stream);

/* The address of the other end, and of this one. Do not suspend. Return 0,
 * -EAFNOSUPPORT for other than internet addresses, or what getpeername(2) and
 * getsockname(2) say. */
HORO__API int horo_stream_peer(const struct horo_stream *stream,
                               struct horo_address *ret_address);
HORO__API int horo_stream_local(const struct horo_stream *stream,
                                struct horo_address *ret_address);

/* The descriptor below, for setsockopt(2) and the like; it stays the
 * stream's. */
HORO__API int horo_stream_fd(const struct horo_stream *stream);

/* Makes a stream of a descriptor: a connected socket, pipe, terminal or file.
 * On success the stream owns `fd`; its file status flags are not changed. Does
 * not suspend. Returns 0, -EBADF, -ENOMEM, -HORO_ENOTASK. */
HORO__API int horo_stream_open_fd(int fd, struct horo_stream **ret_stream);

HORO__END

#endif
