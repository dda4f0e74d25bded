/*
 * Echo on libuv, in two forms. "write" is the idiom of its guide: the read
 * buffer is allocated, handed to uv_write and freed in the callback. "try"
 * shares one buffer and calls uv_try_write, queueing only what that refuses.
 */
#define _GNU_SOURCE
#include "listen.h"

#include <signal.h>
#include <stdbool.h>
#include <uv.h>

struct write {
    uv_write_t request;
    uv_buf_t buffer;
};

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "%s: %s\n", what, uv_strerror(rc));
        exit(1);
    }
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL) {
        echo_die("malloc");
    }
    return memory;
}

static void on_close(uv_handle_t *handle)
{
    free(handle);
}

static void close_once(uv_stream_t *stream)
{
    if (!uv_is_closing((uv_handle_t *)stream)) {
        uv_close((uv_handle_t *)stream, on_close);
    }
}

static void on_written(uv_write_t *request, int status)
{
    struct write *write = (struct write *)request;

    if (status < 0) {
        close_once(request->handle);
    }
    free(write->buffer.base);
    free(write);
}

/* Takes over the memory at base. */
static void write_owned(uv_stream_t *stream, char *base, size_t length)
{
    struct write *write = allocate(sizeof *write);

    write->buffer = uv_buf_init(base, (unsigned)length);
    check(uv_write(&write->request, stream, &write->buffer, 1, on_written),
          "uv_write");
}

static void give_new_buffer(uv_handle_t *handle, size_t suggested,
                            uv_buf_t *ret_buffer)
{
    (void)handle;
    (void)suggested; /* always 64 KiB; our own limit is the same */
    *ret_buffer = uv_buf_init(allocate(ECHO_READ_MAX), ECHO_READ_MAX);
}

static void on_read_write(uv_stream_t *stream, ssize_t length,
                          const uv_buf_t *buffer)
{
    if (length > 0) {
        write_owned(stream, buffer->base, (size_t)length);
        return;
    }
    free(buffer->base);
    if (length < 0) {
        close_once(stream);
    }
}

static void give_shared_buffer(uv_handle_t *handle, size_t suggested,
                               uv_buf_t *ret_buffer)
{
    static char shared[ECHO_READ_MAX];

    (void)handle;
    (void)suggested;
    *ret_buffer = uv_buf_init(shared, sizeof shared);
}

static void on_read_try(uv_stream_t *stream, ssize_t length,
                        const uv_buf_t *buffer)
{
    if (length <= 0) {
        if (length < 0) {
            close_once(stream);
        }
        return;
    }
    uv_buf_t data = uv_buf_init(buffer->base, (unsigned)length);
    int sent = uv_try_write(stream, &data, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        close_once(stream);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if (sent < length) {
        size_t rest = (size_t)(length - sent);
        char *copy = allocate(rest);
        memcpy(copy, buffer->base + sent, rest);
        write_owned(stream, copy, rest);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    const bool *tries = listener->data;
    uv_tcp_t *client = allocate(sizeof *client);

    check(status, "connection");
    check(uv_tcp_init(listener->loop, client), "uv_tcp_init");
    check(uv_accept(listener, (uv_stream_t *)client), "uv_accept");
    check(uv_tcp_nodelay(client, 1), "uv_tcp_nodelay");
    check(uv_read_start((uv_stream_t *)client,
                        *tries ? give_shared_buffer : give_new_buffer,
                        *tries ? on_read_try : on_read_write),
          "uv_read_start");
}

int main(int argc, char **argv)
{
    uint16_t port = echo_port_argument(argc, argv);
    bool tries = argc > 2 && strcmp(argv[2], "try") == 0;
    uv_loop_t *loop = uv_default_loop();
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_t listener;

    if (argc != 3 || (!tries && strcmp(argv[2], "write") != 0)) {
        fprintf(stderr, "usage: %s PORT write|try\n", argv[0]);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* libuv leaves this to the program */
    check(uv_tcp_init(loop, &listener), "uv_tcp_init");
    check(uv_ip4_addr("127.0.0.1", port, &address), "uv_ip4_addr");
    check(uv_tcp_bind(&listener, (struct sockaddr *)&address, 0),
          "uv_tcp_bind");
    listener.data = &tries;
    check(uv_listen((uv_stream_t *)&listener, ECHO_BACKLOG, on_connection),
          "uv_listen");
    check(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &length),
          "uv_tcp_getsockname");
    echo_announce(ntohs(address.sin_port));
    return uv_run(loop, UV_RUN_DEFAULT);
}
