/* Resolving: literals at once, well-formed names by the engine. */
#include <horo/error.h>
#include <horo/loop.h>
#include <horo/resolver.h>
#include <stdbool.h>
#include <string.h>

#include "core/wait.h"
#include "net/names.h"

/* RFC 1035 section 2.3.4; the dot of the root does not count. */
enum { LONGEST_NAME = 253, LONGEST_LABEL = 63 };

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

int horo_resolver_configure(const struct horo_resolver_options *options)
{
    static const struct horo_resolver_options defaults;

    return horo_loop_self()
               ? horo__names_configure(options ? options : &defaults)
               : -HORO_ENOTASK;
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
