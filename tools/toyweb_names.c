/* Answering DNS queries about the toy web's names. */
#include "toyweb_names.h"

#include <errno.h>
#include <horo/fd.h>
#include <horo/stream.h>
#include <horo/task.h>
#include <horo/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "toyweb_sites.h"

/* RFC 1035 sections 3.2.2, 3.2.4, 4.1.1. */
enum {
    HEADER_SIZE = 12,
    NAME_SIZE = 255,
    TYPE_A = 1,
    TYPE_CNAME = 5,
    CLASS_IN = 1,
    TTL_S = 60,
    RCODE_OK = 0,
    RCODE_SERVFAIL = 2,
    RCODE_NXDOMAIN = 3,
    RCODE_REFUSED = 5,
};

/* Bits of the third and fourth byte of the header. */
enum {
    FLAG_RESPONSE = 0x80,
    FLAG_OPCODE = 0x78,
    FLAG_AUTHORITATIVE = 0x04,
    FLAG_TRUNCATED = 0x02,
    FLAG_RECURSION_DESIRED = 0x01,
    FLAG_RECURSION_AVAILABLE = 0x80,
};

/* Queries answered in a row before other tasks have their turn. */
#define BATCH 256

/* Room for queries that wait. What does not fit is lost, and asked again only
 * after seconds; the default has room for less than 300. */
#define WAITING_SIZE (8 << 20)

struct question {
    char name[NAME_SIZE + 1];
    unsigned type;
    size_t size; /* of the question section */
};

/* An answer being written. */
struct answer {
    unsigned char *bytes;
    size_t size;
    unsigned records;
};

static unsigned read_16(const unsigned char *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

static void add_byte(struct answer *answer, unsigned byte)
{
    if (answer->size == TOYWEB_ANSWER_SIZE) {
        abort(); /* no answer of ours is that long */
    }
    answer->bytes[answer->size++] = (unsigned char)byte;
}

static void add_16(struct answer *answer, unsigned number)
{
    add_byte(answer, number >> 8 & 0xff);
    add_byte(answer, number & 0xff);
}

static void add_bytes(struct answer *answer, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        add_byte(answer, ((const unsigned char *)bytes)[i]);
    }
}

/* Reads the one question of a query, RFC 1035 section 4.1.2. */
static bool read_question(const unsigned char *query, size_t size,
                          struct question *question)
{
    size_t at = HEADER_SIZE, length = 0;

    if (size < HEADER_SIZE || (query[2] & (FLAG_RESPONSE | FLAG_OPCODE)) != 0 ||
        read_16(query + 4) != 1) {
        return false;
    }
    while (at < size && query[at] != 0) {
        size_t label = query[at++];

        if (label > 63 || label > size - at || length + label + 1 > NAME_SIZE) {
            return false;
        }
        if (length > 0) {
            question->name[length++] = '.';
        }
        memcpy(question->name + length, query + at, label);
        length += label;
        at += label;
    }
    question->name[length] = '\0';
    if (at + 5 > size || read_16(query + at + 3) != CLASS_IN) {
        return false;
    }
    question->type = read_16(query + at + 1);
    question->size = at + 5 - HEADER_SIZE;
    return true;
}

/* The head of a record of ours: its name is at `name_at` in the message. */
static void add_record(struct answer *answer, size_t name_at, unsigned type,
                       size_t data_size)
{
    add_16(answer, 0xc000 | (unsigned)name_at);
    add_16(answer, type);
    add_16(answer, CLASS_IN);
    add_16(answer, 0);
    add_16(answer, TTL_S);
    add_16(answer, (unsigned)data_size);
    answer->records++;
}

static void add_address(struct answer *answer, size_t name_at,
                        const struct horo_address *address)
{
    const struct in_addr *number = &address->as.v4.sin_addr;

    add_record(answer, name_at, TYPE_A, sizeof *number);
    add_bytes(answer, number, sizeof *number);
}

/* "web." before the name asked for. Returns where the new name stands. */
static size_t add_alias(struct answer *answer)
{
    static const char label[] = "\3web";
    size_t at;

    add_record(answer, HEADER_SIZE, TYPE_CNAME, sizeof label - 1 + 2);
    at = answer->size;
    add_bytes(answer, label, sizeof label - 1);
    add_16(answer, 0xc000 | HEADER_SIZE);
    return at;
}

/* What is said of a site that has an address. There are no IPv6 addresses. */
static void add_site(struct answer *answer, const struct toyweb_site *site,
                     const struct horo_address *address, unsigned type)
{
    /* Nothing listens at the last address of the site's network. */
    struct horo_address dead = *address, nowhere = *address;
    size_t name_at = HEADER_SIZE;

    dead.as.v4.sin_addr.s_addr |= htonl(0xff);
    nowhere.as.v4.sin_addr.s_addr = INADDR_ANY;
    if (site->dns == TOYWEB_NAME_ALIAS) {
        name_at = add_alias(answer);
    }
    if (type != TYPE_A) {
        return;
    }
    if (site->dns == TOYWEB_NAME_TWO) {
        add_address(answer, name_at, &dead);
    }
    add_address(answer, name_at,
                site->dns == TOYWEB_NAME_NOWHERE ? &nowhere : address);
}

/* Adds what there is to say of the name. Returns the response code. */
static unsigned add_answers(struct answer *answer, size_t healthy,
                            const struct question *question)
{
    static const struct toyweb_site ordinary = { .name = "" };
    long index = healthy > 0 ? toyweb_find_healthy(question->name)
                             : toyweb_find_site(question->name);
    const struct toyweb_site *site = &ordinary;
    struct horo_address address;

    if (index < 0 || (healthy > 0 && (size_t)index >= healthy)) {
        return RCODE_NXDOMAIN;
    }
    if (healthy > 0) {
        address = toyweb_healthy_address((size_t)index);
    } else {
        site = &toyweb_sites[index];
        address = toyweb_site_address((size_t)index);
    }
    switch (site->dns) {
    case TOYWEB_NAME_ADDRESS:
    case TOYWEB_NAME_ALIAS:
    case TOYWEB_NAME_TWO:
    case TOYWEB_NAME_TRUNCATED:
    case TOYWEB_NAME_NOWHERE:
        add_site(answer, site, &address, question->type);
        return RCODE_OK;
    case TOYWEB_NAME_NXDOMAIN:
        return RCODE_NXDOMAIN;
    case TOYWEB_NAME_SERVFAIL:
        return RCODE_SERVFAIL;
    case TOYWEB_NAME_REFUSED:
        return RCODE_REFUSED;
    case TOYWEB_NAME_NODATA:
    case TOYWEB_NAME_SILENT:
        break;
    }
    return RCODE_OK;
}

static bool has_dns(const struct toyweb_names *names,
                    const struct question *question, enum toyweb_dns dns)
{
    long index = names->healthy > 0 ? -1 : toyweb_find_site(question->name);

    return index >= 0 && toyweb_sites[index].dns == dns;
}

size_t toyweb_names_answer(const struct toyweb_names *names,
                           const unsigned char *query, size_t size,
                           bool is_over_tcp,
                           unsigned char bytes[static TOYWEB_ANSWER_SIZE])
{
    struct answer answer = { .bytes = bytes };
    struct question question;
    unsigned flags = FLAG_RESPONSE | FLAG_AUTHORITATIVE, code = RCODE_OK;

    if (!read_question(query, size, &question) ||
        has_dns(names, &question, TOYWEB_NAME_SILENT)) {
        return 0;
    }
    add_bytes(&answer, query, HEADER_SIZE);
    add_bytes(&answer, query + HEADER_SIZE, question.size);
    if (!is_over_tcp && has_dns(names, &question, TOYWEB_NAME_TRUNCATED)) {
        flags |= FLAG_TRUNCATED;
    } else {
        code = add_answers(&answer, names->healthy, &question);
    }
    bytes[2] = (unsigned char)(flags | (query[2] & FLAG_RECURSION_DESIRED));
    bytes[3] = (unsigned char)(FLAG_RECURSION_AVAILABLE | code);
    memset(bytes + 6, 0, 6);
    bytes[7] = (unsigned char)answer.records;
    return answer.size;
}

static int open_udp(uint16_t *ret_port)
{
    const int room = WAITING_SIZE;
    struct horo_address address;
    int fd, rc;

    rc = horo_address_parse(TOYWEB_NAMES_ADDRESS, 0, &address);
    if (rc < 0) {
        return rc;
    }
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (bind(fd, &address.as.any, address.size) < 0 ||
        getsockname(fd, &address.as.any, &address.size) < 0) {
        rc = -errno;
        close(fd);
        return rc;
    }
    /* Beyond the system's limit where that is allowed. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
    *ret_port = horo_address_port(&address);
    return fd;
}

int toyweb_names_open(struct toyweb_names *names, size_t healthy)
{
    int rc = -EADDRINUSE;

    *names = (struct toyweb_names){ .healthy = healthy, .udp = -1 };
    /* A port that is free for UDP may be taken for TCP. */
    for (int tries = 0; tries < 20 && rc == -EADDRINUSE; tries++) {
        names->udp = open_udp(&names->port);
        if (names->udp < 0) {
            return names->udp;
        }
        rc = horo_tcp_listen(TOYWEB_NAMES_ADDRESS, names->port, NULL,
                             &names->tcp);
        if (rc < 0) {
            toyweb_names_close(names);
        }
    }
    return rc;
}

void toyweb_names_close(struct toyweb_names *names)
{
    if (names->udp >= 0) {
        close(names->udp);
        names->udp = -1;
    }
    horo_listener_close(&names->tcp);
}

static void answer_batch(struct toyweb_names *names)
{
    unsigned char query[TOYWEB_ANSWER_SIZE], answer[TOYWEB_ANSWER_SIZE];

    for (int i = 0; i < BATCH; i++) {
        struct sockaddr_in from;
        socklen_t from_size = sizeof from;
        ssize_t got = recvfrom(names->udp, query, sizeof query, 0,
                               (struct sockaddr *)&from, &from_size);
        size_t size;

        if (got < 0) {
            return; /* none left */
        }
        size = toyweb_names_answer(names, query, (size_t)got, false, answer);
        if (size > 0) {
            /* An answer that is lost is asked for again. */
            (void)sendto(names->udp, answer, size, 0, (struct sockaddr *)&from,
                         from_size);
        }
    }
}

static int serve_udp(void *arg)
{
    struct toyweb_names *names = arg;

    for (;;) {
        int rc = horo_fd_wait(names->udp, POLLIN);
        if (rc < 0) {
            return rc;
        }
        answer_batch(names);
    }
}

/* Messages over TCP have their size in front, RFC 1035 section 4.2.2. */
static int serve_connection(struct toyweb_names *names,
                            struct horo_stream *stream)
{
    unsigned char query[TOYWEB_ANSWER_SIZE], answer[2 + TOYWEB_ANSWER_SIZE];
    unsigned char prefix[2];

    for (;;) {
        ssize_t rc = horo_stream_read_exact(stream, prefix, sizeof prefix);
        size_t size = rc < 0 ? 0 : read_16(prefix);

        if (size == 0 || size > sizeof query) {
            return (int)rc;
        }
        rc = horo_stream_read_exact(stream, query, size);
        if (rc < 0) {
            return (int)rc;
        }
        size = toyweb_names_answer(names, query, size, true, answer + 2);
        answer[0] = (unsigned char)(size >> 8);
        answer[1] = (unsigned char)size;
        rc = size > 0 ? horo_stream_write(stream, answer, size + 2) : 0;
        if (rc < 0) {
            return (int)rc;
        }
    }
}

/* One connection after another, each for a short while. */
static int serve_tcp(void *arg)
{
    struct toyweb_names *names = arg;

    for (;;) {
        const struct horo_scope_options limit = { .timeout = HORO_S(1) };
        struct horo_stream *stream;
        struct horo_scope scope;
        int rc = horo_tcp_accept(names->tcp, &stream);

        if (rc < 0) {
            return rc;
        }
        rc = horo_scope_open(&scope, &limit);
        if (rc == 0) {
            rc = serve_connection(names, stream);
        }
        (void)horo_scope_close(&scope, rc); /* the client's loss */
        horo_stream_close(&stream);
    }
}

int toyweb_names_serve(struct toyweb_names *names, struct horo_scope *scope)
{
    int rc = horo_spawn(scope, serve_udp, names, NULL);

    return rc < 0 ? rc : horo_spawn(scope, serve_tcp, names, NULL);
}
