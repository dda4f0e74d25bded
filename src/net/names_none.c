/* Names, in a build without c-ares: literal addresses only. */
#include "net/names.h"

#include <errno.h>

int horo__names_configure(const struct horo_resolver_options *options)
{
    (void)options;
    return -ENOSYS;
}

int horo__names_look_up(const char *name, uint16_t port,
                        struct horo_address *ret_addresses, size_t capacity)
{
    (void)name;
    (void)port;
    (void)ret_addresses;
    (void)capacity;
    return -ENOSYS;
}
