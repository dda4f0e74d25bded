/* Resolving: literals at once, well-formed names by the engine. */
#include <errno.h>
#include <horo/error.h>
#include <horo/loop.h>
#include <horo/resolver.h>
#include <stdbool.h>
#include <string.h>

#include "core/wait.h"
#include "net/names.h"

/* RFC 1035 section 2.3.4; the dot of the root does not count. */
enum { LONGEST_NAME = 253, LONGEST_LABEL = 63 };

/* Of one try, and in all: beyond, something is wrong with the caller. */
#define LONGEST_TIMEOUT HORO_S(3600)
enum { MOST_TRIES = 100 };

/* What cannot be in any name that a server or a hosts file knows. Which of the
 * rest is a host name is for them to say: underscores, say, do occur. */
static bool is_name_byte(unsigned char byte)
{
    return byte > ' ' && byte != 0x7f && !strchr("/\\:@[]%?#\"'<>", byte);
}

static bool is_well_formed(const char *name)
{
    size_t size = strlen(name);
    size_t label = 0;

    if (size > 0 && name[size - 1] == '.') {
        size--;
    }
    if (size == 0 || size > LONGEST_NAME) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (name[i] == '.') {
            if (label == 0) {
                return false;
            }
            label = 0;
        } else if (!is_name_byte((unsigned char)name[i]) ||
                   ++label > LONGEST_LABEL) {
            return false;
        }
    }
    return label > 0;
}

/* A port behind a server's address: one to five digits, at most 65535. */
static bool is_port(const char *text, size_t size)
{
    unsigned port = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return size > 0 && size <= 5 && port > 0 && port <= UINT16_MAX;
}

/* "address", "address:port", "[v6]:port". */
static bool is_server(const char *text, size_t size)
{
    const char *colon = memrchr(text, ':', size);
    bool has_port =
        colon && (text[0] == '[' ? colon > text && colon[-1] == ']'
                                 : memchr(text, ':', size) == colon);
    size_t host = has_port ? (size_t)(colon - text) : size;
    char literal[HORO_ADDRESS_TEXT_SIZE];
    struct horo_address address;

    if (host >= sizeof literal ||
        (has_port && !is_port(colon + 1, size - host - 1))) {
        return false;
    }
    memcpy(literal, text, host);
    literal[host] = '\0';
    return horo_address_parse(literal, 0, &address) == 0;
}

static bool are_servers(const char *text)
{
    for (;;) {
        size_t size = strcspn(text, ",");

        if (!is_server(text, size)) {
            return false;
        }
        if (text[size] == '\0') {
            return true;
        }
        text += size + 1;
    }
}

int horo_resolver_configure(const struct horo_resolver_options *options)
{
    static const struct horo_resolver_options defaults;

    options = options ? options : &defaults;
    if (!horo_loop_self()) {
        return -HORO_ENOTASK;
    }
    if (options->timeout < 0 || options->timeout > LONGEST_TIMEOUT ||
        options->tries > MOST_TRIES) {
        return -EINVAL;
    }
    if (options->servers && !are_servers(options->servers)) {
        return -EINVAL;
    }
    return horo__names_configure(options);
}

int horo_resolve(const char *name, uint16_t port,
                 struct horo_address *ret_addresses, size_t capacity)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    if (capacity == 0) {
        return -EINVAL;
    }
    if (horo_address_parse(name, port, ret_addresses) == 0) {
        return 1;
    }
    if (!is_well_formed(name)) {
        return -HORO_ENAME_INVALID;
    }
    return horo__names_look_up(name, port, ret_addresses, capacity);
}
