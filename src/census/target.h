/* One line of a list of hosts: whom to ask. */
#ifndef HORO_CENSUS_TARGET_H
#define HORO_CENSUS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "census/text.h"

/* The longest name (RFC 1035 section 2.3.4: 255 bytes on the wire, which is
 * 253 characters) and its final zero. */
#define HORO__TARGET_HOST_SIZE 254

/* A value: copy it freely. */
struct horo__target {
    char host[HORO__TARGET_HOST_SIZE]; /* without brackets, without final dot */
    uint16_t port;                     /* 0: the line names none */
    bool is_literal;                   /* an address, not a name */
    uint64_t rank;                     /* of a rank list's line; 0: none */
};

/* Room for any message of horo__target_parse(). */
#define HORO__TARGET_FAULT_SIZE 256

/* Reads a line, which may end in CR LF: a host name, an IPv4 address, an IPv6
 * address (in brackets when a port follows), each with an optional ":port"; an
 * http:// URL, of which host and port count; or "rank,host" as in Tranco's
 * lists. Text after " #" is a comment.
 *
 * Returns 1 for a target; 0 for a line without any, blank or a comment;
 * -EINVAL with the reason added to `fault`, printable, without full stop. */
int horo__target_parse(const char *line, size_t size,
                       struct horo__target *ret_target,
                       struct horo__text *fault);

#endif
