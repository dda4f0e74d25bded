/* Descriptors, streams, TCP and names, cancelled at every suspension point: no
 * byte lost or doubled, every buffer let go, every connection closed. Who is
 * cancelled closes what he has, which the other side gets to see. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cancel.h"
#include "harness.h"
#include "name_server.h"

/* What is left when the other side has gone is no failure. */
static int forgive(ssize_t rc)
{
    switch (rc) {
    case -ECONNRESET:
    case -ECONNREFUSED:
    case -EPIPE:
    case -HORO_EINCOMPLETE:
        return 0;
    default:
        return rc < 0 ? (int)rc : 0;
    }
}

/* --- descriptors --- */

static int wait_readable(void *arg)
{
    int rc = horo_fd_wait(*(int *)arg, POLLIN);

    CHECK(rc < 0 || rc == POLLIN);
    return rc < 0 ? rc : 0;
}

/* Cancelled or not: the others wait. */
static int make_readable(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    CHECK_NUMBER(write(*(int *)arg, "x", 1), 1);
    return rc;
}

static int waiting_for_a_descriptor(void)
{
    struct horo_scope scope;
    int ends[2];
    int rc = 0;

    CHECK(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2 && rc == 0; i++) {
        rc = horo_spawn(&scope, wait_readable, &ends[0], NULL);
    }
    rc = rc < 0 ? rc : horo_spawn(&scope, make_readable, &ends[1], NULL);
    rc = horo_scope_close(&scope, rc);
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
    return rc;
}

/* --- streams --- */

enum { PIECE = 13, TEXT_SIZE = 26 };

static const char text[] = "abcdefghijklmnopqrstuvwxyz";

static int write_text(void *arg)
{
    struct horo_stream **stream = arg;
    ssize_t rc = 0;

    for (int at = 0; at < TEXT_SIZE && rc >= 0; at += PIECE) {
        int size = TEXT_SIZE - at < PIECE ? TEXT_SIZE - at : PIECE;

        rc = horo_stream_write(*stream, text + at, (size_t)size);
        rc = rc < 0 ? rc : horo_sleep(HORO_MS(1));
    }
    horo_stream_close(stream);
    return forgive(rc);
}

/* Reads `size` bytes, giving up now and then; `seen` are the bytes so far. */
static ssize_t read_patiently(struct horo_stream *stream, char *seen,
                              size_t size)
{
    ssize_t rc = -ETIMEDOUT;

    for (int tries = 0; rc == -ETIMEDOUT && tries < 100; tries++) {
        struct horo_scope limit;
        struct horo_scope_options options = { .timeout = HORO_US(600) };

        CHECK_CODE(horo_scope_open(&limit, &options), 0);
        rc = horo_stream_read_exact(stream, seen, size);
        rc = rc > 0 ? (CHECK_CODE(horo_scope_close(&limit, 0), 0), rc)
                    : horo_scope_close(&limit, (int)rc);
    }
    return rc;
}

static int read_text(struct horo_stream *stream)
{
    char seen[TEXT_SIZE + 1] = "";
    size_t got = 0;
    ssize_t rc = 1;

    while (rc > 0 && got + 4 <= TEXT_SIZE) {
        rc = read_patiently(stream, seen + got, 4);
        got += rc > 0 ? (size_t)rc : 0;
        CHECK_BYTES(seen, text, got);
    }
    if (rc > 0 || rc == -HORO_EINCOMPLETE || rc == -ECANCELED) {
        rc = horo_stream_read(stream, seen + got, TEXT_SIZE - got);
        got += rc > 0 ? (size_t)rc : 0;
        CHECK_BYTES(seen, text, got);
    }
    return forgive(rc);
}

/* Whoever gives up reading finds the bytes there the next time. */
static int reading_in_pieces(void)
{
    struct horo_stream *ends[2] = { NULL, NULL };
    struct horo_scope scope;
    int fds[2];
    int rc;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_stream_open_fd(fds[i], &ends[i]), 0);
    }
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    rc = horo_spawn(&scope, write_text, &ends[1], NULL);
    rc = rc < 0 ? rc : read_text(ends[0]);
    horo_stream_close(&ends[0]);
    rc = horo_scope_close(&scope, rc);
    return rc;
}

/* --- TCP --- */

static int echo_line(struct horo_stream *stream)
{
    char line[64];
    ssize_t rc = horo_stream_read_until(stream, line, sizeof line, "\n");

    if (rc > 0) {
        rc = horo_stream_write(stream, line, (size_t)rc);
    }
    return forgive(rc);
}

/* Until it is cancelled; the calls that wait are then refused. */
static int serve(void *arg)
{
    struct horo_listener *listener = arg;
    struct horo_stream *stream;
    int rc;

    while ((rc = horo_tcp_accept(listener, &stream)) == 0) {
        rc = echo_line(stream);
        horo_stream_close(&stream);
        if (rc < 0) {
            break;
        }
    }
    horo_listener_close(&listener);
    return rc;
}

static int call(void *arg)
{
    struct horo_stream *stream;
    char line[64];
    ssize_t rc = horo_tcp_connect("127.0.0.1", *(uint16_t *)arg, &stream);

    if (rc < 0) {
        return forgive(rc);
    }
    rc = horo_stream_printf(stream, "%s %d\n", "number", 5);
    if (rc > 0) {
        rc = horo_stream_read_until(stream, line, sizeof line, "\n");
    }
    if (rc > 0) {
        CHECK_BYTES(line, "number 5\n", 9);
    }
    horo_stream_close(&stream);
    return forgive(rc);
}

static int call_twice(uint16_t port)
{
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, call, &port, NULL), 0);
    rc = call(&port);
    return horo_scope_close(&scope, rc);
}

static int an_echo_over_tcp(void)
{
    struct horo_listener *listener;
    struct horo_address address;
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, NULL, &listener), 0);
    CHECK_CODE(horo_listener_address(listener, &address), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, serve, listener, NULL), 0);
    rc = call_twice(horo_address_port(&address));
    horo_scope_cancel(&scope);
    (void)horo_scope_close(&scope, 0);
    return rc;
}

/* --- names --- */

#if defined(HORO_HAVE_CARES)

static int look_up(void *arg)
{
    struct horo_address addresses[4];
    int rc = horo_resolve(arg, 80, addresses, 4);

    return rc == -HORO_ENAME_NOTFOUND || rc > 0 ? 0 : rc;
}

/* Two look-ups at once, of one name and of another. */
static int look_names_up(void)
{
    struct horo_scope scope;
    int rc;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, look_up, "both.test", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, look_up, "both.test", NULL), 0);
    rc = look_up("missing.test");
    return horo_scope_close(&scope, rc);
}

static int names_of_a_server(void)
{
    struct name_server server;
    struct horo_resolver_options options = {
        .timeout = HORO_S(1),
        .tries = 1,
        .no_hosts_file = true,
        .no_search = true,
    };
    struct horo_scope scope;
    int rc;

    allow_resolver();
    CHECK_CODE(name_server_open(&server), 0);
    options.servers = server.servers;
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, name_server_run, &server, NULL), 0);
    rc = look_names_up();
    horo_scope_cancel(&scope);
    (void)horo_scope_close(&scope, 0);
    name_server_close(&server);
    return rc == -HORO_ENAME_TIMEOUT ? 0 : rc; /* the server was cancelled */
}

#endif

int main(void)
{
    CANCEL_SWEEP(waiting_for_a_descriptor);
    CANCEL_SWEEP(reading_in_pieces);
    CANCEL_SWEEP(an_echo_over_tcp);
#if defined(HORO_HAVE_CARES)
    CANCEL_SWEEP(names_of_a_server);
#endif
    return tap_end();
}
