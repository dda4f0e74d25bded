/* The inhabitants of the toy web. Their names end in .test, which nobody can
 * own (RFC 6761 section 6.2): asked of the real DNS, they lead nowhere. The
 * shares of the products are those of a country's portals, roughly. */
#include "toyweb_sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "census/product.h"

const struct toyweb_site toyweb_sites[] = {
    { .name = "portal.test", .server = "nginx/1.24.0" },
    { .name = "www.portal.test",
      .dns = TOYWEB_NAME_ALIAS,
      .server = "nginx/1.24.0" },
    { .name = "mail.test", .server = "nginx" },
    { .name = "news.test", .server = "nginx" },
    { .name = "sport.test", .server = "nginx/1.18.0 (Ubuntu)" },
    { .name = "weather.test", .server = "nginx/1.22.1" },
    { .name = "radio.test", .server = "nginx/1.26.3" },
    { .name = "tv.test", .web = TOYWEB_WEB_REDIRECT, .server = "nginx/1.25.5" },
    { .name = "video.test",
      .web = TOYWEB_WEB_PIECES,
      .server = "nginx/1.21.6" },
    { .name = "music.test", .server = "nginx/1.14.2" },
    { .name = "jobs.test", .web = TOYWEB_WEB_REDIRECT, .server = "nginx" },
    { .name = "cars.test", .server = "nginx" },
    { .name = "homes.test", .server = "nginx/1.20.1" },
    { .name = "auction.test", .server = "nginx/1.27.1" },
    { .name = "recipes.test", .server = "nginx/1.10.3 (Ubuntu)" },
    { .name = "chess.test", .dns = TOYWEB_NAME_TWO, .server = "nginx/1.24.0" },
    { .name = "forum.test", .web = TOYWEB_WEB_FORBID, .server = "nginx" },
    { .name = "photos.test", .web = TOYWEB_WEB_INTERIM, .server = "nginx" },
    { .name = "maps.test", .web = TOYWEB_WEB_LONG_HEAD, .server = "nginx" },
    { .name = "shouting.test", .server = "NGINX" },

    { .name = "library.test", .server = "Apache" },
    { .name = "museum.test", .server = "Apache/2.4.57 (Debian)" },
    { .name = "theatre.test", .server = "Apache/2.4.62 (Debian)" },
    { .name = "university.test",
      .web = TOYWEB_WEB_REDIRECT,
      .server = "Apache/2.4.41 (Ubuntu)" },
    { .name = "school.test", .server = "Apache/2.4.6 (CentOS) PHP/7.4.33" },
    { .name = "city.test", .server = "Apache" },
    { .name = "ministry.test",
      .web = TOYWEB_WEB_FORBID,
      .server = "Apache/2.2.22 (Debian)" },
    { .name = "hospital.test",
      .dns = TOYWEB_NAME_TRUNCATED,
      .server = "Apache/2.4.58 (Unix) OpenSSL/3.0.13" },
    { .name = "railway.test", .server = "Apache (Ubuntu)" },
    { .name = "post.test", .web = TOYWEB_WEB_PIECES, .server = "Apache/2" },
    { .name = "village.test", .server = "Apache/2.4.54 (Win64)" },
    { .name = "choir.test", .server = "apache" },

    { .name = "shop.test", .server = "cloudflare" },
    { .name = "bank.test", .web = TOYWEB_WEB_REDIRECT, .server = "cloudflare" },
    { .name = "games.test", .web = TOYWEB_WEB_FORBID, .server = "cloudflare" },
    { .name = "fashion.test", .server = "cloudflare" },
    { .name = "travel.test", .dns = TOYWEB_NAME_ALIAS, .server = "cloudflare" },
    { .name = "hosting.test", .server = "LiteSpeed" },
    { .name = "blog.test", .server = "LiteSpeed" },
    { .name = "wedding.test", .server = "Litespeed" },
    { .name = "insurance.test", .server = "Microsoft-IIS/10.0" },
    { .name = "accounting.test",
      .web = TOYWEB_WEB_REDIRECT,
      .server = "Microsoft-IIS/8.5" },
    { .name = "court.test", .server = "Microsoft-HTTPAPI/2.0" },
    { .name = "tickets.test", .server = "openresty/1.21.4.1" },
    { .name = "taxi.test", .server = "openresty" },
    { .name = "startup.test", .server = "Caddy" },
    { .name = "router.test", .server = "lighttpd/1.4.69" },
    { .name = "cache.test",
      .server = "Varnish",
      .other_server = "Apache/2.4.57" },

    { .name = "modest.test", .server = NULL },
    { .name = "secretive.test", .web = TOYWEB_WEB_REDIRECT, .server = NULL },
    { .name = "blank.test", .server = "" },
    { .name = "hostile.test", .server = "'; drop table servertypes; --" },

    { .name = "stalled.test", .web = TOYWEB_WEB_STALL },
    { .name = "dripping.test", .web = TOYWEB_WEB_DRIP },
    { .name = "nervous.test", .web = TOYWEB_WEB_RESET },
    { .name = "taciturn.test", .web = TOYWEB_WEB_CLOSE },
    { .name = "unfinished.test", .web = TOYWEB_WEB_CUT, .server = "nginx" },
    { .name = "shell.test", .web = TOYWEB_WEB_GREETING },
    { .name = "headless.test", .web = TOYWEB_WEB_HTML },
    { .name = "talkative.test", .web = TOYWEB_WEB_ENDLESS },
    { .name = "closed.test", .web = TOYWEB_WEB_REFUSE },
    { .name = "moved-out.test", .web = TOYWEB_WEB_REFUSE },
    { .name = "overrun.test", .web = TOYWEB_WEB_UNANSWERED },
    { .name = "expired.test", .dns = TOYWEB_NAME_NXDOMAIN },
    { .name = "misspelt.test", .dns = TOYWEB_NAME_NXDOMAIN },
    { .name = "mail-only.test", .dns = TOYWEB_NAME_NODATA },
    { .name = "broken-zone.test", .dns = TOYWEB_NAME_SERVFAIL },
    { .name = "private-zone.test", .dns = TOYWEB_NAME_REFUSED },
    { .name = "lost-zone.test", .dns = TOYWEB_NAME_SILENT },
    { .name = "sinkhole.test", .dns = TOYWEB_NAME_NOWHERE },
};

const size_t toyweb_site_count = sizeof toyweb_sites / sizeof toyweb_sites[0];

static struct horo_address loopback(unsigned third, unsigned last)
{
    struct horo_address address = { .size = sizeof address.as.v4 };

    address.as.v4.sin_family = AF_INET;
    address.as.v4.sin_addr.s_addr =
        htonl((uint32_t)127 << 24 | 77 << 16 | third << 8 | last);
    return address;
}

struct horo_address toyweb_site_address(size_t index)
{
    return loopback(1 + (unsigned)index / 250, 1 + (unsigned)index % 250);
}

static enum horo__outcome web_truth(enum toyweb_behaviour web)
{
    switch (web) {
    case TOYWEB_WEB_ANSWER:
    case TOYWEB_WEB_REDIRECT:
    case TOYWEB_WEB_FORBID:
    case TOYWEB_WEB_INTERIM:
    case TOYWEB_WEB_PIECES:
    case TOYWEB_WEB_LONG_HEAD:
        return HORO__OUTCOME_ANSWER;
    case TOYWEB_WEB_STALL:
    case TOYWEB_WEB_DRIP:
        return HORO__OUTCOME_HTTP_TIMEOUT;
    case TOYWEB_WEB_RESET:
        return HORO__OUTCOME_HTTP_RESET;
    case TOYWEB_WEB_CLOSE:
        return HORO__OUTCOME_HTTP_EMPTY;
    case TOYWEB_WEB_CUT:
        return HORO__OUTCOME_HTTP_INCOMPLETE;
    case TOYWEB_WEB_GREETING:
    case TOYWEB_WEB_HTML:
        return HORO__OUTCOME_HTTP_GARBAGE;
    case TOYWEB_WEB_ENDLESS:
        return HORO__OUTCOME_HTTP_TOOLARGE;
    case TOYWEB_WEB_REFUSE:
        return HORO__OUTCOME_TCP_REFUSED;
    case TOYWEB_WEB_UNANSWERED:
        return HORO__OUTCOME_TCP_TIMEOUT;
    }
    abort();
}

static enum horo__outcome site_outcome(const struct toyweb_site *site)
{
    switch (site->dns) {
    case TOYWEB_NAME_ADDRESS:
    case TOYWEB_NAME_ALIAS:
    case TOYWEB_NAME_TWO:
    case TOYWEB_NAME_TRUNCATED:
        return web_truth(site->web);
    case TOYWEB_NAME_NOWHERE:
        return HORO__OUTCOME_DNS_BOGUS;
    case TOYWEB_NAME_NXDOMAIN:
        return HORO__OUTCOME_DNS_NXDOMAIN;
    case TOYWEB_NAME_NODATA:
        return HORO__OUTCOME_DNS_NODATA;
    case TOYWEB_NAME_SERVFAIL:
        return HORO__OUTCOME_DNS_SERVFAIL;
    case TOYWEB_NAME_REFUSED:
        return HORO__OUTCOME_DNS_REFUSED;
    case TOYWEB_NAME_SILENT:
        return HORO__OUTCOME_DNS_TIMEOUT;
    }
    abort();
}

struct horo__record toyweb_site_truth(const struct toyweb_site *site)
{
    struct horo__record truth = {
        .host = site->name,
        .host_size = strlen(site->name),
        .outcome = site_outcome(site),
    };

    if (truth.outcome == HORO__OUTCOME_ANSWER && site->server) {
        truth.product_size = horo__product_parse(
            site->server, strlen(site->server), &truth.product);
    }
    return truth;
}

long toyweb_find_site(const char *name)
{
    for (size_t i = 0; i < toyweb_site_count; i++) {
        if (strcasecmp(name, toyweb_sites[i].name) == 0) {
            return (long)i;
        }
    }
    return -1;
}

void toyweb_healthy_name(size_t index, char name[static 32])
{
    snprintf(name, 32, "host-%06zu.test", index);
}

long toyweb_find_healthy(const char *name)
{
    unsigned long index;
    char *end;

    if (strncasecmp(name, "host-", 5) != 0 || name[5] < '0' || name[5] > '9') {
        return -1;
    }
    index = strtoul(name + 5, &end, 10);
    return strcasecmp(end, ".test") == 0 && index <= 999999999 ? (long)index
                                                               : -1;
}

struct horo_address toyweb_healthy_address(size_t index)
{
    return loopback(200, 1 + (unsigned)index % TOYWEB_HEALTHY_ADDRESSES);
}

const char *toyweb_healthy_server(size_t index)
{
    /* Of each ten. */
    static const char *const servers[] = {
        "nginx",      "Apache/2.4.57 (Debian)", "nginx/1.24.0",
        "cloudflare", "nginx/1.18.0 (Ubuntu)",  "Apache",
        "LiteSpeed",  "Microsoft-IIS/10.0",     "openresty",
        "cloudflare",
    };

    return servers[index % TOYWEB_HEALTHY_ADDRESSES %
                   (sizeof servers / sizeof servers[0])];
}
