/* Echo server: sends its clients their own words back. usage: echo_server PORT
 *
 * Recalls the Bulgarian lecture's "servers": one task for each client, and
 * none of them waits for another. Ctrl-C stops it. */
#include <horo.h>
#include <stdio.h>

static int echo(void *arg)
{
    struct horo_stream *client = arg;
    char bytes[4096];
    ssize_t count;

    while ((count = horo_stream_read(client, bytes, sizeof bytes)) > 0 &&
           horo_stream_write(client, bytes, (size_t)count) > 0) {}
    horo_stream_close(&client);
    return 0;
}

static int serve(void *arg)
{
    unsigned *port = arg;
    struct horo_listener *listener = NULL;
    struct horo_stream *client;
    int rc = horo_tcp_listen("127.0.0.1", (uint16_t)*port, NULL, &listener);

    while (rc == 0) {
        rc = horo_tcp_accept(listener, &client);
        if (rc == 0) {
            rc = horo_spawn(horo_scope_self(), echo, client, NULL);
            if (rc < 0) {
                horo_stream_close(&client);
            }
        } else if (rc == -EMFILE) { /* full: let some clients leave */
            rc = horo_sleep(HORO_MS(100));
        }
    }
    horo_listener_close(&listener);
    return rc;
}

int main(int argc, char **argv)
{
    unsigned port;
    int rc;

    if (argc != 2 || sscanf(argv[1], "%5u", &port) != 1 || port > 65535) {
        fprintf(stderr, "usage: echo_server PORT\n");
        return 2;
    }
    rc = horo_run(serve, &port, NULL);
    if (rc < 0 && rc != -ECANCELED) { /* that is Ctrl-C */
        fprintf(stderr, "echo_server: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
