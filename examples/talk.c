/* Carries standard input to a server and its answers to standard output, as
 * telnet does. usage: talk HOST PORT
 *
 * The end of the input closes our half of the connection only: the server's
 * last words still come. Recalls the asynchronous read that the Russian
 * lecture asks for: both directions wait at once. */
#include <horo.h>
#include <stdio.h>
#include <unistd.h>

struct talk {
    const char *host;
    unsigned port;
    struct horo_stream *server;
    struct horo_stream *input;
    struct horo_stream *output;
};

static int copy(struct horo_stream *from, struct horo_stream *to)
{
    char bytes[4096];
    ssize_t count;

    while ((count = horo_stream_read(from, bytes, sizeof bytes)) > 0) {
        count = horo_stream_write(to, bytes, (size_t)count);
        if (count < 0) {
            break;
        }
    }
    return (int)count;
}

static int send_input(void *arg)
{
    struct talk *talk = arg;
    int rc = copy(talk->input, talk->server);

    return rc < 0 ? rc : horo_stream_shutdown(talk->server);
}

static int talk_both_ways(struct talk *talk)
{
    struct horo_scope both;
    int rc;

    horo_scope_open(&both, NULL);
    rc = horo_spawn(&both, send_input, talk, NULL);
    if (rc == 0) {
        rc = copy(talk->server, talk->output);
        horo_scope_cancel(&both); /* the keyboard is of no use any more */
    }
    rc = horo_scope_close(&both, rc);
    return rc == -ECANCELED ? 0 : rc;
}

static int connect_and_talk(void *arg)
{
    struct talk *talk = arg;
    int rc = horo_stream_open_fd(STDIN_FILENO, &talk->input);

    if (rc == 0) {
        rc = horo_stream_open_fd(STDOUT_FILENO, &talk->output);
    }
    if (rc == 0) {
        rc = horo_tcp_connect(talk->host, (uint16_t)talk->port, &talk->server);
    }
    if (rc == 0) {
        rc = talk_both_ways(talk);
    }
    horo_stream_close(&talk->server);
    horo_stream_close(&talk->output);
    horo_stream_close(&talk->input);
    return rc;
}

int main(int argc, char **argv)
{
    struct talk talk = { 0 };
    int rc;

    if (argc != 3 || sscanf(argv[2], "%5u", &talk.port) != 1 ||
        talk.port > 65535) {
        fprintf(stderr, "usage: talk HOST PORT\n");
        return 2;
    }
    talk.host = argv[1];
    rc = horo_run(connect_and_talk, &talk, NULL);
    if (rc < 0) {
        fprintf(stderr, "talk: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
