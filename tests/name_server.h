/* A name server for tests, a task of the loop under test. It speaks just
 * enough DNS (RFC 1035) to answer, or to answer badly, by the first label of
 * the name it is asked for:
 *
 *   four      one IPv4 address, 127.0.0.1
 *   six       one IPv6 address, ::1
 *   both      both of these
 *   many      twenty IPv4 addresses, 192.0.2.1 and on
 *   alias     an alias of four.test
 *   nodata    the name exists, without addresses
 *   broken    SERVFAIL
 *   refused   REFUSED
 *   garbage   not a message at all
 *   silent    no answer
 *
 * Any other name does not exist. */
#ifndef TESTS_NAME_SERVER_H
#define TESTS_NAME_SERVER_H

#include <horo.h>

struct name_server {
    int fd;
    unsigned questions; /* so far */
    char servers[32];   /* for struct horo_resolver_options */
};

/* Opens a socket on loopback. Returns 0 or -errno. */
int name_server_open(struct name_server *server);
void name_server_close(struct name_server *server);

/* The task; ends when it is cancelled. */
int name_server_run(void *server);

#endif
