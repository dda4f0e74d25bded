/* See ring.h. */
#include "sys/ring.h"

#include <errno.h>

#include "sys/fault.h"

int horo__ring_open(struct io_uring *ring, unsigned submissions,
                    unsigned completions)
{
    struct io_uring_params params = {
        .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                 IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL |
                 IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE,
        .cq_entries = completions,
    };
    int rc;

    if (horo__fault_here("io_uring_setup")) {
        return -ENOMEM;
    }
    rc = io_uring_queue_init_params(submissions, ring, &params);
    if (rc < 0) {
        return rc;
    }
    /* Saves a look-up in each system call; without it all works as well. */
    (void)io_uring_register_ring_fd(ring);
    return 0;
}

void horo__ring_close(struct io_uring *ring)
{
    io_uring_queue_exit(ring);
}

int horo__ring_submit(struct io_uring *ring)
{
    if (horo__fault_here("io_uring_enter")) {
        return -EAGAIN;
    }
    return io_uring_submit_and_get_events(ring);
}

int horo__ring_hand_over(struct io_uring *ring)
{
    if (horo__fault_here("io_uring_enter")) {
        return -EAGAIN;
    }
    return io_uring_submit(ring);
}

int horo__ring_wait(struct io_uring *ring, int64_t timeout_ns)
{
    struct __kernel_timespec limit = {
        .tv_sec = timeout_ns / 1000000000,
        .tv_nsec = timeout_ns % 1000000000,
    };
    struct io_uring_cqe *first;
    int rc;

    if (horo__fault_here("io_uring_enter")) {
        return -EAGAIN;
    }
    if (timeout_ns < 0) {
        return io_uring_submit_and_wait(ring, 1);
    }
    rc = io_uring_submit_and_wait_timeout(ring, &first, 1, &limit, NULL);
    return rc == -ETIME || rc == -EINTR ? 0 : rc;
}
