/* The engine behind horo_resolve(), for names that are no literals. One of
 * names_cares.c and names_none.c is built. */
#ifndef HORO_NET_NAMES_H
#define HORO_NET_NAMES_H

#include <horo/resolver.h>

int horo__names_configure(const struct horo_resolver_options *options);

/* As horo_resolve(); `name` is well-formed. */
int horo__names_look_up(const char *name, uint16_t port,
                        struct horo_address *ret_addresses, size_t capacity);

#endif
