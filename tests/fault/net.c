/* Every fault point of streams, TCP and names, one after another. */
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "harness.h"
#include "name_server.h"
#include "sweep.h"

/* What a connection may come to when the kernel refuses its services, at
 * either end: the other one then sees it closed or reset. */
#define OF_CONNECTIONS                                                   \
    EMFILE, ECONNREFUSED, ECONNRESET, EPIPE, EIO, ENETUNREACH, ENOTCONN, \
        HORO_EINCOMPLETE
#define OF_LISTENERS EADDRINUSE, ENOBUFS
#define OF_NAMES                                                     \
    HORO_ENAME_TIMEOUT, HORO_ENAME_UNREACHABLE, HORO_ENAME_SERVFAIL, \
        HORO_ENAME_NOTFOUND, HORO_ENAME_NODATA, ECANCELED

static int run(horo_task_fn *fn, void *arg)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    return horo_run(fn, arg, &options);
}

static int negative(ssize_t rc)
{
    return rc < 0 ? (int)rc : 0;
}

/* --- TCP --- */

static int echo_lines(struct horo_stream *stream)
{
    char line[64];
    ssize_t size;

    while ((size = horo_stream_read_until(stream, line, sizeof line, "\n")) >
           0) {
        size = horo_stream_write(stream, line, (size_t)size);
        if (size < 0) {
            break;
        }
    }
    return negative(size);
}

static int serve_one(void *arg)
{
    struct horo_stream *stream;
    int rc = horo_tcp_accept(arg, &stream);

    if (rc == 0) {
        rc = echo_lines(stream);
        horo_stream_close(&stream);
    }
    return rc;
}

static int talk(struct horo_stream *stream)
{
    char bytes[64];
    ssize_t rc = horo_stream_printf(stream, "%s %d\n", "hello", 1);

    if (rc > 0) {
        rc = horo_stream_read_until(stream, bytes, sizeof bytes, "\n");
    }
    if (rc > 0) {
        rc = horo_stream_write(stream, "half a li", 9);
    }
    if (rc > 0) {
        rc = horo_stream_write(stream, "ne\n", 3);
    }
    if (rc > 0) {
        rc = horo_stream_read_exact(stream, bytes, 5);
    }
    if (rc > 0) {
        rc = horo_stream_shutdown(stream);
    }
    while (rc >= 0) {
        rc = horo_stream_read(stream, bytes, sizeof bytes);
        if (rc == 0) {
            break;
        }
    }
    return negative(rc);
}

static int call(void *arg)
{
    struct horo_address address;
    struct horo_stream *stream;
    int rc = horo_listener_address(arg, &address);

    if (rc == 0) {
        rc =
            horo_tcp_connect("127.0.0.1", horo_address_port(&address), &stream);
    }
    if (rc == 0) {
        struct horo_address unused;

        rc = horo_stream_peer(stream, &unused);
        rc = rc < 0 ? rc : horo_stream_local(stream, &unused);
        rc = rc < 0 ? rc : talk(stream);
        horo_stream_close(&stream);
    }
    return rc;
}

static int listen_and_call(void *arg)
{
    struct horo_listener *listener;
    struct horo_scope scope;
    int rc = horo_tcp_listen("127.0.0.1", 0, NULL, &listener);

    (void)arg;
    if (rc < 0) {
        return rc;
    }
    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, serve_one, listener, NULL);
    if (rc == 0) {
        rc = call(listener);
    }
    rc = horo_scope_close(&scope, rc);
    horo_listener_close(&listener);
    return rc;
}

static int an_echo_over_tcp(void)
{
    return run(listen_and_call, NULL);
}

/* --- giving up in the middle --- */

static int read_in_vain(struct horo_stream *stream)
{
    struct horo_scope limit;
    char bytes[64];
    ssize_t rc;

    (void)horo_scope_open(
        &limit, &(struct horo_scope_options){ .timeout = HORO_MS(1) });
    rc = horo_stream_read_exact(stream, bytes, sizeof bytes);
    rc = horo_scope_close(&limit, negative(rc));
    return rc == -ETIMEDOUT ? 0 : (int)rc;
}

static int give_up_in_the_middle(void *arg)
{
    struct horo_listener *listener;
    struct horo_stream *near = NULL;
    struct horo_stream *far = NULL;
    struct horo_address address;
    int rc = horo_tcp_listen("::1", 0, NULL, &listener);

    (void)arg;
    if (rc < 0) {
        return rc;
    }
    rc = horo_listener_address(listener, &address);
    if (rc == 0) {
        rc = horo_tcp_connect_address(&address, &near);
    }
    if (rc == 0) {
        rc = horo_tcp_accept(listener, &far);
    }
    if (rc == 0) {
        rc = negative(horo_stream_write(far, "some", 4));
    }
    if (rc == 0) {
        rc = read_in_vain(near);
    }
    if (rc == 0) {
        char bytes[4];

        rc = negative(horo_stream_read_exact(near, bytes, 4));
    }
    horo_stream_abort(&far);
    horo_stream_close(&near);
    horo_listener_close(&listener);
    return rc;
}

static int reading_in_vain(void)
{
    return run(give_up_in_the_middle, NULL);
}

/* --- a pipe --- */

static int write_long_line(void *arg)
{
    return negative(horo_stream_printf(arg, "%5000s\n", "x"));
}

static int through_a_pipe(void *arg)
{
    int *ends = arg;
    struct horo_stream *reading = NULL;
    struct horo_stream *writing = NULL;
    struct horo_scope scope;
    char line[6000];
    ssize_t rc = horo_stream_open_fd(ends[0], &reading);

    if (rc == 0) {
        ends[0] = -1;
        rc = horo_stream_open_fd(ends[1], &writing);
    }
    if (rc == 0) {
        ends[1] = -1;
        (void)horo_scope_open(&scope, NULL);
        rc = horo_spawn(&scope, write_long_line, writing, NULL);
        if (rc == 0) {
            rc = horo_stream_read_until(reading, line, sizeof line, "\n");
            rc = rc == 5001 ? 0 : rc;
        }
        rc = horo_scope_close(&scope, (int)rc);
    }
    horo_stream_close(&reading);
    horo_stream_close(&writing);
    return (int)rc;
}

static int run_through(int ends[2])
{
    int rc = run(through_a_pipe, ends);

    for (int i = 0; i < 2; i++) {
        if (ends[i] >= 0) {
            (void)close(ends[i]);
        }
    }
    return rc;
}

static int a_long_line_through_a_pipe(void)
{
    int ends[2];

    return pipe2(ends, O_CLOEXEC) < 0 ? -errno : run_through(ends);
}

static int a_long_line_through_a_terminal(void)
{
    struct termios raw = { 0 };
    int ends[2];

    cfmakeraw(&raw);
    return openpty(&ends[0], &ends[1], NULL, &raw, NULL) < 0
               ? -errno
               : run_through(ends);
}

/* --- names --- */

#if defined(HORO_HAVE_CARES)

static int look_names_up(struct name_server *server)
{
    struct horo_resolver_options options = {
        .servers = server->servers,
        .timeout = HORO_MS(30),
        .tries = 1,
        .no_hosts_file = true,
        .no_search = true,
    };
    struct horo_address addresses[4];
    int rc = horo_resolver_configure(&options);

    if (rc == 0) {
        rc = horo_resolve("both.test", 80, addresses, 4);
    }
    if (rc > 0) {
        rc = horo_resolve("missing.test", 80, addresses, 4);
        rc = rc == -HORO_ENAME_NOTFOUND ? 0 : rc;
    }
    if (rc == 0) {
        struct horo_scope limit;

        (void)horo_scope_open(
            &limit, &(struct horo_scope_options){ .timeout = HORO_MS(1) });
        rc = horo_resolve("silent.test", 80, addresses, 4);
        rc = horo_scope_close(&limit, rc);
        rc = rc == -ETIMEDOUT ? 0 : rc;
    }
    return rc < 0 ? rc : 0;
}

static int serve_and_look_up(void *arg)
{
    struct name_server *server = arg;
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, name_server_run, server, NULL);
    if (rc == 0) {
        rc = look_names_up(server);
    }
    if (rc == 0) {
        horo_scope_cancel(&scope);
    }
    rc = horo_scope_close(&scope, rc);
    return rc == -ECANCELED ? 0 : rc;
}

static int names_of_a_server(void)
{
    struct name_server server;
    int rc = name_server_open(&server);

    if (rc == 0) {
        rc = run(serve_and_look_up, &server);
        name_server_close(&server);
    }
    return rc;
}

/* By the system's own settings: its hosts file at least. */
static int look_localhost_up(void *arg)
{
    struct horo_address address;
    int rc = horo_resolve("localhost", 80, &address, 1);

    (void)arg;
    return rc < 0 ? rc : 0;
}

static int the_system_s_names(void)
{
    return run(look_localhost_up, NULL);
}

#endif

int main(void)
{
    SWEEP(an_echo_over_tcp, OF_CONNECTIONS, OF_LISTENERS);
    SWEEP(reading_in_vain, OF_CONNECTIONS, OF_LISTENERS);
    SWEEP(a_long_line_through_a_pipe, EMFILE, EBADF, EIO);
    SWEEP(a_long_line_through_a_terminal, EMFILE, EBADF, EIO);
#if defined(HORO_HAVE_CARES)
    SWEEP(names_of_a_server, EMFILE, OF_NAMES);
    SWEEP(the_system_s_names, EMFILE, OF_NAMES);
#endif
    sweep_report();
    return tap_end();
}
