/* Servers that answer, and servers that do all that servers should not. */
#include "toyweb_web.h"

#include <errno.h>
#include <horo/error.h>
#include <horo/stream.h>
#include <horo/task.h>
#include <horo/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "toyweb_sites.h"

/* A connection lasts at most this long. */
#define CONNECTION_LIMIT HORO_S(60)
#define REQUEST_LIMIT 8192
#define LONG_HEAD_SIZE 40960
#define ENDLESS_SIZE (1 << 20)

struct toyweb_server {
    struct toyweb_site site;        /* name NULL: of the healthy web */
    struct horo_listener *listener; /* NULL: nothing listens */
    int clogged;              /* a socket that listens and is full; -1: none */
    int clog;                 /* what fills it */
    struct horo_scope *scope; /* of the connections */
};

/* A client that was accepted; owned by its task. */
struct visit {
    const struct toyweb_server *server;
    struct horo_stream *stream;
};

static const char page[] = "<!doctype html><title>toy</title>\r\n";

/* --- what is said --- */

/* A whole response, head and page. Returns its size. */
static size_t compose(const struct toyweb_site *site, char *buffer,
                      size_t capacity)
{
    static const char *const status_lines[] = {
        [TOYWEB_WEB_REDIRECT] = "301 Moved Permanently",
        [TOYWEB_WEB_FORBID] = "403 Forbidden",
    };
    const char *status = "200 OK";
    struct horo__text text;

    if (site->web == TOYWEB_WEB_REDIRECT || site->web == TOYWEB_WEB_FORBID) {
        status = status_lines[site->web];
    }
    horo__text_init(&text, buffer, capacity, NULL, NULL);
    if (site->web == TOYWEB_WEB_INTERIM) {
        horo__text_add_string(&text, "HTTP/1.1 103 Early Hints\r\n"
                                     "Link: </style.css>\r\n\r\n");
    }
    horo__text_add_string(&text, "HTTP/1.1 ");
    horo__text_add_string(&text, status);
    horo__text_add_string(&text, "\r\n");
    if (site->server) {
        horo__text_add_string(&text, "Server: ");
        horo__text_add_string(&text, site->server);
        horo__text_add_string(&text, "\r\n");
    }
    if (site->web == TOYWEB_WEB_REDIRECT) {
        horo__text_add_string(&text, "Location: https://www.");
        horo__text_add_string(&text, site->name);
        horo__text_add_string(&text, "/\r\n");
    }
    if (site->web == TOYWEB_WEB_LONG_HEAD) {
        horo__text_add_string(&text, "X-Policy: ");
        horo__text_add_fill(&text, 'x', LONG_HEAD_SIZE);
        horo__text_add_string(&text, "\r\n");
    }
    if (site->other_server) {
        horo__text_add_string(&text, "Server: ");
        horo__text_add_string(&text, site->other_server);
        horo__text_add_string(&text, "\r\n");
    }
    horo__text_add_string(&text, "Content-Type: text/html\r\nContent-Length: ");
    horo__text_add_number(&text, sizeof page - 1);
    horo__text_add_string(&text, "\r\nConnection: close\r\n\r\n");
    horo__text_add_string(&text, page);
    return text.size;
}

/* --- how it is said --- */

static int say(struct horo_stream *stream, const char *bytes, size_t size)
{
    ssize_t rc = horo_stream_write(stream, bytes, size);

    return rc < 0 ? (int)rc : 0;
}

static int say_string(struct horo_stream *stream, const char *string)
{
    return say(stream, string, strlen(string));
}

static int answer(struct visit *visit)
{
    char buffer[1024];

    return say(visit->stream, buffer,
               compose(&visit->server->site, buffer, sizeof buffer));
}

static int answer_at_length(struct visit *visit)
{
    size_t capacity = LONG_HEAD_SIZE + 1024;
    char *buffer = malloc(capacity);
    int rc = -ENOMEM;

    if (buffer) {
        rc = say(visit->stream, buffer,
                 compose(&visit->server->site, buffer, capacity));
    }
    free(buffer);
    return rc;
}

static int answer_in_pieces(struct visit *visit)
{
    char buffer[1024];
    size_t size = compose(&visit->server->site, buffer, sizeof buffer);
    int rc = 0;

    for (size_t at = 0; at < size && rc == 0; at += 3) {
        rc = say(visit->stream, buffer + at, size - at < 3 ? size - at : 3);
        if (rc == 0) {
            rc = horo_sleep(HORO_MS(1));
        }
    }
    return rc;
}

/* Waits for the client to go away. */
static int stall(struct visit *visit)
{
    char byte;
    ssize_t rc;

    do {
        rc = horo_stream_read(visit->stream, &byte, 1);
    } while (rc > 0);
    return (int)rc;
}

static int drip(struct visit *visit)
{
    int rc = say_string(visit->stream, "HTTP/1.1 200 OK\r\nServer: nginx\r\n"
                                       "X-Patience: ");

    while (rc == 0) {
        rc = horo_sleep(HORO_MS(100));
        if (rc == 0) {
            rc = say(visit->stream, "x", 1);
        }
    }
    return rc;
}

/* A megabyte stands for ever. */
static int go_on_without_end(struct visit *visit)
{
    static const char line[] = "X-Line: and another one, and another one\r\n";
    int rc = say_string(visit->stream, "HTTP/1.1 200 OK\r\n");

    for (size_t said = 0; said < ENDLESS_SIZE && rc == 0;
         said += sizeof line - 1) {
        rc = say(visit->stream, line, sizeof line - 1);
    }
    return rc;
}

static int behave(struct visit *visit)
{
    switch (visit->server->site.web) {
    case TOYWEB_WEB_ANSWER:
    case TOYWEB_WEB_REDIRECT:
    case TOYWEB_WEB_FORBID:
    case TOYWEB_WEB_INTERIM:
        return answer(visit);
    case TOYWEB_WEB_PIECES:
        return answer_in_pieces(visit);
    case TOYWEB_WEB_LONG_HEAD:
        return answer_at_length(visit);
    case TOYWEB_WEB_STALL:
        return stall(visit);
    case TOYWEB_WEB_DRIP:
        return drip(visit);
    case TOYWEB_WEB_RESET:
        horo_stream_abort(&visit->stream);
        return 0;
    case TOYWEB_WEB_CUT:
        return say_string(visit->stream, "HTTP/1.1 200 OK\r\nServer: ngi");
    case TOYWEB_WEB_GREETING:
        return say_string(visit->stream, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    case TOYWEB_WEB_HTML:
        return say_string(visit->stream, page);
    case TOYWEB_WEB_ENDLESS:
        return go_on_without_end(visit);
    case TOYWEB_WEB_CLOSE:
    case TOYWEB_WEB_REFUSE:
    case TOYWEB_WEB_UNANSWERED:
        break;
    }
    return 0;
}

static int serve_visit(void *arg)
{
    const struct horo_scope_options limit = { .timeout = CONNECTION_LIMIT };
    char request[REQUEST_LIMIT];
    struct visit *visit = arg;
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, &limit);

    if (rc == 0) {
        ssize_t size = horo_stream_read_until(visit->stream, request,
                                              sizeof request, "\r\n\r\n");
        rc = size > 0 ? behave(visit) : (int)size;
    }
    (void)horo_scope_close(&scope, rc); /* visitors come and go */
    horo_stream_close(&visit->stream);
    free(visit);
    return 0;
}

/* --- listening --- */

/* Starts a task for the next client. A shortage of files or memory passes: its
 * clients wait. */
static int welcome(struct toyweb_server *server)
{
    struct visit *visit = calloc(1, sizeof *visit);
    int rc;

    if (!visit) {
        return horo_sleep(HORO_MS(10));
    }
    visit->server = server;
    rc = horo_tcp_accept(server->listener, &visit->stream);
    if (rc == 0) {
        rc = horo_spawn(server->scope, serve_visit, visit, NULL);
        if (rc == 0) {
            return 0;
        }
        horo_stream_close(&visit->stream);
    }
    free(visit);
    if (rc == -EMFILE || rc == -ENFILE || rc == -ENOBUFS || rc == -ENOMEM ||
        rc == -EAGAIN) {
        rc = horo_sleep(HORO_MS(10));
    }
    return rc;
}

static int serve(void *arg)
{
    struct toyweb_server *server = arg;
    int rc;

    do {
        rc = welcome(server);
    } while (rc == 0);
    return rc;
}

/* Listens without room for a second client, and takes the room of the first:
 * further SYNs are dropped by the kernel, see listen(2). */
static int open_clogged(struct toyweb_server *server,
                        const struct horo_address *address)
{
    server->clogged = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server->clog = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->clogged < 0 || server->clog < 0 ||
        bind(server->clogged, &address->as.any, address->size) < 0 ||
        listen(server->clogged, 0) < 0 ||
        connect(server->clog, &address->as.any, address->size) < 0) {
        return -errno;
    }
    return 0;
}

static void close_server(struct toyweb_server *server)
{
    horo_listener_close(&server->listener);
    if (server->clogged >= 0) {
        close(server->clogged);
    }
    if (server->clog >= 0) {
        close(server->clog);
    }
}

/* Opens a server at its address and `*port`, which is chosen when it is 0. */
static int open_server(struct toyweb_server *server,
                       const struct horo_address *address, uint16_t *port)
{
    char text[HORO_ADDRESS_TEXT_SIZE];
    struct horo_address own = *address;
    int rc;

    if (server->site.web == TOYWEB_WEB_REFUSE) {
        return 0;
    }
    if (server->site.web == TOYWEB_WEB_UNANSWERED) {
        own.as.v4.sin_port = htons(*port);
        return open_clogged(server, &own);
    }
    rc = horo_address_format(address, text, sizeof text);
    if (rc < 0) {
        return rc;
    }
    *strchr(text, ':') = '\0';
    rc = horo_tcp_listen(text, *port, NULL, &server->listener);
    if (rc == 0) {
        rc = horo_listener_address(server->listener, &own);
        *port = horo_address_port(&own);
    }
    return rc;
}

static void describe_server(struct toyweb_server *server, bool is_healthy,
                            size_t index)
{
    *server = (struct toyweb_server){ .clogged = -1, .clog = -1 };
    if (is_healthy) {
        server->site.server = toyweb_healthy_server(index);
    } else {
        server->site = toyweb_sites[index];
    }
}

static int open_all(struct toyweb_web *web, bool is_healthy)
{
    int rc = 0;

    web->count = is_healthy ? TOYWEB_HEALTHY_ADDRESSES : toyweb_site_count;
    web->port = 0;
    web->servers = calloc(web->count, sizeof *web->servers);
    if (!web->servers) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < web->count; i++) {
        describe_server(&web->servers[i], is_healthy, i);
    }
    for (size_t i = 0; i < web->count && rc == 0; i++) {
        struct horo_address address =
            is_healthy ? toyweb_healthy_address(i) : toyweb_site_address(i);
        rc = open_server(&web->servers[i], &address, &web->port);
    }
    return rc;
}

int toyweb_web_open(struct toyweb_web *web, bool is_healthy)
{
    int rc = -EADDRINUSE;

    /* A port that is free at one address may be taken at another. */
    for (int tries = 0; tries < 20 && rc == -EADDRINUSE; tries++) {
        rc = open_all(web, is_healthy);
        if (rc < 0) {
            toyweb_web_close(web);
        }
    }
    return rc;
}

void toyweb_web_close(struct toyweb_web *web)
{
    for (size_t i = 0; i < web->count && web->servers; i++) {
        close_server(&web->servers[i]);
    }
    free(web->servers);
    *web = (struct toyweb_web){ 0 };
}

int toyweb_web_serve(struct toyweb_web *web, struct horo_scope *scope)
{
    for (size_t i = 0; i < web->count; i++) {
        struct toyweb_server *server = &web->servers[i];
        int rc;

        if (!server->listener) {
            continue;
        }
        server->scope = scope;
        rc = horo_spawn(scope, serve, server, NULL);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}
