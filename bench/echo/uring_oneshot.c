/*
 * Echo by hand on io_uring, one-shot: a connection owns its buffer; each recv
 * is linked behind the send before it, so a request costs two entries, one
 * completion, and no system call of its own.
 */
#define _GNU_SOURCE
#include "listen.h"
#include "ring.h"

struct connection {
    int fd;
    char buffer[ECHO_READ_MAX];
};

/* What a completion belongs to: a tag in the low bits of the pointer. */
enum { TAG_RECV = 0, TAG_SEND = 1, TAG_MASK = 1 };

/* POLL_FIRST: right after our echo there cannot be anything to read yet. */
static void queue_recv(struct io_uring *ring, struct connection *connection)
{
    struct io_uring_sqe *sqe = ring_entry(ring);

    io_uring_prep_recv(sqe, connection->fd, connection->buffer, ECHO_READ_MAX,
                       0);
    sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
    io_uring_sqe_set_data64(sqe, (uintptr_t)connection | TAG_RECV);
}

static void queue_echo(struct io_uring *ring, struct connection *connection,
                       size_t length)
{
    ring_reserve(ring, 2); /* a link must not straddle two submissions */
    struct io_uring_sqe *sqe = ring_entry(ring);

    io_uring_prep_send(sqe, connection->fd, connection->buffer, length,
                       MSG_WAITALL | MSG_NOSIGNAL);
    sqe->flags |= IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, (uintptr_t)connection | TAG_SEND);
    queue_recv(ring, connection);
}

static void connection_open(struct io_uring *ring, int fd)
{
    struct connection *connection = malloc(sizeof *connection);

    if (connection == NULL) {
        echo_die("malloc");
    }
    connection->fd = fd;
    queue_recv(ring, connection);
}

static void connection_close(struct io_uring *ring,
                             struct connection *connection)
{
    ring_queue_close(ring, connection->fd);
    free(connection);
}

/* A failed send reports itself and takes its linked recv along silently, so
 * whichever completion arrives is the connection's only one. */
static void on_completion(struct io_uring *ring, const struct io_uring_cqe *cqe)
{
    uintptr_t data = (uintptr_t)cqe->user_data;
    struct connection *connection =
        (struct connection *)(data & ~(uintptr_t)TAG_MASK);

    if ((data & TAG_MASK) == TAG_RECV && cqe->res > 0) {
        queue_echo(ring, connection, (size_t)cqe->res);
    } else {
        connection_close(ring, connection);
    }
}

int main(int argc, char **argv)
{
    struct io_uring ring;

    ring_open(&ring);
    int listener_fd = echo_listen(argc, argv, 0);
    ring_queue_accept(&ring, listener_fd);
    for (;;) {
        struct io_uring_cqe *cqe;
        unsigned head;
        unsigned count = 0;

        ring_submit_and_wait(&ring);
        io_uring_for_each_cqe(&ring, head, cqe)
        {
            count++;
            if (cqe->user_data == RING_DATA_ACCEPT) {
                int fd = ring_accepted(&ring, cqe, listener_fd);
                if (fd >= 0) {
                    connection_open(&ring, fd);
                }
            } else if (cqe->user_data != RING_DATA_CLOSE) {
                on_completion(&ring, cqe);
            }
        }
        io_uring_cq_advance(&ring, count);
    }
}
