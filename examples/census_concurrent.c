/* Which web server does each host run? Asks all hosts at once.
 * usage: census_concurrent HOST:PORT...
 *
 * Recalls main_asyncio() of the Bulgarian lecture, its gather() of one
 * coroutine for each host: horo_map() gathers one call for each index. */
#define _GNU_SOURCE 1 /* strcasestr() */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END "\r\n\r\n"
#define REQUEST "HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n" END

struct counter {
    char server[64]; /* a product, "None" or an error */
    int count;       /* 0 behind the last one */
};

struct census {
    char **sites; /* HOST:PORT each */
    size_t site_count;
    struct counter *counters;
};

static void count(struct counter *counter, const char *server)
{
    while (counter->count > 0 && strcmp(counter->server, server) != 0) {
        counter++;
    }
    snprintf(counter->server, sizeof counter->server, "%s", server);
    counter->count++;
}

static int ask(void *arg, size_t index)
{
    struct census *census = arg;
    const char *site = census->sites[index];
    struct horo_scope_options limit = { .timeout = HORO_S(5) };
    struct horo_scope scope;
    struct horo_stream *stream = NULL;
    char host[256];
    unsigned port;
    char head[8192] = "";
    char server[64] = "None";
    ssize_t rc = -EINVAL;

    horo_scope_open(&scope, &limit);
    if (sscanf(site, "%255[^:]:%5u", host, &port) == 2 && port <= 65535 &&
        (rc = horo_tcp_connect(host, (uint16_t)port, &stream)) == 0 &&
        (rc = horo_stream_printf(stream, REQUEST, host)) > 0) {
        rc = horo_stream_read_until(stream, head, sizeof head - 1, END);
        rc = rc == 0 ? -HORO_EINCOMPLETE : rc; /* it left without a word */
    }
    horo_stream_close(&stream);
    rc = horo_scope_close(&scope, (int)rc);
    const char *line = strcasestr(head, "\nServer: ");
    if (line) { /* from "nginx/1.22.1" we take "nginx" */
        sscanf(line + strlen("\nServer: "), "%63[^/\r\n]", server);
    }
    count(census->counters, rc < 0 ? horo_strerror((int)rc) : server);
    printf("Completed: %s\n", site);
    return rc == -ECANCELED ? -ECANCELED : 0;
}

static int take_census(void *arg)
{
    struct census *census = arg;

    return horo_map(census->site_count, ask, census, NULL);
}

int main(int argc, char **argv)
{
    struct counter *counters = calloc((size_t)argc, sizeof *counters);
    struct census census = { argv + 1, (size_t)argc - 1, counters };
    int rc = counters ? horo_run(take_census, &census, NULL) : -ENOMEM;

    printf("{");
    for (int i = 0; counters && counters[i].count > 0; i++) {
        printf("%s'%s': %d", i == 0 ? "" : ", ", counters[i].server,
               counters[i].count);
    }
    puts("}");
    free(counters);
    return rc < 0;
}
