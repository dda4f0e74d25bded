/* The sites of the toy web: names, what the name server says of them, what
 * their web server does, and what a truthful census finds. */
#ifndef TOOLS_TOYWEB_SITES_H
#define TOOLS_TOYWEB_SITES_H

#include <horo/address.h>
#include <stdbool.h>
#include <stddef.h>

#include "census/counts.h"
#include "census/text.h"

/* What the name server does with the name. */
enum toyweb_dns {
    TOYWEB_NAME_ADDRESS = 0, /* one address */
    TOYWEB_NAME_ALIAS,       /* another name (CNAME), which has the address */
    TOYWEB_NAME_TWO,         /* two addresses, nothing listens at the first */
    TOYWEB_NAME_TRUNCATED,   /* an answer over TCP only */
    TOYWEB_NAME_NOWHERE,     /* the address 0.0.0.0 */
    TOYWEB_NAME_NXDOMAIN,
    TOYWEB_NAME_NODATA,
    TOYWEB_NAME_SERVFAIL,
    TOYWEB_NAME_REFUSED,
    TOYWEB_NAME_SILENT,
};

/* What the web server does. */
enum toyweb_behaviour {
    TOYWEB_WEB_ANSWER = 0, /* 200 */
    TOYWEB_WEB_REDIRECT,   /* 301 */
    TOYWEB_WEB_FORBID,     /* 403 */
    TOYWEB_WEB_INTERIM,    /* 103, then 200 */
    TOYWEB_WEB_PIECES,     /* 200, in many small writes */
    TOYWEB_WEB_LONG_HEAD,  /* 200, with a head of 40 KiB */

    TOYWEB_WEB_STALL,      /* accepts, and says nothing */
    TOYWEB_WEB_DRIP,       /* a byte each 100 ms, without end */
    TOYWEB_WEB_RESET,      /* resets the connection after the request */
    TOYWEB_WEB_CLOSE,      /* closes without a byte */
    TOYWEB_WEB_CUT,        /* closes within the head */
    TOYWEB_WEB_GREETING,   /* speaks another protocol */
    TOYWEB_WEB_HTML,       /* sends a page without a head */
    TOYWEB_WEB_ENDLESS,    /* a head without end */
    TOYWEB_WEB_REFUSE,     /* nothing listens */
    TOYWEB_WEB_UNANSWERED, /* SYN without an answer */
};

struct toyweb_site {
    const char *name;
    enum toyweb_dns dns;
    enum toyweb_behaviour web;
    const char *server;       /* value of the Server field; NULL: no field */
    const char *other_server; /* of a second one */
};

extern const struct toyweb_site toyweb_sites[];
extern const size_t toyweb_site_count;

/* The address of site `index`, in 127.0.0.0/8. */
struct horo_address toyweb_site_address(size_t index);

/* What a census finds there. */
struct horo__record toyweb_site_truth(const struct toyweb_site *site);

/* The site of a name, letter case aside; -1 for none. */
long toyweb_find_site(const char *name);

/* The healthy web: any number of sites that answer at once. */
#define TOYWEB_HEALTHY_ADDRESSES 64

/* Writes the name of healthy site `index`, at most 31 characters. */
void toyweb_healthy_name(size_t index, char name[static 32]);

/* The index in a healthy name; -1 when it is none. */
long toyweb_find_healthy(const char *name);

/* Site `index` lives at one of TOYWEB_HEALTHY_ADDRESSES addresses, each of
 * which is one server. */
struct horo_address toyweb_healthy_address(size_t index);
const char *toyweb_healthy_server(size_t index);

#endif
