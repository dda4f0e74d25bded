/*
 * Echo by hand on io_uring, multishot: each connection's recv is armed once
 * and takes its buffers from a ring that all connections share. A connection
 * has one send in flight, so that its pieces keep their order.
 */
#define _GNU_SOURCE
#include "listen.h"
#include "ring.h"

#include <stdbool.h>
#include <sys/mman.h>

enum {
    /* 2 MiB stay in the cache. Smaller buffers would cut a 16 KiB message into
     * many sends; running out of buffers costs less than missing the cache. */
    BUFFER_COUNT = 128,
    BUFFER_SIZE = 16 * 1024,
    BUFFER_GROUP = 0,
    /* Buffers a page apart would all fall into the same few cache sets. */
    BUFFER_STRIDE = BUFFER_SIZE + 64,
    NO_BUFFER = -1,
};

struct connection {
    int fd;
    bool receiving;   /* the multishot recv is armed */
    bool starved;     /* on the server's list of that name */
    bool closing;     /* end of stream or an error: reads no more */
    int first_unsent; /* being sent; then via buffer.next */
    int last_unsent;
    struct connection *next_starved;
};

struct buffer {
    int next; /* in its connection's list of unsent ones */
    unsigned length;
};

struct server {
    struct io_uring ring;
    struct io_uring_buf_ring *buffer_ring;
    char *memory; /* BUFFER_COUNT strides */
    struct buffer buffers[BUFFER_COUNT];
    int buffers_taken;
    struct connection *starved; /* lost their recv, no buffer being free */
};

enum { TAG_RECV = 0, TAG_SEND = 1, TAG_MASK = 1 };

static char *buffer_memory(struct server *server, int buffer)
{
    return server->memory + (size_t)buffer * BUFFER_STRIDE;
}

static void queue_recv(struct server *server, struct connection *connection)
{
    struct io_uring_sqe *sqe = ring_entry(&server->ring);

    io_uring_prep_recv_multishot(sqe, connection->fd, NULL, 0, 0);
    sqe->flags |= IOSQE_BUFFER_SELECT;
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    sqe->buf_group = BUFFER_GROUP;
    io_uring_sqe_set_data64(sqe, (uintptr_t)connection | TAG_RECV);
    connection->receiving = true;
}

static void queue_send(struct server *server, struct connection *connection)
{
    struct io_uring_sqe *sqe = ring_entry(&server->ring);
    int buffer = connection->first_unsent;

    io_uring_prep_send(sqe, connection->fd, buffer_memory(server, buffer),
                       server->buffers[buffer].length,
                       MSG_WAITALL | MSG_NOSIGNAL);
    io_uring_sqe_set_data64(sqe, (uintptr_t)connection | TAG_SEND);
}

static void buffer_give(struct server *server, int buffer)
{
    io_uring_buf_ring_add(server->buffer_ring, buffer_memory(server, buffer),
                          BUFFER_SIZE, (unsigned short)buffer,
                          io_uring_buf_ring_mask(BUFFER_COUNT), 0);
    io_uring_buf_ring_advance(server->buffer_ring, 1);
}

/* Frees the connection once the kernel holds nothing of it any more. */
static void connection_settle(struct server *server,
                              struct connection *connection)
{
    if (connection->closing && !connection->receiving && !connection->starved &&
        connection->first_unsent == NO_BUFFER) {
        ring_queue_close(&server->ring, connection->fd);
        free(connection);
    }
}

/* Out of buffers is transient, but only if one is out: otherwise they all came
 * back before we heard of it, and none would come later to wake us. */
static void connection_starve(struct server *server,
                              struct connection *connection)
{
    if (server->buffers_taken == 0) {
        queue_recv(server, connection);
        return;
    }
    connection->starved = true;
    connection->next_starved = server->starved;
    server->starved = connection;
}

static void buffer_return(struct server *server, int buffer)
{
    buffer_give(server, buffer);
    server->buffers_taken--;

    struct connection *connection = server->starved;
    if (connection != NULL) {
        server->starved = connection->next_starved;
        connection->starved = false;
        if (connection->closing) {
            connection_settle(server, connection);
        } else {
            queue_recv(server, connection);
        }
    }
}

static void connection_open(struct server *server, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL) {
        echo_die("calloc");
    }
    connection->fd = fd;
    connection->first_unsent = NO_BUFFER;
    queue_recv(server, connection);
}

static void on_data(struct server *server, struct connection *connection,
                    int buffer, unsigned length)
{
    server->buffers_taken++;
    server->buffers[buffer].length = length;
    server->buffers[buffer].next = NO_BUFFER;
    if (connection->first_unsent == NO_BUFFER) {
        connection->first_unsent = buffer;
        queue_send(server, connection);
    } else {
        server->buffers[connection->last_unsent].next = buffer;
    }
    connection->last_unsent = buffer;
}

static void on_recv(struct server *server, struct connection *connection,
                    const struct io_uring_cqe *cqe)
{
    connection->receiving = (cqe->flags & IORING_CQE_F_MORE) != 0;
    if (cqe->res > 0) {
        on_data(server, connection,
                (int)(cqe->flags >> IORING_CQE_BUFFER_SHIFT),
                (unsigned)cqe->res);
    } else if (cqe->res != -ENOBUFS) {
        connection->closing = true;
    }
    if (connection->closing || connection->receiving) {
        connection_settle(server, connection);
    } else if (cqe->res == -ENOBUFS) {
        connection_starve(server, connection);
    } else {
        queue_recv(server, connection);
    }
}

static void on_send(struct server *server, struct connection *connection,
                    const struct io_uring_cqe *cqe)
{
    int buffer = connection->first_unsent;
    bool failed = cqe->res != (int)server->buffers[buffer].length;

    do { /* once, or until all are returned that can be sent no more */
        connection->first_unsent = server->buffers[buffer].next;
        buffer_return(server, buffer);
        buffer = connection->first_unsent;
    } while (failed && buffer != NO_BUFFER);

    if (failed && !connection->closing) {
        connection->closing = true;
        shutdown(connection->fd, SHUT_RDWR); /* ends the armed recv */
    } else if (buffer != NO_BUFFER) {
        queue_send(server, connection);
    }
    connection_settle(server, connection);
}

static void on_completion(struct server *server, const struct io_uring_cqe *cqe)
{
    uintptr_t data = (uintptr_t)cqe->user_data;
    struct connection *connection =
        (struct connection *)(data & ~(uintptr_t)TAG_MASK);

    if ((data & TAG_MASK) == TAG_RECV) {
        on_recv(server, connection, cqe);
    } else {
        on_send(server, connection, cqe);
    }
}

static void *map_pages(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        echo_die("mmap");
    }
    return pages;
}

static void buffers_open(struct server *server)
{
    server->memory = map_pages((size_t)BUFFER_COUNT * BUFFER_STRIDE);
    server->buffer_ring = map_pages(BUFFER_COUNT * sizeof(struct io_uring_buf));
    struct io_uring_buf_reg registration = {
        .ring_addr = (uintptr_t)server->buffer_ring,
        .ring_entries = BUFFER_COUNT,
        .bgid = BUFFER_GROUP,
    };

    int rc = io_uring_register_buf_ring(&server->ring, &registration, 0);
    if (rc < 0) {
        errno = -rc;
        echo_die("io_uring_register_buf_ring");
    }
    io_uring_buf_ring_init(server->buffer_ring);
    for (int buffer = 0; buffer < BUFFER_COUNT; buffer++) {
        buffer_give(server, buffer);
    }
}

int main(int argc, char **argv)
{
    static struct server server;

    ring_open(&server.ring);
    buffers_open(&server);
    int listener_fd = echo_listen(argc, argv, 0);
    ring_queue_accept(&server.ring, listener_fd);
    for (;;) {
        struct io_uring_cqe *cqe;
        unsigned head;
        unsigned count = 0;

        ring_submit_and_wait(&server.ring);
        io_uring_for_each_cqe(&server.ring, head, cqe)
        {
            count++;
            if (cqe->user_data == RING_DATA_ACCEPT) {
                int fd = ring_accepted(&server.ring, cqe, listener_fd);
                if (fd >= 0) {
                    connection_open(&server, fd);
                }
            } else if (cqe->user_data != RING_DATA_CLOSE) {
                on_completion(&server, cqe);
            }
        }
        io_uring_cq_advance(&server.ring, count);
    }
}
