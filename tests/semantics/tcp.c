/* TCP: listening, accepting, connecting, and how connections end. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static const char *const hosts[] = { "127.0.0.1", "::1" };

static uint16_t port_of(const struct horo_listener *listener)
{
    struct horo_address address;

    CHECK_CODE(horo_listener_address(listener, &address), 0);
    return horo_address_port(&address);
}

static struct horo_listener *listen_on(const char *host)
{
    struct horo_listener *listener = NULL;

    CHECK_CODE(horo_tcp_listen(host, 0, NULL, &listener), 0);
    return listener;
}

struct pair {
    struct horo_stream *client;
    struct horo_stream *server;
};

/* The backlog accepts first, so nobody has to wait for anybody. */
static void connect_pair(struct pair *pair, const char *host)
{
    struct horo_listener *listener = listen_on(host);

    CHECK_CODE(horo_tcp_connect(host, port_of(listener), &pair->client), 0);
    CHECK_CODE(horo_tcp_accept(listener, &pair->server), 0);
    horo_listener_close(&listener);
}

static void close_pair(struct pair *pair)
{
    horo_stream_close(&pair->client);
    horo_stream_close(&pair->server);
}

/* --- connections --- */

static void both_families_connect(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair pair;
        char buffer[16];

        connect_pair(&pair, hosts[i]);
        CHECK_CODE(horo_stream_write(pair.client, "ping", 4), 4);
        CHECK_CODE(horo_stream_read(pair.server, buffer, 16), 4);
        CHECK_CODE(horo_stream_write(pair.server, "pong", 4), 4);
        CHECK_CODE(horo_stream_read(pair.client, buffer, 16), 4);
        close_pair(&pair);
    }
}

static void both_ends_know_their_addresses(void)
{
    for (int i = 0; i < 2; i++) {
        struct horo_address near;
        struct horo_address far;
        struct pair pair;

        connect_pair(&pair, hosts[i]);
        CHECK_CODE(horo_stream_local(pair.client, &near), 0);
        CHECK_CODE(horo_stream_peer(pair.server, &far), 0);
        CHECK_NUMBER(near.size, far.size);
        CHECK_BYTES(&near.as, &far.as, near.size);
        CHECK_CODE(horo_stream_peer(pair.client, &far), 0);
        CHECK_CODE(horo_stream_local(pair.server, &near), 0);
        CHECK_BYTES(&near.as, &far.as, near.size);
        CHECK_NUMBER(far.as.any.sa_family, i ? AF_INET6 : AF_INET);
        close_pair(&pair);
    }
}

static int get_option(const struct horo_stream *stream, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    CHECK(getsockopt(horo_stream_fd(stream), level, name, &value, &size) == 0);
    return value;
}

static void both_ends_send_without_delay(void)
{
    struct pair pair;

    connect_pair(&pair, "127.0.0.1");
    CHECK(get_option(pair.client, IPPROTO_TCP, TCP_NODELAY) > 0);
    CHECK(get_option(pair.server, IPPROTO_TCP, TCP_NODELAY) > 0);
    close_pair(&pair);
}

/* A port on which nobody listens: just closed. */
static uint16_t free_port(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    uint16_t port = port_of(listener);

    horo_listener_close(&listener);
    return port;
}

static void nobody_listening_refuses(void)
{
    struct horo_stream *stream = NULL;
    struct horo_address address;
    uint16_t port = free_port();

    CHECK_CODE(horo_tcp_connect("127.0.0.1", port, &stream), -ECONNREFUSED);
    CHECK_CODE(horo_address_parse("127.0.0.1", port, &address), 0);
    CHECK_CODE(horo_tcp_connect_address(&address, &stream), -ECONNREFUSED);
    CHECK(stream == NULL);
}

static void what_is_no_tcp_address_is_refused(void)
{
    struct horo_address address = { .size = sizeof(struct sockaddr),
                                    .as.any.sa_family = AF_UNSPEC };
    struct horo_stream *stream = NULL;

    CHECK(horo_tcp_connect_address(&address, &stream) < 0);
    CHECK_CODE(horo_tcp_connect("", 80, &stream), -HORO_ENAME_INVALID);
    CHECK_CODE(horo_tcp_connect("no host", 80, &stream), -HORO_ENAME_INVALID);
    CHECK(stream == NULL);
}

static void connecting_in_a_cancelled_scope_does_nothing(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    struct horo_stream *stream = NULL;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &stream),
               -ECANCELED);
    CHECK_CODE(horo_tcp_accept(listener, &stream), -ECANCELED);
    CHECK(stream == NULL);
    horo_listener_close(&listener);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

/* A full backlog does not answer: the next connection has to wait. */
static void connecting_can_be_cancelled(void)
{
    struct horo_listen_options options = { .backlog = 1 };
    struct horo_listener *listener;
    struct horo_stream *streams[10] = { NULL };
    struct horo_scope scope;
    int rc = 0;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, &options, &listener), 0);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(5) }),
        0);
    for (int i = 0; i < 10 && rc == 0; i++) {
        rc = horo_tcp_connect("127.0.0.1", port_of(listener), &streams[i]);
    }
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
    for (int i = 0; i < 10; i++) {
        horo_stream_close(&streams[i]);
    }
    horo_listener_close(&listener);
}

struct dial {
    uint16_t port;
    int result;
    struct horo_stream *stream;
};

static int dial(void *arg)
{
    struct dial *dial = arg;

    dial->result = horo_tcp_connect("127.0.0.1", dial->port, &dial->stream);
    return 0;
}

static void connecting_can_be_cancelled_in_the_turn_it_began(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    struct dial call = { .port = port_of(listener) };
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, dial, &call, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK(call.result == 0 || call.result == -ECANCELED);
    CHECK((call.result == 0) == (call.stream != NULL));
    horo_stream_close(&call.stream);
    horo_listener_close(&listener);
}

/* --- listening --- */

static void listening_without_host_serves_both_families(void)
{
    static const char *const anywhere[] = { NULL, "" };

    for (int i = 0; i < 2; i++) {
        struct horo_listener *listener = listen_on(anywhere[i]);

        for (int k = 0; k < 2; k++) {
            struct pair pair;

            CHECK_CODE(
                horo_tcp_connect(hosts[k], port_of(listener), &pair.client), 0);
            CHECK_CODE(horo_tcp_accept(listener, &pair.server), 0);
            close_pair(&pair);
        }
        horo_listener_close(&listener);
    }
}

static void v6_only_means_it(void)
{
    struct horo_listen_options options = { .v6_only = true };
    struct horo_listener *listener;
    struct horo_stream *stream = NULL;

    CHECK_CODE(horo_tcp_listen("::", 0, &options, &listener), 0);
    CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &stream),
               -ECONNREFUSED);
    CHECK_CODE(horo_tcp_connect("::1", port_of(listener), &stream), 0);
    horo_stream_close(&stream);
    horo_listener_close(&listener);
}

static void a_port_in_use_is_refused(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    struct horo_listener *second = NULL;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", port_of(listener), NULL, &second),
               -EADDRINUSE);
    CHECK(second == NULL);
    horo_listener_close(&listener);
}

static void a_port_can_be_shared_on_purpose(void)
{
    struct horo_listen_options options = { .reuse_port = true };
    struct horo_listener *first;
    struct horo_listener *second;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, &options, &first), 0);
    CHECK_CODE(horo_tcp_listen("127.0.0.1", port_of(first), &options, &second),
               0);
    CHECK_NUMBER(port_of(first), port_of(second));
    horo_listener_close(&first);
    horo_listener_close(&second);
}

/* Connections of a server that is gone linger; it may come back at once. */
static void a_port_can_be_used_again_at_once(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    uint16_t port = port_of(listener);
    struct pair pair;
    char byte;

    CHECK_CODE(horo_tcp_connect("127.0.0.1", port, &pair.client), 0);
    CHECK_CODE(horo_tcp_accept(listener, &pair.server), 0);
    horo_stream_close(&pair.server); /* first, so this side lingers */
    CHECK_CODE(horo_stream_read(pair.client, &byte, 1), 0);
    horo_stream_close(&pair.client);
    horo_listener_close(&listener);
    CHECK_CODE(horo_tcp_listen("127.0.0.1", port, NULL, &listener), 0);
    horo_listener_close(&listener);
}

static void only_literals_of_this_machine_can_be_listened_on(void)
{
    struct horo_listener *listener = NULL;

    CHECK_CODE(horo_tcp_listen("localhost", 0, NULL, &listener), -EINVAL);
    CHECK_CODE(horo_tcp_listen("127.0.0.1:80", 0, NULL, &listener), -EINVAL);
    CHECK_CODE(horo_tcp_listen("192.0.2.1", 0, NULL, &listener),
               -EADDRNOTAVAIL);
    CHECK(listener == NULL);
}

static void outside_a_loop_there_is_no_tcp(void)
{
    struct horo_listener *listener = NULL;
    struct horo_stream *stream = NULL;
    struct horo_address address;

    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, NULL, &listener), -HORO_ENOTASK);
    CHECK_CODE(horo_tcp_connect("127.0.0.1", 1, &stream), -HORO_ENOTASK);
    CHECK_CODE(horo_address_parse("127.0.0.1", 1, &address), 0);
    CHECK_CODE(horo_tcp_connect_address(&address, &stream), -HORO_ENOTASK);
    CHECK(!listener && !stream);
}

/* --- accepting --- */

struct acceptor {
    struct horo_listener *listener;
    int result;
    struct horo_stream *stream;
};

static int accept_one(void *arg)
{
    struct acceptor *acceptor = arg;

    acceptor->result = horo_tcp_accept(acceptor->listener, &acceptor->stream);
    return 0;
}

static void accept_waits_for_a_connection(void)
{
    struct acceptor acceptor = { .listener = listen_on("127.0.0.1") };
    struct horo_stream *client;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, accept_one, &acceptor, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_CODE(
        horo_tcp_connect("127.0.0.1", port_of(acceptor.listener), &client), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(acceptor.result, 0);
    horo_stream_close(&client);
    horo_stream_close(&acceptor.stream);
    horo_listener_close(&acceptor.listener);
}

static void accept_can_be_cancelled_and_loses_nobody(void)
{
    struct acceptor acceptor = { .listener = listen_on("127.0.0.1") };
    struct horo_stream *client;
    struct horo_scope scope;

    for (int i = 0; i < 3; i++) {
        CHECK_CODE(
            horo_scope_open(
                &scope, &(struct horo_scope_options){ .timeout = HORO_MS(1) }),
            0);
        CHECK_CODE(horo_tcp_accept(acceptor.listener, &acceptor.stream),
                   -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    }
    CHECK_CODE(
        horo_tcp_connect("127.0.0.1", port_of(acceptor.listener), &client), 0);
    CHECK_CODE(horo_tcp_accept(acceptor.listener, &acceptor.stream), 0);
    horo_stream_close(&client);
    horo_stream_close(&acceptor.stream);
    horo_listener_close(&acceptor.listener);
}

static void a_second_acceptor_is_refused(void)
{
    struct acceptor acceptor = { .listener = listen_on("127.0.0.1") };
    struct horo_stream *stream = NULL;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, accept_one, &acceptor, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_tcp_accept(acceptor.listener, &stream), -EBUSY);
    CHECK(stream == NULL);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_CODE(acceptor.result, -ECANCELED);
    horo_listener_close(&acceptor.listener);
}

static void closing_sends_the_acceptor_away(void)
{
    for (int slowly = 0; slowly < 2; slowly++) {
        struct acceptor acceptor = { .listener = listen_on("127.0.0.1") };
        struct horo_listener *closing = acceptor.listener;
        struct horo_scope scope;

        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, accept_one, &acceptor, NULL), 0);
        CHECK_CODE(slowly ? horo_sleep(HORO_MS(1)) : horo_yield(), 0);
        horo_listener_close(&closing);
        CHECK(closing == NULL);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        CHECK_CODE(acceptor.result, -ECONNABORTED);
        CHECK(acceptor.stream == NULL);
    }
    horo_listener_close(NULL);
}

static void a_client_that_gave_up_is_accepted_or_skipped(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    struct horo_stream *first;
    struct horo_stream *second;
    struct horo_stream *server;
    char buffer[4];

    CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &first), 0);
    horo_stream_abort(&first);
    CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &second), 0);
    CHECK_CODE(horo_stream_write(second, "ok", 2), 2);
    CHECK_CODE(horo_tcp_accept(listener, &server), 0);
    if (horo_stream_read(server, buffer, 4) == -ECONNRESET) {
        horo_stream_close(&server);
        CHECK_CODE(horo_tcp_accept(listener, &server), 0);
        CHECK_CODE(horo_stream_read(server, buffer, 4), 2);
    }
    CHECK_BYTES(buffer, "ok", 2);
    horo_stream_close(&server);
    horo_stream_close(&second);
    horo_listener_close(&listener);
}

/* --- without descriptors --- */

static rlim_t limit_descriptors(rlim_t limit)
{
    struct rlimit before;
    struct rlimit after;

    CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
    after = before;
    after.rlim_cur = limit;
    CHECK(setrlimit(RLIMIT_NOFILE, &after) == 0);
    return before.rlim_cur;
}

static void a_shortage_of_descriptors_passes(void)
{
    struct horo_listener *listener;
    struct horo_stream *client;
    struct horo_stream *server = NULL;
    struct horo_stream *none = NULL;
    rlim_t before;
    char byte;

    if (is_emulated()) {
        skip("the limit of descriptors is not the kernel's");
        return;
    }
    listener = listen_on("127.0.0.1");
    CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &client), 0);
    before = limit_descriptors(3); /* all that are open stay open */
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_tcp_accept(listener, &server), -EMFILE);
        CHECK_CODE(horo_tcp_connect("127.0.0.1", port_of(listener), &none),
                   -EMFILE);
    }
    CHECK(server == NULL && none == NULL);
    limit_descriptors(before);
    CHECK_CODE(horo_tcp_accept(listener, &server), 0); /* it has waited */
    CHECK_CODE(horo_stream_write(client, "x", 1), 1);
    CHECK_CODE(horo_stream_read(server, &byte, 1), 1);
    horo_stream_close(&client);
    horo_stream_close(&server);
    horo_listener_close(&listener);
}

/* --- how connections end --- */

static void closing_ends_in_order(void)
{
    struct pair pair;
    char buffer[16];

    connect_pair(&pair, "127.0.0.1");
    CHECK_CODE(horo_stream_write(pair.server, "bye", 3), 3);
    horo_stream_close(&pair.server);
    CHECK_CODE(horo_stream_read(pair.client, buffer, 16), 3);
    CHECK_CODE(horo_stream_read(pair.client, buffer, 16), 0);
    close_pair(&pair);
}

static void aborting_resets(void)
{
    struct pair pair;
    char buffer[16];

    connect_pair(&pair, "127.0.0.1");
    CHECK_CODE(horo_stream_write(pair.client, "never mind", 10), 10);
    horo_stream_abort(&pair.server);
    CHECK(pair.server == NULL);
    CHECK_CODE(horo_stream_read(pair.client, buffer, 16), -ECONNRESET);
    close_pair(&pair);
}

struct reader {
    struct horo_stream *stream;
    ssize_t result;
};

static int read_some(void *arg)
{
    struct reader *reader = arg;
    char buffer[16];

    reader->result = horo_stream_read(reader->stream, buffer, sizeof buffer);
    return 0;
}

static void aborting_resets_one_who_reads(void)
{
    struct pair pair;
    struct reader reader;
    struct horo_scope scope;

    connect_pair(&pair, "127.0.0.1");
    reader.stream = pair.client;
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, read_some, &reader, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    horo_stream_abort(&pair.server);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(reader.result, -ECONNRESET);
    close_pair(&pair);
}

static void writing_to_a_reset_connection_fails(void)
{
    struct pair pair;
    char byte;
    ssize_t rc;

    connect_pair(&pair, "127.0.0.1");
    horo_stream_abort(&pair.server);
    CHECK_CODE(horo_stream_read(pair.client, &byte, 1), -ECONNRESET);
    rc = horo_stream_write(pair.client, "x", 1);
    CHECK(rc == -EPIPE || rc == -ECONNRESET);
    close_pair(&pair);
}

static void half_closing_leaves_the_other_half(void)
{
    struct pair pair;
    char buffer[16];

    connect_pair(&pair, "127.0.0.1");
    CHECK_CODE(horo_stream_write(pair.client, "question", 8), 8);
    CHECK_CODE(horo_stream_shutdown(pair.client), 0);
    CHECK_CODE(horo_stream_read(pair.server, buffer, 16), 8);
    CHECK_CODE(horo_stream_read(pair.server, buffer, 16), 0);
    CHECK_CODE(horo_stream_write(pair.server, "answer", 6), 6);
    CHECK_CODE(horo_stream_read(pair.client, buffer, 16), 6);
    CHECK_CODE(horo_stream_write(pair.client, "x", 1), -EPIPE);
    close_pair(&pair);
}

static void a_connection_that_is_gone_cannot_be_half_closed(void)
{
    struct pair pair;
    char byte;

    connect_pair(&pair, "127.0.0.1");
    horo_stream_abort(&pair.server);
    CHECK_CODE(horo_stream_read(pair.client, &byte, 1), -ECONNRESET);
    CHECK_CODE(horo_stream_shutdown(pair.client), -ENOTCONN);
    close_pair(&pair);
}

/* --- much, both ways, through little room --- */

enum { MUCH = 8 << 20, MUCH_SLOWLY = 512 << 10 };

static char *much;
static size_t much_size;

static int send_much(void *arg)
{
    CHECK_CODE(horo_stream_write(arg, much, much_size), much_size);
    CHECK_CODE(horo_stream_shutdown(arg), 0);
    return 0;
}

static int receive_much(void *arg)
{
    char *back = malloc(much_size);
    char byte;

    CHECK_CODE(horo_stream_read_exact(arg, back, much_size), much_size);
    CHECK_BYTES(back, much, much_size);
    CHECK_CODE(horo_stream_read(arg, &byte, 1), 0);
    free(back);
    return 0;
}

/* Room to send only: a receiver with less room than a segment of loopback has
 * (64 KiB) is served by the kernel's timers, slowly. */
static void set_room(const struct horo_stream *stream, int room)
{
    CHECK(setsockopt(horo_stream_fd(stream), SOL_SOCKET, SO_SNDBUF, &room,
                     sizeof room) == 0);
}

static void large_transfers_go_both_ways_at_once(void)
{
    for (int small = 0; small < 2; small++) {
        struct pair pair;
        struct horo_scope scope;

        much_size = scaled(MUCH, MUCH_SLOWLY);
        much = malloc(much_size);
        for (size_t i = 0; i < much_size; i++) {
            much[i] = (char)(i * i >> 10);
        }
        connect_pair(&pair, hosts[small]);
        if (small) {
            set_room(pair.client, 8192);
            set_room(pair.server, 8192);
        }
        CHECK_CODE(horo_scope_open(&scope, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, send_much, pair.client, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, send_much, pair.server, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, receive_much, pair.client, NULL), 0);
        CHECK_CODE(horo_spawn(&scope, receive_much, pair.server, NULL), 0);
        CHECK_CODE(horo_scope_close(&scope, 0), 0);
        close_pair(&pair);
        free(much);
    }
}

/* --- many --- */

static int echo(void *arg)
{
    struct horo_stream *stream = arg;
    char buffer[256];
    ssize_t got;

    while ((got = horo_stream_read(stream, buffer, sizeof buffer)) > 0) {
        got = horo_stream_write(stream, buffer, (size_t)got);
        if (got < 0) {
            break;
        }
    }
    horo_stream_close(&stream);
    return (int)got;
}

static int serve(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)horo_scope_open(&scope,
                          &(struct horo_scope_options){ .keep_going = true });
    do {
        struct horo_stream *stream;

        rc = horo_tcp_accept(arg, &stream);
        if (rc == 0) {
            rc = horo_spawn(&scope, echo, stream, NULL);
        }
    } while (rc == 0);
    return horo_scope_close(&scope, rc);
}

static int talk(void *arg)
{
    struct horo_stream *stream;
    char line[64];

    CHECK_CODE(horo_tcp_connect("127.0.0.1", *(uint16_t *)arg, &stream), 0);
    for (int i = 0; i < 10; i++) {
        char expected[64];
        int size = snprintf(expected, sizeof expected, "line %d\n", i);

        CHECK_CODE(horo_stream_printf(stream, "line %d\n", i), size);
        CHECK_CODE(horo_stream_read_until(stream, line, 64, "\n"), size);
        CHECK_BYTES(line, expected, (size_t)size);
    }
    horo_stream_close(&stream);
    return 0;
}

static void an_echo_server_serves_a_hundred_at_once(void)
{
    struct horo_listener *listener = listen_on("127.0.0.1");
    uint16_t port = port_of(listener);
    struct horo_scope server;
    struct horo_scope clients;

    CHECK_CODE(horo_scope_open(&server, NULL), 0);
    CHECK_CODE(horo_spawn(&server, serve, listener, NULL), 0);
    CHECK_CODE(horo_scope_open(&clients, NULL), 0);
    for (int i = 0; i < 100; i++) {
        CHECK_CODE(horo_spawn(&clients, talk, &port, NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&clients, 0), 0);
    horo_scope_cancel(&server);
    CHECK_CODE(horo_scope_close(&server, 0), -ECANCELED);
    horo_listener_close(&listener);
}

int main(void)
{
    RUN_IN_LOOP(both_families_connect);
    RUN_IN_LOOP_ONCE(both_ends_know_their_addresses,
                     "uses what it did not get");
    RUN_IN_LOOP_ONCE(both_ends_send_without_delay, "uses what it did not get");
    RUN_IN_LOOP(nobody_listening_refuses);
    RUN_IN_LOOP(what_is_no_tcp_address_is_refused);
    RUN_IN_LOOP(connecting_in_a_cancelled_scope_does_nothing);
    RUN_IN_LOOP(connecting_can_be_cancelled);
    RUN_IN_LOOP(connecting_can_be_cancelled_in_the_turn_it_began);
    RUN_IN_LOOP(listening_without_host_serves_both_families);
    RUN_IN_LOOP(v6_only_means_it);
    RUN_IN_LOOP(a_port_in_use_is_refused);
    RUN_IN_LOOP(a_port_can_be_shared_on_purpose);
    RUN_IN_LOOP(a_port_can_be_used_again_at_once);
    RUN_IN_LOOP(only_literals_of_this_machine_can_be_listened_on);
    RUN(outside_a_loop_there_is_no_tcp);
    RUN_IN_LOOP(accept_waits_for_a_connection);
    RUN_IN_LOOP(accept_can_be_cancelled_and_loses_nobody);
    RUN_IN_LOOP(a_second_acceptor_is_refused);
    RUN_IN_LOOP(closing_sends_the_acceptor_away);
    RUN_IN_LOOP(a_client_that_gave_up_is_accepted_or_skipped);
    RUN_IN_LOOP(a_shortage_of_descriptors_passes);
    RUN_IN_LOOP(closing_ends_in_order);
    RUN_IN_LOOP(aborting_resets);
    RUN_IN_LOOP(aborting_resets_one_who_reads);
    RUN_IN_LOOP_ONCE(writing_to_a_reset_connection_fails,
                     "uses what it did not get");
    RUN_IN_LOOP_ONCE(half_closing_leaves_the_other_half,
                     "uses what it did not get");
    RUN_IN_LOOP_ONCE(a_connection_that_is_gone_cannot_be_half_closed,
                     "uses what it did not get");
    RUN_IN_LOOP_ONCE(large_transfers_go_both_ways_at_once,
                     "uses what it did not get");
    RUN_IN_LOOP(an_echo_server_serves_a_hundred_at_once);
    return tap_end();
}
