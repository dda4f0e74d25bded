/* One host, one question, under one deadline. */
#include "census/probe.h"

#include <errno.h>
#include <horo/error.h>
#include <horo/resolver.h>
#include <horo/scope.h>
#include <horo/stream.h>
#include <horo/tcp.h>
#include <string.h>

#include "census/product.h"
#include "census/text.h"
#include "http/response_head.h"
#include "sys/memory.h"

/* As many addresses of a name are tried. */
#define ADDRESS_LIMIT 8

/* Most heads fit in here; longer ones move to the heap. */
#define FIRST_ROOM 2048

struct probe {
    const struct horo__target *target;
    const struct horo__probe_options *options;
    struct horo_scope scope;
    horo_time started;
    struct horo__record record;

    char *bytes; /* what came: `first`, or owned */
    size_t capacity;
    size_t size;
    size_t start; /* of the final response, after the interim ones */
    struct horo__response_head head;
    char first[FIRST_ROOM];
};

/* Addresses that lead nowhere or to this very machine, which sinkholes and
 * mistakes put into the DNS: "this network", multicast, reserved (RFC 6890).
 * A literal is taken at its word. */
static bool is_bogus(const struct horo_address *address)
{
    if (address->as.any.sa_family == AF_INET) {
        uint32_t number = ntohl(address->as.v4.sin_addr.s_addr);
        return number >> 24 == 0 || number >> 28 >= 0xe;
    }
    return IN6_IS_ADDR_UNSPECIFIED(&address->as.v6.sin6_addr) ||
           IN6_IS_ADDR_MULTICAST(&address->as.v6.sin6_addr);
}

/* Returns how many addresses there are to try. */
static int resolve(struct probe *probe, struct horo_address *ret_addresses)
{
    const struct horo__target *target = probe->target;
    int count, kept = 0;

    probe->record.phase = HORO__PHASE_RESOLVE;
    count = horo_resolve(target->host, probe->record.port, ret_addresses,
                         ADDRESS_LIMIT);
    if (count < 0 || target->is_literal) {
        return count;
    }
    for (int i = 0; i < count; i++) {
        if (!is_bogus(&ret_addresses[i])) {
            ret_addresses[kept++] = ret_addresses[i];
        }
    }
    return kept > 0 ? kept : -EDESTADDRREQ;
}

/* Connects within an even share of the time that is left, so that one dead
 * address does not cost the living ones their chance. */
static int connect_one(struct probe *probe, const struct horo_address *address,
                       int addresses_left, struct horo_stream **ret_stream)
{
    horo_time end = probe->started + probe->options->timeout;
    struct horo_scope_options share = { 0 };
    struct horo_scope scope;
    int rc;

    if (addresses_left == 1 || probe->options->timeout <= 0) {
        return horo_tcp_connect_address(address, ret_stream);
    }
    share.timeout = (end - horo_now()) / addresses_left;
    if (share.timeout <= 0) {
        share.timeout = -1; /* already over */
    }
    rc = horo_scope_open(&scope, &share);
    if (rc == 0) {
        rc = horo_tcp_connect_address(address, ret_stream);
    }
    return horo_scope_close(&scope, rc);
}

static int connect_any(struct probe *probe,
                       const struct horo_address *addresses, int count,
                       struct horo_stream **ret_stream)
{
    int rc = -EDESTADDRREQ;

    probe->record.phase = HORO__PHASE_CONNECT;
    for (int i = 0; i < count; i++) {
        probe->record.address = addresses[i];
        rc = connect_one(probe, &addresses[i], count - i, ret_stream);
        if (rc == 0 || rc == -ECANCELED) {
            break;
        }
    }
    return rc;
}

/* The value of the Host field, RFC 9110 section 7.2. A zone means nothing
 * beyond this machine. */
static void add_host(struct horo__text *request,
                     const struct horo__target *target, uint16_t port)
{
    bool is_v6 = target->is_literal && strchr(target->host, ':');

    horo__text_add_string(request, is_v6 ? "[" : "");
    horo__text_add(request, target->host, strcspn(target->host, "%"));
    horo__text_add_string(request, is_v6 ? "]" : "");
    if (port != 80) {
        horo__text_add_string(request, ":");
        horo__text_add_number(request, port);
    }
}

static int send_request(struct probe *probe, struct horo_stream *stream)
{
    char buffer[HORO__TARGET_HOST_SIZE + HORO__PROBE_USER_AGENT_LIMIT + 128];
    struct horo__text request;
    ssize_t sent;

    probe->record.phase = HORO__PHASE_SEND;
    horo__text_init(&request, buffer, sizeof buffer, NULL, NULL);
    horo__text_add_string(&request, "GET / HTTP/1.1\r\nHost: ");
    add_host(&request, probe->target, probe->record.port);
    horo__text_add_string(&request, "\r\nUser-Agent: ");
    horo__text_add_string(&request, probe->options->user_agent);
    horo__text_add_string(&request,
                          "\r\nAccept: */*\r\nConnection: close\r\n\r\n");
    if (request.failure < 0) {
        return request.failure;
    }
    sent = horo_stream_write(stream, buffer, request.size);
    return sent < 0 ? (int)sent : 0;
}

/* Makes sure that there is room for at least one more byte. */
static int make_room(struct probe *probe)
{
    size_t capacity = probe->capacity * 4;
    char *larger;

    if (probe->size < probe->capacity) {
        return 0;
    }
    if (capacity > HORO__PROBE_HEAD_LIMIT) {
        capacity = HORO__PROBE_HEAD_LIMIT;
    }
    if (probe->size == capacity) {
        return -HORO_EHTTP_TOOLARGE;
    }
    if (probe->bytes == probe->first) {
        larger = horo__alloc(capacity);
        if (larger) {
            memcpy(larger, probe->first, probe->size);
        }
    } else {
        larger = horo__realloc(probe->bytes, capacity);
    }
    if (!larger) {
        return -ENOMEM;
    }
    probe->bytes = larger;
    probe->capacity = capacity;
    return 0;
}

/* Begins with the response at `start`. */
static void begin_head(struct probe *probe)
{
    horo__response_head_init(&probe->head,
                             HORO__PROBE_HEAD_LIMIT - probe->start,
                             HORO__PROBE_FIELD_LIMIT);
}

/* Reads on in what has come, past interim responses. Returns as
 * horo__response_head_feed(). */
static int feed(struct probe *probe)
{
    for (;;) {
        int verdict =
            horo__response_head_feed(&probe->head, probe->bytes + probe->start,
                                     probe->size - probe->start);
        if (verdict != 1 || !horo__response_head_is_interim(&probe->head)) {
            return verdict;
        }
        probe->start += probe->head.size;
        begin_head(probe);
    }
}

static int read_head(struct probe *probe, struct horo_stream *stream)
{
    int rc;

    probe->record.phase = HORO__PHASE_HEAD;
    begin_head(probe);
    do {
        ssize_t got;

        rc = make_room(probe);
        if (rc < 0) {
            return rc;
        }
        got = horo_stream_read(stream, probe->bytes + probe->size,
                               probe->capacity - probe->size);
        if (got < 0) {
            return (int)got;
        }
        if (got == 0) {
            return probe->size > 0 ? -HORO_EINCOMPLETE : -ENODATA;
        }
        probe->size += (size_t)got;
        rc = feed(probe);
    } while (rc == 0);
    return rc;
}

static int converse(struct probe *probe)
{
    struct horo_address addresses[ADDRESS_LIMIT];
    struct horo_stream *stream;
    int rc;

    rc = resolve(probe, addresses);
    if (rc < 0) {
        return rc;
    }
    rc = connect_any(probe, addresses, rc, &stream);
    if (rc < 0) {
        return rc;
    }
    rc = send_request(probe, stream);
    if (rc == 0) {
        rc = read_head(probe, stream);
    }
    horo_stream_close(&stream);
    return rc;
}

static int converse_in_time(struct probe *probe)
{
    struct horo_scope_options limit = { .timeout = probe->options->timeout };
    int rc = horo_scope_open(&probe->scope, &limit);

    if (rc == 0) {
        rc = converse(probe);
    }
    return horo_scope_close(&probe->scope, rc);
}

/* Joins the values of all Server fields by ", " (RFC 9110 section 5.3) at the
 * front of the head, whose bytes are not needed any more: each value moves
 * down, over a name and a colon that are longer than the comma. The first
 * value that names a product decides. */
static void read_server(struct probe *probe)
{
    struct horo__record *record = &probe->record;
    char *head = probe->bytes + probe->start, *end = head;
    struct horo__http_field field;
    size_t cursor = 0;

    while (horo__response_head_next(&probe->head, head, &cursor, &field)) {
        if (!horo__http_field_is(&field, "Server")) {
            continue;
        }
        if (record->server) {
            *end++ = ',';
            *end++ = ' ';
        }
        memmove(end, field.value, field.value_size);
        if (record->product_size == 0) {
            record->product_size =
                horo__product_parse(end, field.value_size, &record->product);
        }
        end += field.value_size;
        record->server = head;
        record->server_size = (size_t)(end - head);
    }
}

void horo__probe(const struct horo__target *target,
                 const struct horo__probe_options *options,
                 horo__record_fn *report, void *report_arg)
{
    struct probe probe;
    struct horo__record *record = &probe.record;
    int rc;

    /* Field by field: `first` is large and needs no zeros. */
    probe.target = target;
    probe.options = options;
    probe.started = horo_now();
    probe.bytes = probe.first;
    probe.capacity = sizeof probe.first;
    probe.size = 0;
    probe.start = 0;
    *record = (struct horo__record){
        .host = target->host,
        .host_size = strlen(target->host),
        .port = target->port > 0 ? target->port : options->port,
        .rank = target->rank,
    };

    rc = converse_in_time(&probe);
    record->elapsed_ns = (uint64_t)(horo_now() - probe.started);
    if (rc < 0) {
        record->outcome = horo__outcome_of(record->phase, rc);
    } else {
        record->phase = HORO__PHASE_DONE;
        record->status = probe.head.status;
        read_server(&probe);
    }
    report(report_arg, record);
    if (probe.bytes != probe.first) {
        horo__free(probe.bytes);
    }
}
