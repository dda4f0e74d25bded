/*
 * How every hand-written server begins: one listening socket on loopback, and
 * the line that tells the runner which port it got.
 */
#ifndef BENCH_ECHO_LISTEN_H
#define BENCH_ECHO_LISTEN_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    ECHO_READ_MAX = 64 * 1024, /* no server may read more at once */
    ECHO_BACKLOG = 4096,
    ECHO_EXIT_UNAVAILABLE = 77, /* this machine cannot run the server: skip */
};

static inline void echo_die(const char *what)
{
    perror(what);
    exit(1);
}

static inline uint16_t echo_port_argument(int argc, char **argv)
{
    char *end = NULL;
    unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : 0;

    if (argc < 2 || end == argv[1] || *end != '\0' || port > 65535) {
        fprintf(stderr, "usage: %s PORT    (0: any free port)\n", argv[0]);
        exit(2);
    }
    return (uint16_t)port;
}

static inline void echo_announce(uint16_t port)
{
    printf("PORT %u\n", port);
    fflush(stdout);
}

/* Linux passes TCP_NODELAY on to accepted sockets: one call instead of N. */
static inline int echo_listen(int argc, char **argv, int socket_flags)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(echo_port_argument(argc, argv)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t length = sizeof address;
    int one = 1;

    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | socket_flags, 0);
    if (fd < 0) {
        echo_die("socket");
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(fd, ECHO_BACKLOG) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        echo_die("listen");
    }
    echo_announce(ntohs(address.sin_port));
    return fd;
}

#endif
