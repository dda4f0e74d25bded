/* Host names to addresses, without blocking the loop and without a thread. */
#ifndef HORO_RESOLVER_H
#define HORO_RESOLVER_H

#include <stdbool.h>

#include <horo/address.h>
#include <horo/time.h>

HORO__BEGIN

/* A zeroed struct means the defaults, which are the system's: /etc/hosts first,
 * then the servers, search list and options of /etc/resolv.conf
 * (resolv.conf(5)), lines "hosts:" of /etc/nsswitch.conf respected. */
struct horo_resolver_options {
    /* "address", "address:port", "[v6]:port", separated by commas; NULL: the
     * system's. */
    const char *servers;
    /* Time for one try at one server, at most an hour; 0: the system's, usually
     * 5 s. */
    horo_time timeout;
    /* Tries at each server, at most 100; 0: the system's, usually 2 to 4. */
    unsigned tries;
    /* Limit of look-ups under way at once, those among them whose caller has
     * been cancelled and whose answer is still out; 0: 65 536. */
    unsigned max_queries;
    /* Skip the hosts file and ask servers only. */
    bool no_hosts_file;
    /* Do not append the search list; names are looked up as they are. */
    bool no_search;
};

/* Sets up name resolution for this thread's loop; look-ups under way end with
 * -ECANCELED. `options` may be NULL and is copied. Never suspends. Returns 0;
 * -EINVAL for a server list that cannot be read or a limit out of range;
 * -ENOMEM; -ENOSYS when built without c-ares; -HORO_ENOTASK outside a loop. */
HORO__API int
horo_resolver_configure(const struct horo_resolver_options *options);

/* Looks up `name`, a host name or a literal address, and writes at most
 * `capacity` addresses with `port` set, in the order in which they should be
 * tried (RFC 6724 section 6). Suspends unless the name is a literal. Returns
 * the number of addresses, at least 1; -ECANCELED when cancelled; a code of
 * the HORO_ENAME family; -EAGAIN beyond max_queries; -ENOMEM; -EINVAL for
 * a capacity of 0; -HORO_ENOTASK outside a task; -ENOSYS for a name when built
 * without c-ares. */
HORO__API int horo_resolve(const char *name, uint16_t port,
                           struct horo_address *ret_addresses, size_t capacity);

HORO__END

#endif
