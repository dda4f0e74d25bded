/*
 * Echo by hand on epoll: level triggered, each socket added once, one shared
 * buffer, no epoll_ctl while connections live unless a peer stops reading.
 */
#define _GNU_SOURCE
#include "listen.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_MAX = 512 };

struct connection {
    int fd;
    char *unsent; /* what a full socket refused, owned; NULL in normal life */
    size_t unsent_start;
    size_t unsent_end;
};

static void watch(int epoll_fd, int operation, int fd, uint32_t events,
                  void *data)
{
    struct epoll_event event = { .events = events, .data.ptr = data };

    if (epoll_ctl(epoll_fd, operation, fd, &event) < 0) {
        echo_die("epoll_ctl");
    }
}

static void connection_close(struct connection *connection)
{
    close(connection->fd);
    free(connection->unsent);
    free(connection);
}

static void accept_all(int epoll_fd, int listener_fd)
{
    for (;;) {
        int fd = accept4(listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno != EAGAIN && errno != ECONNABORTED) {
                echo_die("accept4");
            }
            return;
        }
        struct connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL) {
            echo_die("calloc");
        }
        connection->fd = fd;
        watch(epoll_fd, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
    }
}

/* Backpressure: keep the rest, stop reading, wait until the peer reads. */
static void keep_unsent(int epoll_fd, struct connection *connection,
                        const char *data, size_t length)
{
    connection->unsent = malloc(length);
    if (connection->unsent == NULL) {
        echo_die("malloc");
    }
    memcpy(connection->unsent, data, length);
    connection->unsent_start = 0;
    connection->unsent_end = length;
    watch(epoll_fd, EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
}

static void on_readable(int epoll_fd, struct connection *connection,
                        char *buffer)
{
    ssize_t received = recv(connection->fd, buffer, ECHO_READ_MAX, 0);
    if (received <= 0) {
        if (received == 0 || errno != EAGAIN) {
            connection_close(connection);
        }
        return;
    }
    ssize_t sent = send(connection->fd, buffer, (size_t)received, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        connection_close(connection);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if (sent < received) {
        keep_unsent(epoll_fd, connection, buffer + sent,
                    (size_t)(received - sent));
    }
}

static void on_writable(int epoll_fd, struct connection *connection)
{
    ssize_t sent =
        send(connection->fd, connection->unsent + connection->unsent_start,
             connection->unsent_end - connection->unsent_start, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) {
            connection_close(connection);
        }
        return;
    }
    connection->unsent_start += (size_t)sent;
    if (connection->unsent_start == connection->unsent_end) {
        free(connection->unsent);
        connection->unsent = NULL;
        watch(epoll_fd, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    }
}

int main(int argc, char **argv)
{
    static char buffer[ECHO_READ_MAX];
    static struct epoll_event events[EVENTS_MAX];
    int listener_fd = echo_listen(argc, argv, SOCK_NONBLOCK);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

    if (epoll_fd < 0) {
        echo_die("epoll_create1");
    }
    watch(epoll_fd, EPOLL_CTL_ADD, listener_fd, EPOLLIN, NULL);
    for (;;) {
        int count = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                accept_all(epoll_fd, listener_fd);
            } else if (connection->unsent != NULL) {
                on_writable(epoll_fd, connection);
            } else {
                on_readable(epoll_fd, connection, buffer);
            }
        }
    }
}
