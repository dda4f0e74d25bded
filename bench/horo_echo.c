/* The echo server on horo: one task for each connection. */
#include <horo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_SIZE = 64 << 10 };

static void echo(struct horo_stream *link, char *buffer)
{
    ssize_t count;

    while ((count = horo_stream_read(link, buffer, BUFFER_SIZE)) > 0) {
        count = horo_stream_write(link, buffer, (size_t)count);
        if (count < 0) {
            break;
        }
    }
}

/* On the stack a buffer of so many pages would part the frames of a waiting
 * task from its other data, which then cost two pages of every cache. */
static int serve(void *arg)
{
    struct horo_stream *link = arg;
    char *buffer = malloc(BUFFER_SIZE);

    if (buffer) {
        echo(link, buffer);
    }
    free(buffer);
    horo_stream_close(&link);
    return 0;
}

static int run(void *arg)
{
    struct horo_listener *listener;
    struct horo_stream *link;
    struct horo_address address;
    int rc = horo_tcp_listen("127.0.0.1", (uint16_t)atoi(arg), NULL, &listener);

    if (rc < 0 || horo_listener_address(listener, &address) < 0) {
        return rc;
    }
    printf("PORT %u\n", horo_address_port(&address));
    (void)fflush(stdout);
    while ((rc = horo_tcp_accept(listener, &link)) == 0) {
        rc = horo_spawn(horo_scope_self(), serve, link, NULL);
        if (rc < 0) {
            horo_stream_close(&link);
        }
    }
    horo_listener_close(&listener);
    return rc;
}

int main(int argc, char **argv)
{
    int rc = horo_run(run, argc > 1 ? argv[1] : "0", NULL);

    if (rc < 0) {
        (void)fprintf(stderr, "horo_echo: %s\n", horo_strerror(rc));
    }
    return rc == -ENOSYS || rc == -EPERM ? 77 : rc < 0;
}
