/* The floor below tasks, for libraries that call back: calls that come soon or
 * later, a descriptor that is watched, a future that somebody else settles;
 * and a loop that runs until that has happened, is stopped, and runs again. */
#include <horo.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

struct feed {
    int ends[2]; /* of a pipe: to read from, to write to */
    struct horo_loop *loop;
    struct horo_callback writing, done;
    struct horo_future line;
    char text[80];
};

static void write_line(void *arg)
{
    struct feed *feed = arg;

    puts("writing");
    if (write(feed->ends[1], "a line", 6) != 6) {
        horo_future_fail(&feed->line, -EIO);
    }
}

static void read_line(void *arg, int events)
{
    struct feed *feed = arg;
    ssize_t count = read(feed->ends[0], feed->text, sizeof feed->text - 1);

    if (events < 0 || count <= 0) {
        horo_future_fail(&feed->line, events < 0 ? events : -EIO);
        return;
    }
    feed->text[count] = '\0';
    horo_future_set(&feed->line, feed->text);
}

static void stop(void *arg)
{
    puts("done: stop");
    horo_loop_stop(arg);
}

static int read_two_lines(struct feed *feed)
{
    void *text = NULL;
    int rc = horo_call_soon(&feed->writing, write_line, feed);

    horo_future_init(&feed->line);
    if (rc == 0 && (rc = horo_loop_run_until(feed->loop, &feed->line)) == 0) {
        horo_future_result(&feed->line, &text);
        printf("read: %s\n", (const char *)text);
        rc = horo_call_later(&feed->writing, HORO_S(1), write_line, feed);
    }
    horo_future_fini(&feed->line);

    horo_future_init(&feed->line); /* again, told by a callback */
    horo_future_on_done(&feed->line, &feed->done, stop, feed->loop);
    if (rc == 0 && (rc = horo_loop_run_forever(feed->loop)) == 0 &&
        (rc = horo_future_result(&feed->line, &text)) == 0) {
        printf("read: %s\n", (const char *)text);
    }
    horo_call_cancel(&feed->done);
    horo_future_fini(&feed->line);
    return rc;
}

int main(void)
{
    struct feed feed = { .ends = { -1, -1 } };
    struct horo_watch *watch = NULL;
    int rc = horo_loop_create(NULL, &feed.loop);

    if (rc == 0 && (rc = pipe(feed.ends) < 0 ? -errno : 0) == 0) {
        rc = horo_watch_fd(feed.ends[0], POLLIN, read_line, &feed, &watch);
    }
    if (rc == 0) {
        rc = read_two_lines(&feed);
    }
    horo_unwatch(&watch);
    horo_loop_destroy(&feed.loop);
    close(feed.ends[0]);
    close(feed.ends[1]);
    if (rc < 0) {
        fprintf(stderr, "watch: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
