/* Calls on sockets. All return >= 0 or -errno; EINTR is retried where the
 * call can be repeated. New descriptors are close-on-exec. */
#ifndef HORO_SYS_SOCKET_H
#define HORO_SYS_SOCKET_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

/* `flags`: 0 or SOCK_NONBLOCK. */
int horo__sys_socket(int family, int type, int protocol, int flags);
int horo__sys_bind(int fd, const struct sockaddr *address, socklen_t size);
int horo__sys_listen(int fd, unsigned backlog);
int horo__sys_accept(int fd, int flags);
int horo__sys_connect(int fd, const struct sockaddr *address, socklen_t size);
ssize_t horo__sys_recv(int fd, void *buffer, size_t size, int flags);
ssize_t horo__sys_send(int fd, const void *buffer, size_t size, int flags);

/* recvfrom(2), `address` may be NULL; writev(2), as one datagram or record. */
ssize_t horo__sys_recvfrom(int fd, void *buffer, size_t size, int flags,
                           struct sockaddr *address, socklen_t *address_size);
ssize_t horo__sys_send_parts(int fd, const struct iovec *parts, int count);

int horo__sys_shutdown(int fd, int how);

/* Sets an option of type int. */
int horo__sys_set_option(int fd, int level, int name, int value);
/* SO_LINGER with zero seconds: closing resets the connection. */
int horo__sys_set_abort_on_close(int fd);
/* SO_ERROR: what became of a connect; 0 or -errno. */
int horo__sys_socket_error(int fd);

/* Network interfaces by name and number, if_nametoindex(3). The number is 0,
 * the name empty, when there is none. */
unsigned horo__sys_interface_number(const char *name);
void horo__sys_interface_name(unsigned number, char name[IF_NAMESIZE]);

/* Whether the socket is one of TCP: a plain stream of bytes. */
bool horo__sys_is_tcp(int fd);

/* `*size` is the room before and the size of the address after. */
int horo__sys_local_address(int fd, struct sockaddr *address, socklen_t *size);
int horo__sys_peer_address(int fd, struct sockaddr *address, socklen_t *size);

#endif
