/* The calls on an io_uring that enter the kernel. */
#ifndef HORO_SYS_RING_H
#define HORO_SYS_RING_H

#include <liburing.h>
#include <stdint.h>

/* Sets a ring up for one thread, with completions run only when that thread
 * asks (IORING_SETUP_DEFER_TASKRUN, Linux 6.1). Returns 0, or -errno:
 * -ENOSYS, -EPERM, -EINVAL where the system does not offer that. */
int horo__ring_open(struct io_uring *ring, unsigned submissions,
                    unsigned completions);
void horo__ring_close(struct io_uring *ring);

/* Hands over what was prepared and runs completions; waits for none. Returns
 * >= 0, or -errno with what was not taken still prepared. */
int horo__ring_submit(struct io_uring *ring);

/* Hands over what was prepared, no more. Returns how many, or -errno. */
int horo__ring_hand_over(struct io_uring *ring);

/* As horo__ring_submit(), then waits for one completion, at most `timeout_ns`
 * (< 0: no limit). A time-out is success. */
int horo__ring_wait(struct io_uring *ring, int64_t timeout_ns);

/* True when the kernel has something to tell that is not in the ring yet. */
static inline bool horo__ring_has_news(const struct io_uring *ring)
{
    unsigned flags = __atomic_load_n(ring->sq.kflags, __ATOMIC_RELAXED);

    return flags & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN);
}

#endif
