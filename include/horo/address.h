/* Network addresses: an IPv4 or IPv6 address with a port. */
#ifndef HORO_ADDRESS_H
#define HORO_ADDRESS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <horo/detail.h>

HORO__BEGIN

/* A value: copy it freely. `size` is that of the member in use. */
struct horo_address {
    socklen_t size;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } as;
};

/* Room for any text of horo_address_format(), the final zero included. */
#define HORO_ADDRESS_TEXT_SIZE 72

/* Reads a literal IPv4 address ("192.0.2.1", four decimal numbers, no leading
 * zeros) or IPv6 address ("2001:db8::1", RFC 4291 section 2.2, optionally in
 * brackets, optionally with a zone "%eth0", RFC 4007 section 11). No names are
 * looked up. Never suspends. Returns 0 or -EINVAL. */
HORO__API int horo_address_parse(const char *text, uint16_t port,
                                 struct horo_address *ret_address);

/* Writes "192.0.2.1:80" or "[2001:db8::1]:80" (RFC 5952) to `buffer`, always
 * terminated. Never suspends. Returns the length, or -ENOSPC, or
 * -EAFNOSUPPORT for neither family. */
HORO__API int horo_address_format(const struct horo_address *address,
                                  char *buffer, size_t size);

/* The port in host byte order; 0 when the address has none. */
HORO__API uint16_t horo_address_port(const struct horo_address *address);

HORO__END

#endif
