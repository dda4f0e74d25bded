/* See name_server.h. */
#include "name_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HEADER = 12, /* bytes, RFC 1035 section 4.1.1 */
    LARGEST = 1400,
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_AAAA = 28,
    NOERROR = 0,
    SERVFAIL = 2,
    NXDOMAIN = 3,
    REFUSED = 5
};

struct message {
    unsigned char bytes[LARGEST];
    size_t size;
    size_t name_end; /* where type and class of the question are */
};

int name_server_open(struct name_server *server)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof address;

    server->questions = 0;
    server->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (server->fd < 0 ||
        bind(server->fd, (struct sockaddr *)&address, size) < 0 ||
        getsockname(server->fd, (struct sockaddr *)&address, &size) < 0) {
        return -errno;
    }
    (void)snprintf(server->servers, sizeof server->servers, "127.0.0.1:%u",
                   ntohs(address.sin_port));
    return 0;
}

void name_server_close(struct name_server *server)
{
    (void)close(server->fd);
}

static void add(struct message *message, const void *bytes, size_t size)
{
    if (message->size + size <= LARGEST) {
        memcpy(message->bytes + message->size, bytes, size);
        message->size += size;
    }
}

/* One record about the name asked for. */
static void add_record(struct message *message, uint8_t type, const void *data,
                       size_t size)
{
    const unsigned char head[] = { 0xc0, HEADER, 0, type, 0, 1,
                                   0,    0,      0, 60,   0, (uint8_t)size };

    add(message, head, sizeof head);
    add(message, data, size);
    message->bytes[7]++; /* the count of answers */
}

static void add_v4(struct message *message, uint8_t last)
{
    const unsigned char data[] = { 192, 0, 2, last };

    add_record(message, TYPE_A, data, sizeof data);
}

static bool is_first_label(const struct message *message, const char *label)
{
    size_t size = strlen(label);

    return message->bytes[HEADER] == size &&
           memcmp(message->bytes + HEADER + 1, label, size) == 0;
}

/* Adds what there is to say. Returns the response code. */
static int answer(struct message *message)
{
    static const unsigned char four[] = { 127, 0, 0, 1 };
    static const unsigned char six[16] = { [15] = 1 };
    static const char target[] = "\4four\4test";
    uint8_t type = message->bytes[message->name_end + 1];
    bool both = is_first_label(message, "both");

    if (is_first_label(message, "broken")) {
        return SERVFAIL;
    }
    if (is_first_label(message, "refused")) {
        return REFUSED;
    }
    if (is_first_label(message, "alias")) {
        add_record(message, TYPE_CNAME, target, sizeof target);
        if (type == TYPE_A) {
            /* The address is that of the alias's target, just added. */
            size_t owner = message->size - sizeof target;

            add_record(message, TYPE_A, four, sizeof four);
            message->bytes[message->size - sizeof four - 12] =
                (uint8_t)(0xc0 | owner >> 8);
            message->bytes[message->size - sizeof four - 11] = (uint8_t)owner;
        }
        return NOERROR;
    }
    if (both || is_first_label(message, "four") ||
        is_first_label(message, "six")) {
        if (type == TYPE_A && !is_first_label(message, "six")) {
            add_record(message, TYPE_A, four, sizeof four);
        }
        if (type == TYPE_AAAA && !is_first_label(message, "four")) {
            add_record(message, TYPE_AAAA, six, sizeof six);
        }
        return NOERROR;
    }
    if (is_first_label(message, "many")) {
        for (uint8_t i = 1; i <= 20 && type == TYPE_A; i++) {
            add_v4(message, i);
        }
        return NOERROR;
    }
    return is_first_label(message, "nodata") ? NOERROR : NXDOMAIN;
}

/* Finds the end of the question; false for what is none. */
static bool parse_question(struct message *message)
{
    size_t at = HEADER;

    while (at < message->size && message->bytes[at] != 0) {
        at += 1u + message->bytes[at];
    }
    message->name_end = at + 1;
    return message->name_end + 4 <= message->size;
}

/* Turns the question into the answer. False when there shall be none. */
static bool reply(struct message *message)
{
    if (!parse_question(message) || is_first_label(message, "silent")) {
        return false;
    }
    if (is_first_label(message, "garbage")) {
        message->size = HEADER + 3; /* the identifier fits, nothing else */
        message->bytes[2] = 0x80;
        memset(message->bytes + HEADER, 0xff, 3);
        return true;
    }
    message->size = message->name_end + 4;
    memset(message->bytes + 6, 0, 6); /* no records, no EDNS */
    message->bytes[2] = 0x81;         /* an answer; recursion was desired */
    message->bytes[3] = (unsigned char)(0x80 | answer(message));
    return true;
}

/* Answers one question; false when there is none waiting. */
static bool serve_one(struct name_server *server)
{
    struct message message = { .size = 0 };
    struct sockaddr_in client;
    socklen_t client_size = sizeof client;
    ssize_t got = recvfrom(server->fd, message.bytes, sizeof message.bytes, 0,
                           (struct sockaddr *)&client, &client_size);

    if (got < 0) {
        return false;
    }
    message.size = (size_t)got;
    server->questions++;
    if (reply(&message)) {
        (void)sendto(server->fd, message.bytes, message.size, 0,
                     (struct sockaddr *)&client, client_size);
    }
    return true;
}

int name_server_run(void *arg)
{
    struct name_server *server = arg;
    int rc;

    while ((rc = horo_fd_wait(server->fd, POLLIN)) >= 0) {
        while (serve_one(server)) {}
    }
    return rc;
}
