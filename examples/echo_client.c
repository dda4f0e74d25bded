/* Echo client: says three things and prints what comes back.
 * usage: echo_client HOST PORT
 *
 * Recalls the Bulgarian lecture's open_connection(), write() and read(); the
 * deadline is socket.create_connection()'s timeout=5, for all of it. */
#include <horo.h>
#include <stdio.h>

struct server {
    const char *host;
    unsigned port;
};

static ssize_t ask(struct horo_stream *stream, const char *text)
{
    char line[80];
    ssize_t count = horo_stream_printf(stream, "%s\n", text);

    if (count > 0) {
        count = horo_stream_read_until(stream, line, sizeof line, "\n");
    }
    if (count == 0) {
        return -HORO_EINCOMPLETE; /* it left without an answer */
    }
    if (count > 0) {
        printf("%s: %.*s", text, (int)count, line);
    }
    return count;
}

static int converse(void *arg)
{
    static const char *const words[] = { "Hello", "ring", "goodbye" };
    const struct server *server = arg;
    struct horo_scope_options limit = { .timeout = HORO_S(5) };
    struct horo_scope scope;
    struct horo_stream *stream = NULL;
    ssize_t rc;

    horo_scope_open(&scope, &limit);
    rc = horo_tcp_connect(server->host, (uint16_t)server->port, &stream);
    for (int i = 0; i < 3 && rc >= 0; i++) {
        rc = ask(stream, words[i]);
    }
    horo_stream_close(&stream);
    return horo_scope_close(&scope, (int)rc);
}

int main(int argc, char **argv)
{
    struct server server;
    int rc;

    if (argc != 3 || sscanf(argv[2], "%5u", &server.port) != 1 ||
        server.port > 65535) {
        fprintf(stderr, "usage: echo_client HOST PORT\n");
        return 2;
    }
    server.host = argv[1];
    rc = horo_run(converse, &server, NULL);
    if (rc < 0) {
        fprintf(stderr, "echo_client: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
