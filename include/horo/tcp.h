/* TCP, client and server, IPv4 and IPv6. */
#ifndef HORO_TCP_H
#define HORO_TCP_H

#include <stdbool.h>

#include <horo/stream.h>

HORO__BEGIN

struct horo_listener;

/* Connects to `host`, a name or a literal address, trying the addresses of a
 * name one after another. TCP_NODELAY is set. Suspends; the enclosing scope's
 * deadline is its limit. Returns 0; -ECANCELED when cancelled; the
 * HORO_ENAME family for the name; what connect(2) says of the last address,
 * such as -ECONNREFUSED, -ENETUNREACH, -ETIMEDOUT; -EMFILE, -ENOMEM;
 * -HORO_ENOTASK. */
HORO__API int horo_tcp_connect(const char *host, uint16_t port,
                               struct horo_stream **ret_stream);

/* Connects to one address. Otherwise as horo_tcp_connect(). */
HORO__API int horo_tcp_connect_address(const struct horo_address *address,
                                       struct horo_stream **ret_stream);

/* A zeroed struct means the defaults. */
struct horo_listen_options {
    /* Connections that may wait to be accepted, listen(2); 0: 4096, which the
     * kernel cuts to net.core.somaxconn. */
    unsigned backlog;
    /* Let several loops listen on one port, SO_REUSEPORT of socket(7). */
    bool reuse_port;
    /* For "::": do not accept IPv4 as well, IPV6_V6ONLY of ipv6(7). */
    bool v6_only;
};

/* Listens on `host`, a literal address ("127.0.0.1", "::1"; NULL or "" for all
 * addresses of both families), and `port` (0: a free one, to be asked for with
 * horo_listener_address()). SO_REUSEADDR is set. Does not suspend. Returns 0;
 * -EINVAL for a host that is no literal; what socket(2), bind(2), listen(2)
 * say, such as -EADDRINUSE, -EACCES; -ENOMEM; -HORO_ENOTASK outside a loop. */
HORO__API int horo_tcp_listen(const char *host, uint16_t port,
                              const struct horo_listen_options *options,
                              struct horo_listener **ret_listener);

/* Waits for a connection; TCP_NODELAY is set on it. One task at a time: others
 * get -EBUSY. Connections that failed while they waited are skipped. Suspends.
 * Returns 0; -ECANCELED; -EMFILE or -ENFILE without descriptors and -ENOBUFS,
 * -ENOMEM without memory, when the connection keeps waiting and the caller
 * should let others finish before it tries again; -ECONNABORTED when another
 * task closed the listener; -HORO_ENOTASK. */
HORO__API int horo_tcp_accept(struct horo_listener *listener,
                              struct horo_stream **ret_stream);

/* The address listened on. Does not suspend. Returns 0 or what getsockname(2)
 * says. */
HORO__API int horo_listener_address(const struct horo_listener *listener,
                                    struct horo_address *ret_address);

/* Stops listening, frees the listener and nulls `*listener`; NULL is fine. A
 * task in horo_tcp_accept() gets -ECONNABORTED. Does not suspend. */
HORO__API void horo_listener_close(struct horo_listener **listener);

HORO__END

#endif
