/* TCP proxy: carries each connection on to a server, both ways at once.
 * usage: proxy PORT HOST HOST_PORT
 *
 * When one direction ends, the other goes on (half-close); when one fails,
 * their scope cancels the other. Recalls the Bulgarian lecture's coroutines,
 * which "freeze" where they read or write: two for each client. */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>

struct proxy {
    unsigned port;
    const char *host;
    unsigned host_port;
};

struct relay {
    const struct proxy *proxy;
    struct horo_stream *client;
};

struct way {
    struct horo_stream *from;
    struct horo_stream *to;
};

static int copy(void *arg)
{
    const struct way *way = arg;
    char bytes[16 << 10];
    ssize_t rc;

    while ((rc = horo_stream_read(way->from, bytes, sizeof bytes)) > 0 &&
           (rc = horo_stream_write(way->to, bytes, (size_t)rc)) > 0) {}
    return rc < 0 ? (int)rc : horo_stream_shutdown(way->to);
}

static int carry(void *arg)
{
    struct relay *relay = arg;
    const struct proxy *proxy = relay->proxy;
    struct way there = { .from = relay->client };
    struct horo_scope both;
    int rc;

    free(relay);
    horo_scope_open(&both, NULL);
    rc = horo_tcp_connect(proxy->host, (uint16_t)proxy->host_port, &there.to);
    if (rc == 0 && (rc = horo_spawn(&both, copy, &there, NULL)) == 0) {
        rc = copy(&(struct way){ .from = there.to, .to = there.from });
    }
    (void)horo_scope_close(&both, rc); /* the peers see the connection end */
    horo_stream_close(&there.to);
    horo_stream_close(&there.from);
    return 0;
}

static int serve(void *arg)
{
    const struct proxy *proxy = arg;
    struct horo_listener *listener = NULL;
    int rc =
        horo_tcp_listen("127.0.0.1", (uint16_t)proxy->port, NULL, &listener);

    while (rc == 0) {
        struct relay *relay = calloc(1, sizeof *relay);
        rc = relay ? horo_tcp_accept(listener, &relay->client) : -ENOMEM;
        if (rc == 0) {
            relay->proxy = proxy;
            rc = horo_spawn(horo_scope_self(), carry, relay, NULL);
        }
        if (rc < 0) {
            horo_stream_close(relay ? &relay->client : NULL);
            free(relay);
        }
        rc = rc == -EMFILE ? horo_sleep(HORO_MS(100)) : rc; /* full: wait */
    }
    horo_listener_close(&listener);
    return rc;
}

int main(int argc, char **argv)
{
    struct proxy proxy = { .host = argc == 4 ? argv[2] : "" };
    int rc;

    if (argc != 4 || sscanf(argv[1], "%5u", &proxy.port) != 1 ||
        sscanf(argv[3], "%5u", &proxy.host_port) != 1 || proxy.port > 65535 ||
        proxy.host_port > 65535) {
        fprintf(stderr, "usage: proxy PORT HOST HOST_PORT\n");
        return 2;
    }
    rc = horo_run(serve, &proxy, NULL);
    if (rc < 0 && rc != -ECANCELED) { /* that is Ctrl-C */
        fprintf(stderr, "proxy: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
