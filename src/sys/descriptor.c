/* See descriptor.h. */
#include "sys/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys/fault.h"

ssize_t horo__sys_read(int fd, void *buffer, size_t size)
{
    ssize_t got;

    if (horo__fault_here("read")) {
        return -EIO;
    }
    do {
        got = read(fd, buffer, size);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* SIGPIPE is raised for the writing thread: it is blocked for the moment, and
 * what has come is taken back, unless it was there before. */
static ssize_t write_quietly(int fd, const void *buffer, size_t size)
{
    static const struct timespec at_once;
    sigset_t broken;
    sigset_t before;
    sigset_t pending;
    ssize_t put;

    (void)sigemptyset(&broken);
    (void)sigaddset(&broken, SIGPIPE);
    (void)sigpending(&pending);
    (void)pthread_sigmask(SIG_BLOCK, &broken, &before);
    put = write(fd, buffer, size);
    if (put < 0 && errno == EPIPE && !sigismember(&pending, SIGPIPE)) {
        while (sigtimedwait(&broken, NULL, &at_once) < 0 && errno == EINTR) {}
        errno = EPIPE;
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return put;
}

ssize_t horo__sys_write(int fd, const void *buffer, size_t size)
{
    ssize_t put;

    if (horo__fault_here("write")) {
        return -EIO;
    }
    do {
        put = write_quietly(fd, buffer, size);
    } while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

void horo__sys_close(int fd)
{
    (void)close(fd); /* Linux frees the descriptor even on EINTR, close(2) */
}

int horo__sys_poll_now(int fd, short events)
{
    struct pollfd one = { .fd = fd, .events = events };
    int count;

    if (horo__fault_here("poll")) {
        return -ENOMEM;
    }
    do {
        count = poll(&one, 1, 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        return -errno;
    }
    return one.revents & POLLNVAL ? -EBADF : one.revents;
}

int horo__sys_check_fd(int fd)
{
    return fcntl(fd, F_GETFD) < 0 ? -errno : 0;
}

int horo__sys_check_pollable(int fd)
{
    struct stat about;

    if (fstat(fd, &about) < 0) {
        return -errno;
    }
    return S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) ? -EPERM : 0;
}

bool horo__sys_is_socket(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

bool horo__sys_is_fifo(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
}

int horo__sys_reopen_terminal(int fd)
{
    char path[32];
    int access = fcntl(fd, F_GETFL);
    unsigned number;
    int opened;

    /* Opening a master anew would make a new terminal, pts(4). */
    if (access < 0 || !isatty(fd) || ioctl(fd, TIOCGPTN, &number) == 0) {
        return -ENOTTY;
    }
    if (horo__fault_here("open")) {
        return -EMFILE;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    opened =
        open(path, (access & O_ACCMODE) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return opened < 0 ? -errno : opened;
}

int horo__sys_eventfd(void)
{
    int fd = horo__fault_here("eventfd")
                 ? (errno = EMFILE, -1)
                 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    return fd < 0 ? -errno : fd;
}

void horo__sys_eventfd_signal(int fd)
{
    uint64_t one = 1;

    /* Fails only when the counter is full, and then the signal is there. */
    if (write(fd, &one, sizeof one) < 0) {
        return;
    }
}

void horo__sys_eventfd_drain(int fd)
{
    uint64_t count;

    /* Fails only when the counter is zero, and then there is nothing to do. */
    if (read(fd, &count, sizeof count) < 0) {
        return;
    }
}

int horo__sys_epoll_create(void)
{
    int fd = horo__fault_here("epoll_create") ? (errno = EMFILE, -1)
                                              : epoll_create1(EPOLL_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

int horo__sys_epoll_ctl(int epoll_fd, int operation, int fd, uint32_t events,
                        uint64_t data)
{
    struct epoll_event event = { .events = events, .data.u64 = data };

    if (operation != EPOLL_CTL_DEL && horo__fault_here("epoll_ctl")) {
        return -ENOMEM;
    }
    return epoll_ctl(epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

/* epoll_wait(2) knows milliseconds only: too late rather than too early. */
static int wait_coarsely(int epoll_fd, struct epoll_event *events, int capacity,
                         int64_t timeout_ns)
{
    int64_t milliseconds = timeout_ns / 1000000 + (timeout_ns % 1000000 != 0);

    return epoll_wait(epoll_fd, events, capacity,
                      milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds);
}

int horo__sys_epoll_wait(int epoll_fd, struct epoll_event *events, int capacity,
                         int64_t timeout_ns)
{
    /* Before Linux 5.11, and under emulators. Asked once: they complain. */
    static bool is_missing;
    struct timespec limit = {
        .tv_sec = timeout_ns / 1000000000,
        .tv_nsec = timeout_ns % 1000000000,
    };
    int count = -1;

    if (timeout_ns <= 0) {
        count = epoll_wait(epoll_fd, events, capacity, timeout_ns < 0 ? -1 : 0);
        return count < 0 ? -errno : count;
    }
    if (!__atomic_load_n(&is_missing, __ATOMIC_RELAXED)) {
        count = (int)syscall(SYS_epoll_pwait2, epoll_fd, events, capacity,
                             &limit, NULL, 0);
        if (count >= 0 || errno != ENOSYS) {
            return count < 0 ? -errno : count;
        }
        __atomic_store_n(&is_missing, true, __ATOMIC_RELAXED);
    }
    count = wait_coarsely(epoll_fd, events, capacity, timeout_ns);
    return count < 0 ? -errno : count;
}
