/* Literal addresses, read and written. */
#include <horo/address.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/socket.h"

/* Room for an IPv6 literal with a zone. */
enum { LITERAL_SIZE = INET6_ADDRSTRLEN + 1 + IF_NAMESIZE };

static int parse_v4(const char *text, uint16_t port,
                    struct horo_address *ret_address)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };

    if (inet_pton(AF_INET, text, &v4.sin_addr) != 1) {
        return -EINVAL;
    }
    *ret_address = (struct horo_address){ .size = sizeof v4, .as.v4 = v4 };
    return 0;
}

/* A zone is an interface's name or number, RFC 4007 section 11.2. */
static int parse_zone(const char *text, uint32_t *ret_zone)
{
    unsigned zone = horo__sys_interface_number(text);
    char *end = NULL;

    if (zone == 0 && *text >= '0' && *text <= '9') {
        unsigned long number = strtoul(text, &end, 10);

        zone = *end == '\0' && number <= UINT32_MAX ? (unsigned)number : 0;
    }
    if (zone == 0) {
        return -EINVAL;
    }
    *ret_zone = zone;
    return 0;
}

static int parse_v6(char *text, uint16_t port, struct horo_address *ret_address)
{
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
                               .sin6_port = htons(port) };
    char *zone = strchr(text, '%');

    if (zone) {
        *zone++ = '\0';
        if (parse_zone(zone, &v6.sin6_scope_id) < 0) {
            return -EINVAL;
        }
    }
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1) {
        return -EINVAL;
    }
    *ret_address = (struct horo_address){ .size = sizeof v6, .as.v6 = v6 };
    return 0;
}

int horo_address_parse(const char *text, uint16_t port,
                       struct horo_address *ret_address)
{
    char literal[LITERAL_SIZE];
    size_t size = strlen(text);

    if (parse_v4(text, port, ret_address) == 0) {
        return 0;
    }
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size >= sizeof literal) {
        return -EINVAL;
    }
    memcpy(literal, text, size);
    literal[size] = '\0';
    return parse_v6(literal, port, ret_address);
}

static int format_v6(const struct sockaddr_in6 *v6, char *buffer, size_t size)
{
    char literal[INET6_ADDRSTRLEN];
    char zone[IF_NAMESIZE + 1] = "";

    if (!inet_ntop(AF_INET6, &v6->sin6_addr, literal, sizeof literal)) {
        return -errno;
    }
    if (v6->sin6_scope_id) {
        zone[0] = '%';
        horo__sys_interface_name(v6->sin6_scope_id, zone + 1);
        if (!zone[1]) {
            (void)snprintf(zone + 1, IF_NAMESIZE, "%u",
                           (unsigned)v6->sin6_scope_id);
        }
    }
    return snprintf(buffer, size, "[%s%s]:%u", literal, zone,
                    ntohs(v6->sin6_port));
}

int horo_address_format(const struct horo_address *address, char *buffer,
                        size_t size)
{
    char literal[INET_ADDRSTRLEN];
    int length;

    if (size == 0) {
        return -ENOSPC;
    }
    buffer[0] = '\0';
    if (address->as.any.sa_family == AF_INET) {
        if (!inet_ntop(AF_INET, &address->as.v4.sin_addr, literal,
                       sizeof literal)) {
            return -errno;
        }
        length = snprintf(buffer, size, "%s:%u", literal,
                          ntohs(address->as.v4.sin_port));
    } else if (address->as.any.sa_family == AF_INET6) {
        length = format_v6(&address->as.v6, buffer, size);
    } else {
        return -EAFNOSUPPORT;
    }
    return length >= 0 && (size_t)length >= size ? -ENOSPC : length;
}

uint16_t horo_address_port(const struct horo_address *address)
{
    if (address->as.any.sa_family == AF_INET) {
        return ntohs(address->as.v4.sin_port);
    }
    return address->as.any.sa_family == AF_INET6
               ? ntohs(address->as.v6.sin6_port)
               : 0;
}
