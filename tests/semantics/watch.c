/* Watches: callbacks for what becomes of descriptors. */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static struct horo_watch *watch;

struct reader {
    int fd;
    int calls;
    int limit; /* of calls that leave the byte where it is */
};

static void read_or_wait(void *arg, int events)
{
    struct reader *reader = arg;
    char byte = 0;

    CHECK_NUMBER(events & POLLIN, POLLIN);
    CHECK(horo_task_self() == NULL);
    if (++reader->calls > reader->limit) {
        CHECK_NUMBER(read(reader->fd, &byte, 1), 1);
        note("%c", byte);
    }
}

/* Level-triggered: again and again until the byte has been read. */
static void watch_both(int writing, int reading)
{
    struct reader reader = { .fd = reading, .limit = 2 };

    CHECK_CODE(horo_watch_fd(reading, POLLIN, read_or_wait, &reader, &watch),
               0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(reader.calls, 0);
    CHECK_NUMBER(write(writing, "a", 1), 1);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(reader.calls, 3);
    CHECK_NUMBER(write(writing, "bc", 2), 2);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(reader.calls, 5);
    horo_unwatch(&watch);
    CHECK(watch == NULL);
    CHECK_NUMBER(write(writing, "d", 1), 1);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(reader.calls, 5);
    CHECK_NOTES("a b c");
}

static void a_pipe_can_be_watched(void)
{
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    watch_both(ends[1], ends[0]);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void a_socket_can_be_watched(void)
{
    int ends[2];

    CHECK_NUMBER(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    watch_both(ends[1], ends[0]);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    RUN_IN_LOOP(a_pipe_can_be_watched);
    RUN_IN_LOOP(a_socket_can_be_watched);
    return tap_end();
}
