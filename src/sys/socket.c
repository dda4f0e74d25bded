/* See socket.h. */
#include "sys/socket.h"

#include <errno.h>
#include <netinet/in.h>

#include "sys/fault.h"

int horo__sys_socket(int family, int type, int protocol, int flags)
{
    int fd;

    if (horo__fault_here("socket")) {
        return -EMFILE;
    }
    fd = socket(family, type | flags | SOCK_CLOEXEC, protocol);
    return fd < 0 ? -errno : fd;
}

int horo__sys_bind(int fd, const struct sockaddr *address, socklen_t size)
{
    if (horo__fault_here("bind")) {
        return -EADDRINUSE;
    }
    return bind(fd, address, size) < 0 ? -errno : 0;
}

int horo__sys_listen(int fd, unsigned backlog)
{
    if (horo__fault_here("listen")) {
        return -EADDRINUSE;
    }
    return listen(fd, backlog > 65535 ? 65535 : (int)backlog) < 0 ? -errno : 0;
}

int horo__sys_accept(int fd, int flags)
{
    int accepted;

    if (horo__fault_here("accept")) {
        return -EMFILE;
    }
    do {
        accepted = accept4(fd, NULL, NULL, flags | SOCK_CLOEXEC);
    } while (accepted < 0 && errno == EINTR);
    return accepted < 0 ? -errno : accepted;
}

int horo__sys_connect(int fd, const struct sockaddr *address, socklen_t size)
{
    if (horo__fault_here("connect")) {
        return -ENETUNREACH;
    }
    /* Interrupted, it goes on in the background like one in progress. */
    if (connect(fd, address, size) < 0) {
        return errno == EINTR ? -EINPROGRESS : -errno;
    }
    return 0;
}

ssize_t horo__sys_recv(int fd, void *buffer, size_t size, int flags)
{
    ssize_t got;

    if (horo__fault_here("recv")) {
        return -ECONNRESET;
    }
    do {
        got = recv(fd, buffer, size, flags);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

ssize_t horo__sys_send(int fd, const void *buffer, size_t size, int flags)
{
    ssize_t put;

    if (horo__fault_here("send")) {
        return -EPIPE;
    }
    do {
        put = send(fd, buffer, size, flags | MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

ssize_t horo__sys_recvfrom(int fd, void *buffer, size_t size, int flags,
                           struct sockaddr *address, socklen_t *address_size)
{
    ssize_t got;

    if (horo__fault_here("recvfrom")) {
        return -ECONNREFUSED;
    }
    do {
        got = recvfrom(fd, buffer, size, flags, address, address_size);
    } while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

ssize_t horo__sys_send_parts(int fd, const struct iovec *parts, int count)
{
    struct msghdr message = { .msg_iov = (struct iovec *)parts,
                              .msg_iovlen = (size_t)count };
    ssize_t put;

    if (horo__fault_here("sendmsg")) {
        return -ENETUNREACH;
    }
    do {
        put = sendmsg(fd, &message, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    return put < 0 ? -errno : put;
}

int horo__sys_shutdown(int fd, int how)
{
    if (horo__fault_here("shutdown")) {
        return -ENOTCONN;
    }
    return shutdown(fd, how) < 0 ? -errno : 0;
}

int horo__sys_set_option(int fd, int level, int name, int value)
{
    if (horo__fault_here("setsockopt")) {
        return -ENOMEM;
    }
    return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

int horo__sys_set_abort_on_close(int fd)
{
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0
               ? -errno
               : 0;
}

int horo__sys_socket_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;

    if (horo__fault_here("getsockopt")) {
        return -ECONNREFUSED;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0) {
        return -errno;
    }
    return -error;
}

bool horo__sys_is_tcp(int fd)
{
    int protocol = 0;
    socklen_t size = sizeof protocol;

    return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
           protocol == IPPROTO_TCP;
}

unsigned horo__sys_interface_number(const char *name)
{
    return if_nametoindex(name);
}

void horo__sys_interface_name(unsigned number, char name[IF_NAMESIZE])
{
    if (!if_indextoname(number, name)) {
        name[0] = '\0';
    }
}

int horo__sys_local_address(int fd, struct sockaddr *address, socklen_t *size)
{
    if (horo__fault_here("getsockname")) {
        return -ENOBUFS;
    }
    return getsockname(fd, address, size) < 0 ? -errno : 0;
}

int horo__sys_peer_address(int fd, struct sockaddr *address, socklen_t *size)
{
    if (horo__fault_here("getpeername")) {
        return -ENOBUFS;
    }
    return getpeername(fd, address, size) < 0 ? -errno : 0;
}
