/* TCP: connecting, listening, accepting. */
#include <horo/loop.h>
#include <horo/resolver.h>
#include <horo/tcp.h>

#include <errno.h>
#include <netinet/tcp.h>

#include "core/operation.h"
#include "net/guest.h"
#include "net/stream.h"
#include "sys/descriptor.h"
#include "sys/memory.h"
#include "sys/socket.h"

enum { DEFAULT_BACKLOG = 4096, ADDRESSES_TRIED = 16 };

struct horo_listener {
    struct horo__house house;
    struct horo__lane accepting;
};

static int open_socket(int family, int *ret_fd)
{
    int fd = horo__sys_socket(family, SOCK_STREAM, IPPROTO_TCP,
                              horo__operation_socket_flags());
    int rc;

    if (fd < 0) {
        return fd;
    }
    rc = horo__sys_set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (rc < 0) {
        horo__sys_close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

/* --- connecting --- */

static int connect_socket(int fd, const struct horo_address *address)
{
    struct horo__operation operation = {
        .kind = HORO__CONNECT,
        .fd = fd,
        .as.connect = { .address = &address->as.any, .size = address->size },
    };

    return horo__operation_run(&operation);
}

int horo_tcp_connect_address(const struct horo_address *address,
                             struct horo_stream **ret_stream)
{
    struct horo_stream *stream;
    int rc = horo__wait_check();
    int fd;

    if (rc < 0) {
        return rc;
    }
    stream = horo__stream_alloc();
    if (!stream) {
        return -ENOMEM;
    }
    rc = open_socket(address->as.any.sa_family, &fd);
    if (rc < 0) {
        goto discard;
    }
    rc = connect_socket(fd, address);
    if (rc < 0) {
        goto close;
    }
    horo__stream_adopt(stream, fd);
    *ret_stream = stream;
    return 0;

close:
    horo__operation_forget(fd, false);
    horo__sys_close(fd);
discard:
    horo__stream_discard(stream);
    return rc;
}

int horo_tcp_connect(const char *host, uint16_t port,
                     struct horo_stream **ret_stream)
{
    struct horo_address addresses[ADDRESSES_TRIED];
    int count = horo_resolve(host, port, addresses, ADDRESSES_TRIED);
    int rc = count;

    for (int i = 0; i < count; i++) {
        rc = horo_tcp_connect_address(&addresses[i], ret_stream);
        if (rc == 0 || rc == -ECANCELED) {
            break;
        }
    }
    return rc;
}

/* --- listening --- */

static int configure_listener(int fd, const struct horo_address *address,
                              const struct horo_listen_options *options)
{
    int rc = horo__sys_set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);

    if (rc == 0 && options->reuse_port) {
        rc = horo__sys_set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    if (rc == 0 && address->as.any.sa_family == AF_INET6) {
        rc = horo__sys_set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY,
                                  options->v6_only);
    }
    if (rc == 0) {
        rc = horo__sys_bind(fd, &address->as.any, address->size);
    }
    if (rc == 0) {
        rc = horo__sys_listen(fd, options->backlog ? options->backlog
                                                   : DEFAULT_BACKLOG);
    }
    return rc;
}

static int listen_address(const struct horo_address *address,
                          const struct horo_listen_options *options,
                          struct horo_listener **ret_listener)
{
    struct horo_listener *listener = horo__alloc(sizeof *listener);
    int rc;
    int fd;

    if (!listener) {
        return -ENOMEM;
    }
    /* What is accepted inherits TCP_NODELAY, tcp(7). */
    rc = open_socket(address->as.any.sa_family, &fd);
    if (rc < 0) {
        goto discard;
    }
    rc = configure_listener(fd, address, options);
    if (rc < 0) {
        goto close;
    }
    listener->house.fd = fd;
    *ret_listener = listener;
    return 0;

close:
    horo__sys_close(fd);
discard:
    horo__free(listener);
    return rc;
}

int horo_tcp_listen(const char *host, uint16_t port,
                    const struct horo_listen_options *options,
                    struct horo_listener **ret_listener)
{
    static const struct horo_listen_options defaults;
    bool is_anywhere = !host || !*host;
    struct horo_address address;
    int rc = horo_address_parse(is_anywhere ? "::" : host, port, &address);

    options = options ? options : &defaults;
    if (!horo_loop_self()) {
        return -HORO_ENOTASK;
    }
    if (rc == 0) {
        rc = listen_address(&address, options, ret_listener);
    }
    if (rc == -EAFNOSUPPORT && is_anywhere) { /* a kernel without IPv6 */
        rc = horo_address_parse("0.0.0.0", port, &address);
        if (rc == 0) {
            rc = listen_address(&address, options, ret_listener);
        }
    }
    return rc;
}

/* Errors of one connection, not of the listener: accept(2) says to go on. */
static bool concerns_one_connection(int rc)
{
    switch (-rc) {
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

static int accept_one(struct horo_listener *listener)
{
    int rc;

    do {
        struct horo__operation operation = { .kind = HORO__ACCEPT,
                                             .fd = listener->house.fd };

        rc =
            horo__house_run(&listener->house, &listener->accepting, &operation);
    } while (concerns_one_connection(rc) && !listener->house.is_closed);
    return rc;
}

int horo_tcp_accept(struct horo_listener *listener,
                    struct horo_stream **ret_stream)
{
    /* Memory first: a connection that cannot be kept should keep waiting. */
    struct horo_stream *stream = horo__stream_alloc();
    int rc = stream ? horo__house_enter(&listener->house, &listener->accepting)
                    : -ENOMEM;

    if (rc < 0) {
        horo__stream_discard(stream);
        return rc;
    }
    rc = accept_one(listener);
    if (horo__house_leave(&listener->house, &listener->accepting)) {
        horo__free(listener);
    }
    if (rc < 0) {
        horo__stream_discard(stream);
        return rc;
    }
    horo__stream_adopt(stream, rc);
    *ret_stream = stream;
    return 0;
}

int horo_listener_address(const struct horo_listener *listener,
                          struct horo_address *ret_address)
{
    struct horo_address address = { .size = sizeof address.as };
    int rc = horo__sys_local_address(listener->house.fd, &address.as.any,
                                     &address.size);

    if (rc == 0) {
        *ret_address = address;
    }
    return rc;
}

void horo_listener_close(struct horo_listener **listener)
{
    struct horo_listener *closing = listener ? *listener : NULL;

    if (!closing) {
        return;
    }
    *listener = NULL;
    closing->house.is_closed = true;
    if (closing->accepting.operation) {
        horo__operation_abort(closing->accepting.operation, -ECONNABORTED);
    }
    horo__operation_forget(closing->house.fd, closing->house.guests > 0);
    horo__sys_close(closing->house.fd);
    if (closing->house.guests == 0) {
        horo__free(closing);
    }
}
