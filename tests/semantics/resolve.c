/* Names: looked up, not found, given up. */
#include <stdlib.h>

#include "harness.h"
#include "name_server.h"

/* Notes what a name resolves to, as "a b c" or as the error's name. */
static void note_addresses(const char *name, size_t capacity)
{
    struct horo_address addresses[32];
    int count = horo_resolve(name, 80, addresses, capacity);

    if (count < 0) {
        note("%s", horo_strerror(count));
    }
    for (int i = 0; i < count; i++) {
        char text[HORO_ADDRESS_TEXT_SIZE];

        CHECK(horo_address_format(&addresses[i], text, sizeof text) > 0);
        note("%s", text);
    }
}

/* --- without a server --- */

static void literals_need_no_server(void)
{
    note_addresses("192.0.2.1", 1);
    CHECK_NOTES("192.0.2.1:80");
    note_addresses("2001:db8::1", 5);
    CHECK_NOTES("[2001:db8::1]:80");
    note_addresses("[::1]", 5);
    CHECK_NOTES("[::1]:80");
}

static void room_for_no_address_is_refused(void)
{
    struct horo_address address;

    CHECK_CODE(horo_resolve("192.0.2.1", 80, &address, 0), -EINVAL);
    CHECK_CODE(horo_resolve("four.test", 80, &address, 0), -EINVAL);
}

static void a_cancelled_scope_resolves_nothing(void)
{
    struct horo_address address;
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_resolve("four.test", 80, &address, 1), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

static void outside_a_task_there_are_no_names(void)
{
    struct horo_address address;

    CHECK_CODE(horo_resolve("four.test", 80, &address, 1), -HORO_ENOTASK);
    CHECK_CODE(horo_resolver_configure(NULL), -HORO_ENOTASK);
}

#if defined(HORO_HAVE_CARES)

/* --- with a server --- */

/* A server and a resolver that asks it, within a scope of their own. */
struct setting {
    struct name_server server;
    struct horo_scope scope;
};

static struct horo_resolver_options
options_for(const struct name_server *server)
{
    return (struct horo_resolver_options){
        .servers = server->servers,
        .timeout = HORO_MS(250),
        .tries = 1,
        .no_hosts_file = true,
        .no_search = true,
    };
}

static void set_up(struct setting *setting)
{
    struct horo_resolver_options options;

    allow_resolver();
    CHECK_CODE(name_server_open(&setting->server), 0);
    options = options_for(&setting->server);
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(horo_scope_open(&setting->scope, NULL), 0);
    CHECK_CODE(
        horo_spawn(&setting->scope, name_server_run, &setting->server, NULL),
        0);
}

static void tear_down(struct setting *setting)
{
    horo_scope_cancel(&setting->scope);
    CHECK_CODE(horo_scope_close(&setting->scope, 0), -ECANCELED);
    name_server_close(&setting->server);
}

static void what_cannot_be_a_name_is_not_asked_for(void)
{
    static const char *const names[] = {
        "",
        ".",
        "..",
        ".test",
        "a..b",
        "a b",
        "a\nb",
        "a/b",
        "a:80",
        "[::1",
        "user@host",
        "1111111111111111111111111111111111111111111111111111111111111111.test",
    };
    char longest[300];
    struct setting setting;

    set_up(&setting);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        note_addresses(names[i], 1);
        if (!CHECK_NOTES(horo_strerror(HORO_ENAME_INVALID)) && !is_sweeping()) {
            printf("# that was: %s\n", names[i]);
        }
    }
    memset(longest, 'a', sizeof longest);
    for (int i = 50; i < 254; i += 50) {
        longest[i] = '.';
    }
    longest[254] = '\0';
    note_addresses(longest, 1);
    CHECK_NOTES(horo_strerror(HORO_ENAME_INVALID));
    CHECK_NUMBER(setting.server.questions, 0);
    longest[253] = '\0';
    note_addresses(longest, 1);
    CHECK_NOTES(horo_strerror(HORO_ENAME_NOTFOUND));
    tear_down(&setting);
}

/* --- answers --- */

static const struct {
    const char *name;
    const char *expected;
} answers[] = {
    { "four.test", "127.0.0.1:80" },
    { "six.test", "[::1]:80" },
    /* RFC 6724 section 2.1: ::1 takes precedence */
    { "both.test", "[::1]:80 127.0.0.1:80" },
    { "alias.test", "127.0.0.1:80" },
    { "four.test.", "127.0.0.1:80" },
    { "four", "127.0.0.1:80" },
    { "four.under_score.test", "127.0.0.1:80" },
};

static void servers_answers_are_given(void)
{
    struct setting setting;

    set_up(&setting);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        note_addresses(answers[i].name, 5);
        if (!CHECK_NOTES(answers[i].expected)) {
            printf("# that was: %s\n", answers[i].name);
        }
    }
    tear_down(&setting);
}

static void no_more_addresses_than_there_is_room_for(void)
{
    struct horo_address addresses[32];
    struct setting setting;

    set_up(&setting);
    CHECK_CODE(horo_resolve("many.test", 80, addresses, 1), 1);
    memset(&addresses[3], 0x5a, sizeof addresses[3]);
    CHECK_CODE(horo_resolve("many.test", 80, addresses, 3), 3);
    CHECK_NUMBER(addresses[3].size, 0x5a5a5a5a);
    CHECK_CODE(horo_resolve("many.test", 443, addresses, 32), 20);
    for (int i = 0; i < 20; i++) {
        CHECK_NUMBER(horo_address_port(&addresses[i]), 443);
        CHECK_NUMBER(addresses[i].as.any.sa_family, AF_INET);
    }
    tear_down(&setting);
}

static const struct {
    const char *name;
    int expected;
} failures[] = {
    { "missing.test", HORO_ENAME_NOTFOUND },
    { "nodata.test", HORO_ENAME_NODATA },
    { "broken.test", HORO_ENAME_SERVFAIL },
    { "refused.test", HORO_ENAME_REFUSED },
    { "silent.test", HORO_ENAME_TIMEOUT },
};

static void every_failure_has_its_code(void)
{
    struct setting setting;

    set_up(&setting);
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct horo_address address = { .size = 7 };
        int rc = horo_resolve(failures[i].name, 80, &address, 1);

        if (!CHECK_CODE(rc, -failures[i].expected)) {
            printf("# that was: %s\n", failures[i].name);
        }
        CHECK_NUMBER(address.size, 7);
        note_addresses("four.test", 1); /* none of them spoils the next */
        CHECK_NOTES("127.0.0.1:80");
    }
    tear_down(&setting);
}

static void an_answer_that_cannot_be_read_is_an_error_of_names(void)
{
    struct setting setting;
    struct horo_address address;
    int rc;

    set_up(&setting);
    rc = horo_resolve("garbage.test", 80, &address, 1);
    CHECK(rc == -HORO_ENAME_GARBAGE || rc == -HORO_ENAME_TIMEOUT);
    tear_down(&setting);
}

static void a_server_that_is_not_there_is_unreachable(void)
{
    struct name_server server;
    struct horo_resolver_options options;
    struct horo_address address;

    allow_resolver();
    CHECK_CODE(name_server_open(&server), 0);
    name_server_close(&server);
    options = options_for(&server);
    /* Of the two questions, for IPv4 and IPv6, the second is told that the
     * first was refused. Only the next try of that one brings clarity. */
    options.tries = 2;
    options.timeout = HORO_MS(20);
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(horo_resolve("four.test", 80, &address, 1),
               -HORO_ENAME_UNREACHABLE);
}

static void the_second_server_is_asked_when_the_first_is_not_there(void)
{
    struct setting setting;
    struct name_server gone;
    struct horo_resolver_options options;
    char servers[80];

    CHECK_CODE(name_server_open(&gone), 0);
    name_server_close(&gone);
    set_up(&setting);
    options = options_for(&setting.server);
    (void)snprintf(servers, sizeof servers, "%s,%s", gone.servers,
                   setting.server.servers);
    options.servers = servers;
    CHECK_CODE(horo_resolver_configure(&options), 0);
    note_addresses("four.test", 1);
    CHECK_NOTES("127.0.0.1:80");
    tear_down(&setting);
}

static void abandoned_look_ups_count_until_they_are_answered(void)
{
    struct setting setting;
    struct horo_resolver_options options;
    struct horo_address address;
    struct horo_scope scope;

    set_up(&setting);
    options = options_for(&setting.server);
    options.max_queries = 1;
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(
        horo_scope_open(&scope,
                        &(struct horo_scope_options){ .timeout = HORO_MS(1) }),
        0);
    CHECK_CODE(horo_resolve("silent.test", 80, &address, 1), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
    CHECK_CODE(horo_resolve("four.test", 80, &address, 1), -EAGAIN);
    options.max_queries = 0;
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(horo_resolve("four.test", 80, &address, 1), 1);
    tear_down(&setting);
}

/* --- the hosts file --- */

/* The first name of /etc/hosts with an IPv4 address, but for localhost, which
 * may be known without. False when there is none. */
static bool find_host(char *ret_address, char *ret_name)
{
    FILE *file = fopen("/etc/hosts", "r");
    char line[512];
    bool found = false;

    while (file && !found && fgets(line, sizeof line, file)) {
        found = sscanf(line, "%46[0-9.] %254s", ret_address, ret_name) == 2 &&
                !strstr(ret_name, "localhost") && ret_name[0] != '#';
    }
    if (file) {
        (void)fclose(file);
    }
    return found;
}

static void the_hosts_file_comes_first(void)
{
    char address[64];
    char name[256];
    char expected[80];
    struct setting setting;
    struct horo_resolver_options options;

    if (!find_host(address, name)) {
        skip("/etc/hosts knows nobody but localhost");
        return;
    }
    (void)snprintf(expected, sizeof expected, "%s:80", address);
    set_up(&setting);
    note_addresses(name, 1);
    CHECK_NOTES(horo_strerror(HORO_ENAME_NOTFOUND)); /* no_hosts_file */
    options = options_for(&setting.server);
    options.no_hosts_file = false;
    CHECK_CODE(horo_resolver_configure(&options), 0);
    note_addresses(name, 1);
    CHECK_NOTES(expected);
    note_addresses("four.test", 1); /* and the server second */
    CHECK_NOTES("127.0.0.1:80");
    tear_down(&setting);
}

static void localhost_is_this_machine(void)
{
    struct horo_address addresses[4];
    int count;

    allow_resolver();
    count = horo_resolve("localhost", 80, addresses, 4);

    CHECK(count > 0);
    for (int i = 0; i < count; i++) {
        char text[HORO_ADDRESS_TEXT_SIZE];

        CHECK(horo_address_format(&addresses[i], text, sizeof text) > 0);
        CHECK(strcmp(text, "127.0.0.1:80") == 0 ||
              strcmp(text, "[::1]:80") == 0);
    }
}

/* --- giving up --- */

static void a_look_up_can_be_cancelled(void)
{
    struct setting setting;

    set_up(&setting);
    for (int i = 0; i < 3; i++) {
        struct horo_address address = { .size = 7 };
        struct horo_scope scope;

        CHECK_CODE(
            horo_scope_open(
                &scope, &(struct horo_scope_options){ .timeout = HORO_MS(2) }),
            0);
        CHECK_CODE(horo_resolve("silent.test", 80, &address, 1), -ECANCELED);
        CHECK_CODE(horo_scope_close(&scope, 0), -ETIMEDOUT);
        CHECK_NUMBER(address.size, 7);
    }
    note_addresses("four.test", 1);
    CHECK_NOTES("127.0.0.1:80");
    tear_down(&setting);
}

struct look_up {
    char name[64];
    int result;
    struct horo_address addresses[2];
};

static int look_up(void *arg)
{
    struct look_up *look_up = arg;

    look_up->result = horo_resolve(look_up->name, 80, look_up->addresses, 2);
    return 0;
}

static void a_look_up_can_be_cancelled_in_the_turn_it_began(void)
{
    struct look_up asked = { .name = "four.test" };
    struct setting setting;
    struct horo_future end;
    struct horo_spawn_options options = { .future = &end };
    struct horo_scope scope;

    set_up(&setting);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, look_up, &asked, &options), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_future_cancel(&end), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(asked.result, -ECANCELED);
    note_addresses("six.test", 1); /* the late answer is dropped */
    CHECK_NOTES("[::1]:80");
    tear_down(&setting);
}

static void configuring_again_ends_what_is_under_way(void)
{
    struct look_up asked = { .name = "silent.test" };
    struct setting setting;
    struct horo_resolver_options options;
    struct horo_scope scope;

    set_up(&setting);
    options = options_for(&setting.server);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, look_up, &asked, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_yield(), 0);
    CHECK_CODE(horo_resolver_configure(&options), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(asked.result, -ECANCELED);
    note_addresses("four.test", 1);
    CHECK_NOTES("127.0.0.1:80");
    tear_down(&setting);
}

/* --- setting up --- */

static void servers_that_cannot_be_read_are_refused(void)
{
    static const char *const lists[] = {
        "",
        ",",
        "no-address",
        "192.0.2.256",
        "192.0.2.1:99999",
        "192.0.2.1:x",
        "192.0.2.1,nonsense",
        "[2001:db8::1",
    };
    struct setting setting;

    set_up(&setting);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct horo_resolver_options options = { .servers = lists[i] };

        if (!CHECK_CODE(horo_resolver_configure(&options), -EINVAL)) {
            printf("# that was: %s\n", lists[i]);
            break;
        }
        note_addresses("four.test", 1); /* the former one goes on */
        CHECK_NOTES("127.0.0.1:80");
    }
    tear_down(&setting);
}

static void every_form_of_server_is_taken(void)
{
    static const char *const lists[] = {
        "192.0.2.1",
        "192.0.2.1:53",
        "2001:db8::1",
        "[2001:db8::1]:53",
        "192.0.2.1,[2001:db8::1]:5353,192.0.2.2:54",
    };

    allow_resolver();
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct horo_resolver_options options = { .servers = lists[i] };

        if (!CHECK_CODE(horo_resolver_configure(&options), 0)) {
            printf("# that was: %s\n", lists[i]);
        }
    }
    CHECK_CODE(horo_resolver_configure(NULL), 0);
}

/* --- many, and connecting --- */

static void sixty_look_ups_at_once(void)
{
    static struct look_up asked[60];
    struct setting setting;
    struct horo_scope scope;

    set_up(&setting);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 60; i++) {
        (void)snprintf(asked[i].name, sizeof asked[i].name, "%s.n%d.test",
                       i % 3 ? "four" : "missing", i);
        CHECK_CODE(horo_spawn(&scope, look_up, &asked[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    for (int i = 0; i < 60; i++) {
        CHECK_CODE(asked[i].result, i % 3 ? 1 : -HORO_ENAME_NOTFOUND);
    }
    tear_down(&setting);
}

/* ::1 comes first, but there only 127.0.0.1 listens. */
static void connecting_tries_one_address_after_another(void)
{
    struct horo_listener *listener;
    struct horo_address address;
    struct horo_stream *stream = NULL;
    struct setting setting;

    set_up(&setting);
    CHECK_CODE(horo_tcp_listen("127.0.0.1", 0, NULL, &listener), 0);
    CHECK_CODE(horo_listener_address(listener, &address), 0);
    CHECK_CODE(
        horo_tcp_connect("both.test", horo_address_port(&address), &stream), 0);
    CHECK_CODE(horo_stream_peer(stream, &address), 0);
    CHECK_NUMBER(address.as.any.sa_family, AF_INET);
    horo_stream_close(&stream);
    CHECK_CODE(
        horo_tcp_connect("six.test", horo_address_port(&address), &stream),
        -ECONNREFUSED);
    CHECK_CODE(
        horo_tcp_connect("missing.test", horo_address_port(&address), &stream),
        -HORO_ENAME_NOTFOUND);
    CHECK(stream == NULL);
    horo_listener_close(&listener);
    tear_down(&setting);
}

static void run_with_names(void)
{
    RUN_IN_LOOP(what_cannot_be_a_name_is_not_asked_for);
    RUN_IN_LOOP_ONCE(servers_answers_are_given, "takes long each time");
    RUN_IN_LOOP(no_more_addresses_than_there_is_room_for);
    RUN_IN_LOOP_ONCE(every_failure_has_its_code, "takes long each time");
    RUN_IN_LOOP(an_answer_that_cannot_be_read_is_an_error_of_names);
    RUN_IN_LOOP(a_server_that_is_not_there_is_unreachable);
    RUN_IN_LOOP(the_second_server_is_asked_when_the_first_is_not_there);
    RUN_IN_LOOP(abandoned_look_ups_count_until_they_are_answered);
    RUN_IN_LOOP(the_hosts_file_comes_first);
    RUN_IN_LOOP(localhost_is_this_machine);
    RUN_IN_LOOP(a_look_up_can_be_cancelled);
    RUN_IN_LOOP(a_look_up_can_be_cancelled_in_the_turn_it_began);
    RUN_IN_LOOP(configuring_again_ends_what_is_under_way);
    RUN_IN_LOOP_ONCE(servers_that_cannot_be_read_are_refused,
                     "takes long each time");
    RUN_IN_LOOP(every_form_of_server_is_taken);
    RUN_IN_LOOP(sixty_look_ups_at_once);
    RUN_IN_LOOP_ONCE(connecting_tries_one_address_after_another,
                     "uses what it did not get");
}

#else

static void names_need_c_ares(void)
{
    struct horo_address address;

    CHECK_CODE(horo_resolve("four.test", 80, &address, 1), -ENOSYS);
    CHECK_CODE(horo_resolver_configure(NULL), -ENOSYS);
}

static void run_with_names(void)
{
    RUN_IN_LOOP(names_need_c_ares);
}

#endif

int main(void)
{
    RUN_IN_LOOP(literals_need_no_server);
    RUN_IN_LOOP(room_for_no_address_is_refused);
    RUN_IN_LOOP(a_cancelled_scope_resolves_nothing);
    RUN(outside_a_task_there_are_no_names);
    run_with_names();
    return tap_end();
}
