/* A server that finishes its work when Ctrl-C comes.
 * usage: graceful_shutdown PORT
 *
 * It counts the lines of letters; a line with a dot ends a letter. Ctrl-C
 * cancels the main task and all that is inside it; a letter under way is taken
 * to its end all the same, behind a shield. Recalls "(Press CTRL+C to quit)"
 * of the Russian lecture's web server. */
#include <horo.h>
#include <stdio.h>
#include <string.h>

static ssize_t read_line(struct horo_stream *client, char line[80])
{
    ssize_t count = horo_stream_read_until(client, line, 79, "\n");

    line[count > 0 ? count : 0] = '\0';
    return count;
}

/* Takes the letter that begins with `line`, in ten seconds at most. */
static int take_letter(struct horo_stream *client, char line[80])
{
    struct horo_scope_options options = { .shield = true,
                                          .timeout = HORO_S(10) };
    struct horo_scope shield;
    ssize_t rc = 1;
    int lines = 0;

    horo_scope_open(&shield, &options);
    while (rc > 0 && strcmp(line, ".\n") != 0) {
        rc = horo_stream_printf(client, "line %d\n", ++lines);
        if (rc > 0) {
            rc = read_line(client, line);
        }
    }
    if (rc > 0) {
        rc = horo_stream_printf(client, "a letter of %d lines\n", lines);
    }
    return horo_scope_close(&shield, (int)rc);
}

static int serve_client(void *arg)
{
    struct horo_stream *client = arg;
    char line[80];
    ssize_t rc = 1;

    while (rc > 0) {
        rc = read_line(client, line); /* waits for a letter: no shield here */
        if (rc > 0) {
            rc = take_letter(client, line);
        }
    }
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
            rc = horo_spawn(horo_scope_self(), serve_client, client, NULL);
            if (rc < 0) {
                horo_stream_close(&client);
            }
        }
    }
    horo_listener_close(&listener);
    puts("no more clients; letters under way are finished");
    fflush(stdout);
    return rc; /* their scope, this task's own, closes when they are */
}

int main(int argc, char **argv)
{
    unsigned port;
    int rc;

    if (argc != 2 || sscanf(argv[1], "%5u", &port) != 1 || port > 65535) {
        fprintf(stderr, "usage: graceful_shutdown PORT\n");
        return 2;
    }
    rc = horo_run(serve, &port, NULL);
    if (rc < 0 && rc != -ECANCELED) { /* that is Ctrl-C */
        fprintf(stderr, "graceful_shutdown: %s\n", horo_strerror(rc));
        return 1;
    }
    puts("all done");
    return 0;
}
