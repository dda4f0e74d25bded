/* See ring.h. */
#include "sys/ring.h"

#include <errno.h>
#include <poll.h>

#if defined(HORO_HAVE_VALGRIND)
#include <valgrind/valgrind.h>
#endif

#include "base/sanitizer.h"
#include "sys/fault.h"

#if defined(HORO__TSAN)
#include <sanitizer/tsan_interface.h>
#endif

/* liburing maps the rings by system calls that ThreadSanitizer does not see.
 * It has to be told that what one thread did with a ring that is gone came
 * before what another does with a new one at the same address. */
static void tell_gone(void *rings)
{
#if defined(HORO__TSAN)
    __tsan_release(rings);
#endif
    (void)rings;
}

static void tell_new(void *rings)
{
#if defined(HORO__TSAN)
    __tsan_acquire(rings);
#endif
    (void)rings;
}

/* What stands for all rings there. */
static char rings;

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
    tell_new(&rings);
    /* Saves a look-up in each system call; without it all works as well. */
    (void)io_uring_register_ring_fd(ring);
    return 0;
}

void horo__ring_close(struct io_uring *ring)
{
    tell_gone(&rings);
    io_uring_queue_exit(ring);
}

int horo__ring_submit(struct io_uring *ring)
{
    if (horo__fault_passing("io_uring_enter")) {
        return -EAGAIN;
    }
    return io_uring_submit_and_get_events(ring);
}

int horo__ring_hand_over(struct io_uring *ring)
{
    if (horo__fault_passing("io_uring_enter")) {
        return -EAGAIN;
    }
    return io_uring_submit(ring);
}

/* Valgrind 3.19 keeps signals back while a thread is in io_uring_enter(2):
 * there, waits are short, and poll(2) lets the signals in between. */
static int64_t patience(int64_t timeout_ns)
{
#if defined(HORO_HAVE_VALGRIND)
    if (RUNNING_ON_VALGRIND) {
        (void)poll(NULL, 0, 0);
        return timeout_ns < 0 || timeout_ns > 20000000 ? 20000000 : timeout_ns;
    }
#endif
    return timeout_ns;
}

int horo__ring_wait(struct io_uring *ring, int64_t timeout_ns)
{
    struct __kernel_timespec limit;
    struct io_uring_cqe *first;
    int rc;

    if (horo__fault_passing("io_uring_enter")) {
        return -EAGAIN;
    }
    timeout_ns = patience(timeout_ns);
    if (timeout_ns < 0) {
        return io_uring_submit_and_wait(ring, 1);
    }
    limit.tv_sec = timeout_ns / 1000000000;
    limit.tv_nsec = timeout_ns % 1000000000;
    rc = io_uring_submit_and_wait_timeout(ring, &first, 1, &limit, NULL);
    return rc == -ETIME || rc == -EINTR ? 0 : rc;
}
