/* Watches: callbacks for what becomes of descriptors. */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static struct horo_watch *watch;

enum { TURNS = 20 };

/* So often that the loop looks at the kernel in between. */
static void turn_often(void)
{
    for (int i = 0; i < TURNS * 64; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
}

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

/* --- both directions --- */

struct duplex {
    int fd;
    int readable;
    int writable;
};

static void count_reading(void *arg, int events)
{
    struct duplex *duplex = arg;
    char byte;

    CHECK_NUMBER(events, POLLIN);
    CHECK_NUMBER(read(duplex->fd, &byte, 1), 1);
    duplex->readable++;
}

static void count_writing(void *arg, int events)
{
    struct duplex *duplex = arg;

    CHECK_NUMBER(events, POLLOUT);
    duplex->writable++;
}

static int fill(int fd)
{
    static char bytes[4096];
    int filled = 0;
    ssize_t put;

    while ((put = write(fd, bytes, sizeof bytes)) > 0) {
        filled += (int)put;
    }
    return filled;
}

static void drain(int fd)
{
    static char bytes[4096];

    while (read(fd, bytes, sizeof bytes) > 0) {}
}

static void readers_and_writers_of_a_socket_are_told_apart(void)
{
    struct horo_watch *reads;
    struct horo_watch *writes;
    struct duplex duplex = { 0 };
    int ends[2];

    CHECK_NUMBER(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    duplex.fd = ends[0];
    CHECK(fill(ends[0]) > 0);
    CHECK_CODE(horo_watch_fd(ends[0], POLLIN, count_reading, &duplex, &reads),
               0);
    CHECK_CODE(horo_watch_fd(ends[0], POLLOUT, count_writing, &duplex, &writes),
               0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(duplex.readable + duplex.writable, 0);
    CHECK_NUMBER(write(ends[1], "abc", 3), 3);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(duplex.readable, 3);
    CHECK_NUMBER(duplex.writable, 0);
    drain(ends[1]);
    turn_often(); /* the clock stands while it can be written */
    CHECK_NUMBER(duplex.readable, 3);
    CHECK(duplex.writable > 1);
    horo_unwatch(&writes);
    duplex.writable = 0;
    CHECK_NUMBER(write(ends[1], "d", 1), 1);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(duplex.readable, 4);
    CHECK_NUMBER(duplex.writable, 0);
    horo_unwatch(&reads);
    turn_often(); /* the kernel lets go */
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void count_hang_ups(void *arg, int events)
{
    ++*(int *)arg;
    note("%s%s", events & POLLIN ? "in" : "", events & POLLHUP ? "hup" : "");
    horo_unwatch(&watch); /* from within */
    CHECK(watch == NULL);
}

static void the_end_of_the_other_side_is_told(void)
{
    int calls = 0;
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    CHECK_CODE(horo_watch_fd(ends[0], POLLIN, count_hang_ups, &calls, &watch),
               0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    (void)close(ends[1]);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(calls, 1);
    CHECK_NOTES("hup");
    (void)close(ends[0]);
}

/* --- ends --- */

static void unwatch_all(void *arg, int events)
{
    struct horo_watch **watches = arg;

    CHECK(events > 0);
    note("called");
    for (int i = 0; i < 3; i++) {
        horo_unwatch(&watches[i]);
    }
}

/* All three are ready in one batch; the first of them ends the others. */
static void a_watch_that_ended_is_not_called_though_it_was_ready(void)
{
    struct horo_watch *watches[3] = { NULL };
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(
            horo_watch_fd(ends[0], POLLIN, unwatch_all, watches, &watches[i]),
            0);
    }
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(write(ends[1], "x", 1), 1);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("called");
    (void)close(ends[0]);
    (void)close(ends[1]);
    horo_unwatch(&watches[0]);
    horo_unwatch(NULL);
}

/* The number of a descriptor means another file at once. */
static void a_descriptor_may_be_closed_after_its_watch(void)
{
    int calls = 0;

    for (int i = 0; i < 20; i++) {
        int ends[2];

        CHECK_NUMBER(pipe(ends), 0);
        CHECK_NUMBER(write(ends[1], "x", i % 2), i % 2);
        CHECK_CODE(
            horo_watch_fd(ends[0], POLLIN, count_hang_ups, &calls, &watch), 0);
        if (i % 3 == 0) {
            CHECK_CODE(horo_yield(), 0);
            CHECK_CODE(horo_yield(), 0);
        }
        horo_unwatch(&watch);
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
    calls = 0;
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(calls, 0);
    (void)take_notes();
}

static void a_number_that_was_watched_can_be_watched_anew(void)
{
    for (int i = 0; i < 3; i++) {
        struct reader reader = { 0 };
        int ends[2];

        CHECK_NUMBER(pipe(ends), 0);
        reader.fd = ends[0];
        CHECK_CODE(
            horo_watch_fd(ends[0], POLLIN, read_or_wait, &reader, &watch), 0);
        CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
        CHECK_NUMBER(write(ends[1], "x", 1), 1);
        CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
        CHECK_NUMBER(reader.calls, 1);
        horo_unwatch(&watch);
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
    turn_often();
    CHECK_NOTES("x x x");
}

static int leave_watches_behind(void *arg)
{
    int *ends = arg;
    struct horo_watch *left;

    CHECK_CODE(horo_watch_fd(ends[0], POLLIN, count_reading, NULL, &left), 0);
    CHECK_CODE(horo_watch_fd(ends[1], POLLOUT, count_writing,
                             &(struct duplex){ 0 }, &left),
               0);
    return 0;
}

static void a_loop_ends_the_watches_that_are_left(void)
{
    struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    CHECK_CODE(horo_run(leave_watches_behind, ends, &virtual), 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* --- what cannot be watched --- */

static void never(void *arg, int events)
{
    (void)arg;
    CHECK_NUMBER(events, 0);
}

static void files_and_folders_are_refused(void)
{
    struct horo_watch *untouched = (struct horo_watch *)&watch;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int folder = open("/", O_RDONLY | O_CLOEXEC);

    CHECK(file >= 0 && folder >= 0);
    CHECK_CODE(horo_watch_fd(file, POLLIN, never, NULL, &untouched), -EPERM);
    CHECK_CODE(horo_watch_fd(file, POLLOUT, never, NULL, &untouched), -EPERM);
    CHECK_CODE(horo_watch_fd(folder, POLLIN, never, NULL, &untouched), -EPERM);
    CHECK(untouched == (struct horo_watch *)&watch);
    (void)close(file);
    (void)close(folder);
    CHECK_CODE(horo_watch_fd(file, POLLIN, never, NULL, &untouched), -EBADF);
    CHECK_CODE(horo_watch_fd(-1, POLLIN, never, NULL, &untouched), -EBADF);
    CHECK_CODE(horo_watch_fd(0, 0, never, NULL, &untouched), -EINVAL);
    CHECK_CODE(horo_watch_fd(0, POLLIN, NULL, NULL, &untouched), -EINVAL);
    CHECK(untouched == (struct horo_watch *)&watch);
}

static void without_a_loop_nothing_is_watched(void)
{
    struct horo_watch *untouched = NULL;

    CHECK_CODE(horo_watch_fd(0, POLLIN, never, NULL, &untouched),
               -HORO_ENOTASK);
    CHECK(untouched == NULL);
}

static void note_events(void *arg, int events)
{
    (void)arg;
    note("%d", events < 0 ? events : events > 0);
    if (events > 0) {
        (void)close(*(int *)arg);
    }
}

/* A broken contract, but nothing worse than an end. */
static void a_descriptor_closed_under_its_watch_ends_it(void)
{
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    CHECK_NUMBER(write(ends[1], "x", 1), 1);
    CHECK_CODE(horo_watch_fd(ends[0], POLLIN, note_events, &ends[0], &watch),
               0);
    for (int i = 0; i < 10; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("1 -9");
    horo_unwatch(&watch);
    (void)close(ends[1]);
}

/* --- fairness --- */

static void count_call(void *arg, int events)
{
    CHECK(events > 0);
    ++*(int *)arg;
}

static uint64_t count_turns(void)
{
    struct horo_loop_stats stats = { 0 };

    CHECK_CODE(horo_loop_stats(&stats), 0);
    return stats.turns;
}

/* What is always ready comes once in a turn, and stops neither tasks nor
 * time. */
static int watch_what_is_always_ready(void *arg)
{
    int calls = 0;
    uint64_t turns = count_turns();

    CHECK_CODE(horo_watch_fd(*(int *)arg, POLLOUT, count_call, &calls, &watch),
               0);
    turn_often();
    CHECK(calls > 1 && (uint64_t)calls <= count_turns() - turns);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_unwatch(&watch);
    turn_often();
    return 0;
}

static void a_watch_that_is_always_ready_stops_nobody(void)
{
    struct horo_loop_options real = { .clock = HORO_CLOCK_REAL };
    int ends[2];

    CHECK_NUMBER(pipe(ends), 0);
    CHECK_CODE(run_loop(watch_what_is_always_ready, &ends[1], &real), 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* Why some tests cannot be cancelled anywhere: they would end while the kernel
 * still has to let go of what they watched. */
static const char kernel_takes_time[] = "the kernel lets go in its own time";

int main(void)
{
    RUN_IN_LOOP_ONCE(a_pipe_can_be_watched, kernel_takes_time);
    RUN_IN_LOOP_ONCE(a_socket_can_be_watched, kernel_takes_time);
    RUN_IN_LOOP_ONCE(readers_and_writers_of_a_socket_are_told_apart,
                     kernel_takes_time);
    RUN_IN_LOOP_ONCE(the_end_of_the_other_side_is_told, kernel_takes_time);
    RUN_IN_LOOP_ONCE(a_watch_that_ended_is_not_called_though_it_was_ready,
                     kernel_takes_time);
    RUN_IN_LOOP_ONCE(a_descriptor_may_be_closed_after_its_watch,
                     kernel_takes_time);
    RUN_IN_LOOP_ONCE(a_number_that_was_watched_can_be_watched_anew,
                     kernel_takes_time);
    RUN(a_loop_ends_the_watches_that_are_left);
    RUN_IN_LOOP(files_and_folders_are_refused);
    RUN(without_a_loop_nothing_is_watched);
    RUN_IN_LOOP_ONCE(a_descriptor_closed_under_its_watch_ends_it,
                     "leaves what it got");
    RUN(a_watch_that_is_always_ready_stops_nobody);
    return tap_end();
}
