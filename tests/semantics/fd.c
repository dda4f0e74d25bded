/* Waiting for descriptors that are somebody else's. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

/* Descriptors that every test closes itself. */
static int ends[2]; /* [0] is read from, [1] is written to */

static void open_pipe(void)
{
    CHECK(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
}

static void open_sockets(void)
{
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
}

static void close_both(void)
{
    CHECK(close(ends[0]) == 0);
    CHECK(close(ends[1]) == 0);
}

/* Writes until nothing more fits. */
static void fill(int fd)
{
    static char bytes[4096];

    while (write(fd, bytes, sizeof bytes) > 0) {}
    while (write(fd, bytes, 1) > 0) {}
}

static void drain(int fd)
{
    char bytes[4096];

    while (read(fd, bytes, sizeof bytes) > 0) {}
}

static void open_with_timeout(struct horo_scope *scope)
{
    CHECK_CODE(
        horo_scope_open(scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(10) }),
        0);
}

/* --- what holds already --- */

static void a_pipe_with_bytes_is_readable_at_once(void)
{
    open_pipe();
    CHECK_NUMBER(write(ends[1], "x", 1), 1);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN), POLLIN);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN), POLLIN); /* it still is */
    close_both();
}

static void an_empty_pipe_is_writable_at_once(void)
{
    open_pipe();
    CHECK_NUMBER(horo_fd_wait(ends[1], POLLOUT), POLLOUT);
    close_both();
}

static void a_socket_can_be_both(void)
{
    open_sockets();
    CHECK_NUMBER(write(ends[1], "x", 1), 1);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN | POLLOUT), POLLIN | POLLOUT);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLOUT), POLLOUT);
    close_both();
}

static void hanging_up_is_told_though_nobody_asked(void)
{
    open_pipe();
    CHECK(close(ends[1]) == 0);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN) & POLLHUP, POLLHUP);
    CHECK(close(ends[0]) == 0);
    open_pipe();
    CHECK(close(ends[0]) == 0);
    CHECK_NUMBER(horo_fd_wait(ends[1], POLLOUT) & POLLERR, POLLERR);
    CHECK(close(ends[1]) == 0);
}

static void what_is_not_open_is_refused(void)
{
    open_pipe();
    close_both();
    CHECK_CODE(horo_fd_wait(ends[0], POLLIN), -EBADF);
    CHECK_CODE(horo_fd_wait(-1, POLLIN), -EBADF);
    CHECK_CODE(horo_fd_wait(1000000, POLLIN), -EBADF);
    CHECK_CODE(horo_yield(), 0);
}

static void a_regular_file_is_always_ready(void)
{
    char path[] = "/tmp/horo-test-XXXXXX";
    int file = mkstemp(path);
    int rc;

    CHECK(file >= 0 && unlink(path) == 0);
    rc = horo_fd_wait(file, POLLIN);
    CHECK(rc == POLLIN || rc == -EPERM);
    rc = horo_fd_wait(file, POLLOUT);
    CHECK(rc == POLLOUT || rc == -EPERM);
    CHECK(close(file) == 0);
}

/* --- what comes later --- */

struct deed {
    int fd;
    horo_time after;
};

static int write_later(void *arg)
{
    const struct deed *deed = arg;

    CHECK_CODE(horo_sleep(deed->after), 0);
    CHECK_NUMBER(write(deed->fd, "x", 1), 1);
    return 0;
}

static int drain_later(void *arg)
{
    const struct deed *deed = arg;

    CHECK_CODE(horo_sleep(deed->after), 0);
    drain(deed->fd);
    return 0;
}

static int close_later(void *arg)
{
    const struct deed *deed = arg;

    CHECK_CODE(horo_sleep(deed->after), 0);
    CHECK(close(deed->fd) == 0);
    return 0;
}

static void a_reader_waits_for_bytes(void)
{
    struct deed deed = { .after = HORO_MS(5) };
    horo_time began = horo_now();
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[1];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_later, &deed, NULL), 0);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN), POLLIN);
    CHECK_NUMBER(horo_now() - began, HORO_MS(5));
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_both();
}

static void a_writer_waits_for_room(void)
{
    struct deed deed = { .after = HORO_MS(5) };
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[0];
    fill(ends[1]);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, drain_later, &deed, NULL), 0);
    CHECK_NUMBER(horo_fd_wait(ends[1], POLLOUT), POLLOUT);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_both();
}

static void a_reader_learns_that_the_writer_has_gone(void)
{
    struct deed deed = { .after = HORO_MS(5) };
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[1];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, close_later, &deed, NULL), 0);
    CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN) & POLLHUP, POLLHUP);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK(close(ends[0]) == 0);
}

static void a_wait_again_and_again(void)
{
    struct deed deed = { .after = HORO_MS(1) };
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[1];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_spawn(&scope, write_later, &deed, NULL), 0);
        CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN), POLLIN);
        drain(ends[0]);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_both();
}

/* A number closed and opened again is another descriptor. */
static void a_number_used_again_is_another_descriptor(void)
{
    for (int i = 0; i < 3; i++) {
        struct horo_scope scope;

        open_pipe();
        open_with_timeout(&scope);
        CHECK_CODE(horo_fd_wait(ends[0], POLLIN), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
        CHECK_NUMBER(write(ends[1], "x", 1), 1);
        CHECK_NUMBER(horo_fd_wait(ends[0], POLLIN), POLLIN);
        close_both();
    }
}

/* --- cancelling --- */

static void a_wait_can_be_cancelled(void)
{
    horo_time began = horo_now();
    struct horo_scope scope;

    open_pipe();
    open_with_timeout(&scope);
    CHECK_CODE(horo_fd_wait(ends[0], POLLIN), -ECANCELED);
    CHECK_CODE(horo_fd_wait(ends[0], POLLIN), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_NUMBER(horo_now() - began, HORO_MS(10));
    close_both();
}

struct wait {
    int fd;
    short events;
    int result;
};

static int wait_for_it(void *arg)
{
    struct wait *wait = arg;

    wait->result = horo_fd_wait(wait->fd, wait->events);
    return 0;
}

static void a_wait_can_be_cancelled_in_the_turn_it_began(void)
{
    struct wait wait = { .events = POLLIN };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    open_pipe();
    wait.fd = ends[0];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_for_it, &wait, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_future_wait(&end, NULL), -ECANCELED);
    CHECK_CODE(wait.result, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_both();
}

/* --- several at one descriptor --- */

static void two_readers_are_both_told(void)
{
    struct deed deed = { .after = HORO_MS(5) };
    struct wait waits[2] = { { .events = POLLIN }, { .events = POLLIN } };
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[1];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        waits[i].fd = ends[0];
        CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[i], NULL), 0);
    }
    CHECK_CODE(horo_spawn(&scope, write_later, &deed, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(waits[0].result, POLLIN);
    CHECK_NUMBER(waits[1].result, POLLIN);
    close_both();
}

static void cancelling_one_leaves_the_other_waiting(void)
{
    struct deed deed = { .after = HORO_MS(5) };
    struct wait waits[2] = { { .events = POLLIN }, { .events = POLLIN } };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    open_pipe();
    deed.fd = ends[1];
    waits[0].fd = waits[1].fd = ends[0];
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[0], &options), 0);
    CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[1], NULL), 0);
    CHECK_CODE(horo_spawn(&scope, write_later, &deed, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(waits[0].result, -ECANCELED);
    CHECK_NUMBER(waits[1].result, POLLIN);
    close_both();
}

/* Told of bytes, the reader goes; the writer still waits for room. Both
 * orders of the two in the queue. */
static void a_writer_keeps_waiting_when_a_reader_is_told(void)
{
    for (int first = 0; first < 2; first++) {
        struct deed bytes = { .after = HORO_MS(5) };
        struct deed room = { .after = HORO_MS(10) };
        struct wait waits[2] = { { .events = POLLIN }, { .events = POLLOUT } };
        horo_time began = horo_now();
        struct horo_scope scope;

        open_sockets();
        fill(ends[0]);
        waits[0].fd = waits[1].fd = ends[0];
        bytes.fd = room.fd = ends[1];
        CHECK_CODE(
            horo_scope_open(
                &scope, &(struct horo_scope_options){ .timeout = HORO_S(1) }),
            0);
        CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[first], NULL), 0);
        CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[1 - first], NULL), 0);
        CHECK_CODE(horo_spawn(&scope, write_later, &bytes, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, drain_later, &room, NULL), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_NUMBER(waits[0].result, POLLIN);
        CHECK_NUMBER(waits[1].result, POLLOUT);
        CHECK_NUMBER(horo_now() - began, HORO_MS(10));
        close_both();
    }
}

/* --- fairness --- */

static bool stop;

static int wait_without_end(void *arg)
{
    const struct wait *wait = arg;

    while (!stop &&
           CHECK_NUMBER(horo_fd_wait(wait->fd, wait->events), wait->events)) {}
    return 0;
}

static int take_twenty_turns(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++) {
        CHECK_CODE(horo_yield(), 0);
    }
    stop = true;
    return 0;
}

static void a_descriptor_always_ready_does_not_starve_others(void)
{
    struct wait wait = { .events = POLLOUT };
    struct horo_scope scope;

    open_pipe();
    wait.fd = ends[1];
    stop = false;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, wait_without_end, &wait, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_twenty_turns, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    close_both();
}

static void hundreds_of_descriptors_at_once(void)
{
    static struct wait waits[300];
    struct horo_scope scope;

    open_pipe();
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 300; i++) {
        waits[i] = (struct wait){ .fd = dup(ends[0]), .events = POLLIN };
        CHECK(waits[i].fd >= 0);
        CHECK_CODE(horo_spawn(&scope, wait_for_it, &waits[i], NULL), 0);
    }
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(write(ends[1], "x", 1), 1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    for (int i = 0; i < 300; i++) {
        CHECK_NUMBER(waits[i].result, POLLIN);
        CHECK(close(waits[i].fd) == 0);
    }
    close_both();
}

int main(void)
{
    RUN_IN_LOOP(a_pipe_with_bytes_is_readable_at_once);
    RUN_IN_LOOP(an_empty_pipe_is_writable_at_once);
    RUN_IN_LOOP(a_socket_can_be_both);
    RUN_IN_LOOP(hanging_up_is_told_though_nobody_asked);
    RUN_IN_LOOP(what_is_not_open_is_refused);
    RUN_IN_LOOP(a_regular_file_is_always_ready);
    RUN_IN_LOOP(a_reader_waits_for_bytes);
    RUN_IN_LOOP(a_writer_waits_for_room);
    RUN_IN_LOOP(a_reader_learns_that_the_writer_has_gone);
    RUN_IN_LOOP(a_wait_again_and_again);
    RUN_IN_LOOP(a_number_used_again_is_another_descriptor);
    RUN_IN_LOOP(a_wait_can_be_cancelled);
    RUN_IN_LOOP(a_wait_can_be_cancelled_in_the_turn_it_began);
    RUN_IN_LOOP(two_readers_are_both_told);
    RUN_IN_LOOP(cancelling_one_leaves_the_other_waiting);
    RUN_IN_LOOP(a_writer_keeps_waiting_when_a_reader_is_told);
    RUN_IN_LOOP(a_descriptor_always_ready_does_not_starve_others);
    RUN_IN_LOOP(hundreds_of_descriptors_at_once);
    return tap_end();
}
