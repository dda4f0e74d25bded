/* Descriptors whose reads end early although more is there: what follows must
 * be read without another event. And numbers that change their owner. */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static ssize_t read_for(struct horo_stream *stream, char *buffer, size_t size,
                        horo_time timeout)
{
    struct horo_scope scope;
    ssize_t got;

    CHECK_CODE(horo_scope_open(
                   &scope, &(struct horo_scope_options){ .timeout = timeout }),
               0);
    got = horo_stream_read(stream, buffer, size);
    (void)horo_scope_close(&scope, 0);
    return got;
}

/* A stream that has waited once, so that the backend watches it. */
static struct horo_stream *open_watched(int fd)
{
    struct horo_stream *stream = NULL;
    char byte;

    CHECK_CODE(horo_stream_open_fd(fd, &stream), 0);
    CHECK_CODE(read_for(stream, &byte, 1, HORO_MS(1)), -ECANCELED);
    return stream;
}

static void expect(struct horo_stream *stream, const char *text)
{
    char buffer[64];
    ssize_t size = (ssize_t)strlen(text);

    if (CHECK_CODE(read_for(stream, buffer, sizeof buffer, HORO_S(10)), size)) {
        CHECK_BYTES(buffer, text, strlen(text));
    }
}

static void read_two_messages(int type)
{
    struct horo_stream *stream;
    int fds[2];

    CHECK(socketpair(AF_UNIX, type, 0, fds) == 0);
    stream = open_watched(fds[0]);
    CHECK_NUMBER(send(fds[1], "one", 3, 0), 3);
    CHECK_NUMBER(send(fds[1], "two", 3, 0), 3);
    expect(stream, "one");
    expect(stream, "two");
    horo_stream_close(&stream);
    CHECK(close(fds[1]) == 0);
}

static void packets_follow_one_another(void)
{
    read_two_messages(SOCK_SEQPACKET);
}

static void datagrams_follow_one_another(void)
{
    read_two_messages(SOCK_DGRAM);
}

static void send_with_descriptor(int fd, const char *text)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { .head = { .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS,
                            .cmsg_len = CMSG_LEN(sizeof(int)) } };
    struct iovec part = { (void *)text, strlen(text) };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = &control,
                              .msg_controllen = sizeof control };

    memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    CHECK_NUMBER(sendmsg(fd, &message, 0), (long long)part.iov_len);
}

static void bytes_follow_a_descriptor_that_was_sent(void)
{
    struct horo_stream *stream;
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    stream = open_watched(fds[0]);
    send_with_descriptor(fds[1], "one");
    CHECK_NUMBER(send(fds[1], "two", 3, 0), 3);
    expect(stream, "one");
    expect(stream, "two");
    horo_stream_close(&stream);
    CHECK(close(fds[1]) == 0);
}

/* fds[0] is accepted, fds[1] connected. */
static void open_tcp_pair(int fds[2])
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof here;

    CHECK(bind(listener, (void *)&here, size) == 0);
    CHECK(listen(listener, 1) == 0);
    CHECK(getsockname(listener, (void *)&here, &size) == 0);
    fds[1] = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fds[1], (void *)&here, size) == 0);
    fds[0] = accept(listener, NULL, NULL);
    CHECK(close(listener) == 0);
}

static void bytes_follow_urgent_data(void)
{
    struct horo_stream *stream;
    int fds[2];

    open_tcp_pair(fds);
    stream = open_watched(fds[0]);
    CHECK_NUMBER(send(fds[1], "one", 3, 0), 3);
    CHECK_NUMBER(send(fds[1], "!", 1, MSG_OOB), 1);
    CHECK_NUMBER(send(fds[1], "two", 3, 0), 3);
    expect(stream, "one");
    expect(stream, "two");
    horo_stream_close(&stream);
    CHECK(close(fds[1]) == 0);
}

static int close_it(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK(close(*(int *)arg) == 0);
    return 0;
}

enum { FILLERS = 4 };

/* A listener whose backlog is full: connecting to it waits. */
static int open_deaf(struct horo_address *address, int fillers[FILLERS])
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = { .sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof here;

    CHECK(bind(listener, (void *)&here, size) == 0);
    CHECK(listen(listener, 0) == 0);
    CHECK(getsockname(listener, (void *)&here, &size) == 0);
    for (int i = 0; i < FILLERS; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(fillers[i], (void *)&here, size);
    }
    *address = (struct horo_address){ .size = sizeof here, .as.v4 = here };
    return listener;
}

/* Whoever closes the other end makes an event of the copy, which must not end
 * the connecting of the socket that got the number. */
static void a_successor_hears_nothing_of_a_duplicated_descriptor(void)
{
    struct horo_stream *stream;
    struct horo_address deaf;
    struct horo_scope scope;
    int fillers[FILLERS];
    int listener = open_deaf(&deaf, fillers);
    int fds[2];
    int copy;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    stream = open_watched(fds[0]);
    copy = dup(fds[0]);
    horo_stream_close(&stream);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(9) }),
        0);
    CHECK_CODE(horo_spawn(&scope, close_it, &fds[1], NULL), 0);
    CHECK_CODE(horo_tcp_connect_address(&deaf, &stream), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    horo_stream_close(&stream);
    for (int i = 0; i < FILLERS; i++) {
        CHECK(close(fillers[i]) == 0);
    }
    CHECK(close(listener) == 0);
    CHECK(close(copy) == 0);
}

/* Both are told of the one byte; the second finds nothing. */
static int read_a_byte(void *arg)
{
    struct horo_stream *stream = arg;
    char byte;

    CHECK_CODE(horo_stream_read(stream, &byte, 1), 1);
    note("%c", byte);
    return 0;
}

static void readers_of_one_pipe_wait_for_their_turn(void)
{
    struct horo_stream *streams[2] = { NULL, NULL };
    struct horo_scope scope;
    int fds[2];
    int ends[2];

    CHECK(pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
    ends[0] = fds[0];
    ends[1] = dup(fds[0]);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_stream_open_fd(ends[i], &streams[i]), 0);
        CHECK_CODE(horo_spawn(&scope, read_a_byte, streams[i], NULL), 0);
    }
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NUMBER(write(fds[1], "a", 1), 1);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("a");
    CHECK_NUMBER(write(fds[1], "b", 1), 1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("b");
    horo_stream_close(&streams[0]);
    horo_stream_close(&streams[1]);
    CHECK(close(fds[1]) == 0);
}

static void only_internet_addresses_are_told(void)
{
    struct horo_address address;
    struct horo_stream *stream;
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK_CODE(horo_stream_open_fd(fds[0], &stream), 0);
    CHECK_CODE(horo_stream_peer(stream, &address), -EAFNOSUPPORT);
    CHECK_CODE(horo_stream_local(stream, &address), -EAFNOSUPPORT);
    horo_stream_close(&stream);
    CHECK(close(fds[1]) == 0);
}

static int accept_nobody(void *arg)
{
    struct horo_listener **listener = arg;
    struct horo_stream *stream;

    CHECK_CODE(horo_tcp_accept(*listener, &stream), -ECONNABORTED);
    return 0;
}

static void a_port_is_free_at_once_though_someone_accepted(void)
{
    struct horo_listener *listener = NULL;
    struct horo_address address;
    struct horo_scope scope;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, NULL, &listener), 0);
    CHECK_CODE(horo_listener_address(listener, &address), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, accept_nobody, &listener, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(5)), 0);
    horo_listener_close(&listener);
    CHECK_CODE(horo_tcp_listen("127.0.0.1", horo_address_port(&address), NULL,
                               &listener),
               0);
    horo_listener_close(&listener);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

int main(void)
{
    RUN_IN_LOOP(packets_follow_one_another);
    RUN_IN_LOOP(datagrams_follow_one_another);
    RUN_IN_LOOP(bytes_follow_a_descriptor_that_was_sent);
    RUN_IN_LOOP(bytes_follow_urgent_data);
    RUN_IN_LOOP(a_successor_hears_nothing_of_a_duplicated_descriptor);
    RUN_IN_LOOP(readers_of_one_pipe_wait_for_their_turn);
    RUN_IN_LOOP(only_internet_addresses_are_told);
    RUN_IN_LOOP(a_port_is_free_at_once_though_someone_accepted);
    return tap_end();
}
