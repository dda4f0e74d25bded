/* Calls on any file descriptor. All return >= 0 or -errno; EINTR is retried
 * where the call can be repeated. */
#ifndef HORO_SYS_DESCRIPTOR_H
#define HORO_SYS_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

ssize_t horo__sys_read(int fd, void *buffer, size_t size);
/* A pipe without reader is -EPIPE, never a signal. */
ssize_t horo__sys_write(int fd, const void *buffer, size_t size);

/* close(2). The descriptor is gone whatever happens, so there is no result. */
void horo__sys_close(int fd);

/* poll(2) of one descriptor without waiting: the events that hold now. */
int horo__sys_poll_now(int fd, short events);

/* Whether `fd` is open: 0 or -EBADF. */
int horo__sys_check_fd(int fd);

/* Whether waiting for `fd` can mean anything: 0; -EPERM for a regular file or
 * a directory, which are always ready; -EBADF. */
int horo__sys_check_pollable(int fd);

bool horo__sys_is_socket(int fd);
bool horo__sys_is_fifo(int fd);

/* A second, non-blocking opening of a terminal. Returns it; -ENOTTY for what is
 * no terminal, or the master of one; what open(2) says. */
int horo__sys_reopen_terminal(int fd);

/* eventfd(2), non-blocking, and its two ends. */
int horo__sys_eventfd(void);
void horo__sys_eventfd_signal(int fd);
void horo__sys_eventfd_drain(int fd);

int horo__sys_epoll_create(void);
int horo__sys_epoll_ctl(int epoll_fd, int operation, int fd, uint32_t events,
                        uint64_t data);
/* `timeout_ns` < 0: no limit. epoll_pwait2(2), or epoll_wait(2) rounded up. */
int horo__sys_epoll_wait(int epoll_fd, struct epoll_event *events, int capacity,
                         int64_t timeout_ns);

#endif
