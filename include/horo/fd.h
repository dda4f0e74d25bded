/* Waiting for a file descriptor that someone else reads and writes. */
#ifndef HORO_FD_H
#define HORO_FD_H

#include <horo/time.h>

HORO__BEGIN

/* Waits until one of `events` (POLLIN, POLLOUT, POLLPRI, POLLRDHUP of
 * poll(2)) holds for `fd`. The descriptor stays the caller's, who must not
 * close it during the call. Several tasks may wait for one descriptor.
 * Suspends. Returns the events that hold, POLLERR and POLLHUP among them;
 * -ECANCELED when cancelled; -EBADF; -EPERM on the epoll backend for an event
 * that a file of that kind never has; -ENOMEM; -HORO_ENOTASK. */
HORO__API int horo_fd_wait(int fd, short events);

HORO__END

#endif
