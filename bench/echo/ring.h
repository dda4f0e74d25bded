/*
 * What both hand-written io_uring servers share: how the ring is set up, how
 * it accepts and how it closes.
 */
#ifndef BENCH_ECHO_RING_H
#define BENCH_ECHO_RING_H

#include <errno.h>
#include <liburing.h>

enum {
    RING_ENTRIES = 1024,
    RING_COMPLETIONS = 8192,
    /* Below any pointer, so that they cannot be a connection's. */
    RING_DATA_ACCEPT = 2,
    RING_DATA_CLOSE = 4,
};

static inline void ring_open(struct io_uring *ring)
{
    struct io_uring_params parameters = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE,
        .cq_entries = RING_COMPLETIONS,
    };

    int rc = io_uring_queue_init_params(RING_ENTRIES, ring, &parameters);
    if (rc < 0) {
        fprintf(stderr, "io_uring with DEFER_TASKRUN (Linux 6.1): %s\n",
                strerror(-rc));
        exit(ECHO_EXIT_UNAVAILABLE);
    }
    /* Saves a descriptor lookup per enter; worth no error if refused. */
    (void)io_uring_register_ring_fd(ring);
}

static inline void ring_submit_and_wait(struct io_uring *ring)
{
    int rc = io_uring_submit_and_wait(ring, 1);

    if (rc < 0 && rc != -EINTR) {
        errno = -rc;
        echo_die("io_uring_submit_and_wait");
    }
}

static inline void ring_reserve(struct io_uring *ring, unsigned count)
{
    if (io_uring_sq_space_left(ring) < count) {
        int rc = io_uring_submit(ring);
        if (rc < 0) {
            errno = -rc;
            echo_die("io_uring_submit");
        }
    }
}

static inline struct io_uring_sqe *ring_entry(struct io_uring *ring)
{
    ring_reserve(ring, 1);
    return io_uring_get_sqe(ring);
}

static inline void ring_queue_accept(struct io_uring *ring, int listener_fd)
{
    struct io_uring_sqe *sqe = ring_entry(ring);

    io_uring_prep_multishot_accept(sqe, listener_fd, NULL, NULL, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(sqe, RING_DATA_ACCEPT);
}

/* The accepted socket, or negative if the peer left already. Arms the listener
 * again if the kernel has ended the multishot. */
static inline int ring_accepted(struct io_uring *ring,
                                const struct io_uring_cqe *cqe, int listener_fd)
{
    if (!(cqe->flags & IORING_CQE_F_MORE)) {
        ring_queue_accept(ring, listener_fd);
    }
    if (cqe->res < 0 && cqe->res != -ECONNABORTED) {
        errno = -cqe->res;
        echo_die("accept");
    }
    return cqe->res;
}

static inline void ring_queue_close(struct io_uring *ring, int fd)
{
    struct io_uring_sqe *sqe = ring_entry(ring);

    io_uring_prep_close(sqe, fd);
    sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
    io_uring_sqe_set_data64(sqe, RING_DATA_CLOSE);
}

#endif
