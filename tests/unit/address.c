/* Addresses, read and written. */
#include <errno.h>
#include <net/if.h>

#include "harness.h"

static const struct {
    const char *text;
    const char *written; /* with port 80 */
} literals[] = {
    { "192.0.2.1", "192.0.2.1:80" },
    { "0.0.0.0", "0.0.0.0:80" },
    { "255.255.255.255", "255.255.255.255:80" },
    { "::", "[::]:80" },
    { "::1", "[::1]:80" },
    { "[::1]", "[::1]:80" },
    { "2001:db8::1", "[2001:db8::1]:80" },
    { "2001:DB8:0:0:0:0:0:1", "[2001:db8::1]:80" },
    { "[2001:0db8::0001]", "[2001:db8::1]:80" },
    /* RFC 5952 section 4.2: the longest run of zeros, the first of equals,
     * never one group alone */
    { "2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:80" },
    { "2001:0:0:1:0:0:0:1", "[2001:0:0:1::1]:80" },
    { "2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:80" },
    { "1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:80" },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80" },
    { "::ffff:192.0.2.1", "[::ffff:192.0.2.1]:80" },
    { "fe80::1%lo", "[fe80::1%lo]:80" },
    { "[fe80::1%lo]", "[fe80::1%lo]:80" },
    { "fe80::1%1", "[fe80::1%lo]:80" },
    { "fe80::1%4000000000", "[fe80::1%4000000000]:80" },
};

static const char *const not_literals[] = {
    "",
    " ",
    "localhost",
    "example.com",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.04",
    "0x1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4:80",
    "[1.2.3.4]",
    "1.2.3.-4",
    "16909060",
    ":",
    ":::",
    "1::2::3",
    "12345::",
    "::g",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "[::1",
    "::1]",
    "[]",
    "[[::1]]",
    "[::1]:80",
    "::1 ",
    "fe80::1%",
    "fe80::1%no-such-interface",
    "fe80::1%4294967296",
    "fe80::1%-1",
    "fe80::1%0",
    "%lo",
    "192.0.2.1%lo",
    "::1%%lo",
    "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255:0",
    "11111111111111111111111111111111111111111111111111111111111111111111111",
};

static void literals_are_read_and_written_in_the_canonical_form(void)
{
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        struct horo_address address;
        char text[HORO_ADDRESS_TEXT_SIZE];
        int length;

        if (!CHECK_CODE(horo_address_parse(literals[i].text, 80, &address),
                        0)) {
            printf("# that was: %s\n", literals[i].text);
            continue;
        }
        length = horo_address_format(&address, text, sizeof text);
        CHECK_TEXT(text, literals[i].written);
        CHECK_NUMBER(length, strlen(literals[i].written));
        CHECK_NUMBER(horo_address_port(&address), 80);
    }
}

static void what_is_written_can_be_read(void)
{
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        struct horo_address address;
        struct horo_address again;
        char text[HORO_ADDRESS_TEXT_SIZE];

        CHECK_CODE(horo_address_parse(literals[i].text, 443, &address), 0);
        CHECK(horo_address_format(&address, text, sizeof text) > 0);
        *strrchr(text, ':') = '\0';
        CHECK_CODE(horo_address_parse(text, 443, &again), 0);
        CHECK_NUMBER(again.size, address.size);
        CHECK_BYTES(&again.as, &address.as, address.size);
    }
}

static void names_and_nonsense_are_refused(void)
{
    for (size_t i = 0; i < sizeof not_literals / sizeof not_literals[0]; i++) {
        struct horo_address address = { .size = 7 };

        if (!CHECK_CODE(horo_address_parse(not_literals[i], 80, &address),
                        -EINVAL)) {
            printf("# that was: %s\n", not_literals[i]);
        }
        CHECK_NUMBER(address.size, 7);
    }
}

static void families_and_ports_are_as_they_should_be(void)
{
    struct horo_address address;

    CHECK_CODE(horo_address_parse("192.0.2.1", 0, &address), 0);
    CHECK_NUMBER(address.as.any.sa_family, AF_INET);
    CHECK_NUMBER(address.size, sizeof(struct sockaddr_in));
    CHECK_NUMBER(horo_address_port(&address), 0);
    CHECK_CODE(horo_address_parse("::1", 65535, &address), 0);
    CHECK_NUMBER(address.as.any.sa_family, AF_INET6);
    CHECK_NUMBER(address.size, sizeof(struct sockaddr_in6));
    CHECK_NUMBER(horo_address_port(&address), 65535);
}

static void a_zone_is_an_interface(void)
{
    struct horo_address address;

    CHECK_CODE(horo_address_parse("fe80::1%lo", 0, &address), 0);
    CHECK_NUMBER(address.as.v6.sin6_scope_id, if_nametoindex("lo"));
}

static void a_buffer_too_small_is_refused_but_terminated(void)
{
    struct horo_address address;

    for (int v6 = 0; v6 < 2; v6++) {
        const char *whole = v6 ? "[2001:db8::1]:65535" : "192.0.2.1:65535";
        char text[HORO_ADDRESS_TEXT_SIZE];

        CHECK_CODE(horo_address_parse(v6 ? "2001:db8::1" : "192.0.2.1", 65535,
                                      &address),
                   0);
        for (size_t size = 1; size <= strlen(whole); size++) {
            memset(text, 'x', sizeof text);
            CHECK_CODE(horo_address_format(&address, text, size), -ENOSPC);
            CHECK(memchr(text, '\0', size) != NULL);
            CHECK_NUMBER(text[size], 'x');
        }
        CHECK_CODE(horo_address_format(&address, text, 0), -ENOSPC);
        CHECK_NUMBER(horo_address_format(&address, text, strlen(whole) + 1),
                     strlen(whole));
    }
}

static void other_families_have_no_text(void)
{
    struct horo_address address = { .size = sizeof(struct sockaddr),
                                    .as.any.sa_family = AF_UNIX };
    char text[HORO_ADDRESS_TEXT_SIZE] = "before";

    CHECK_CODE(horo_address_format(&address, text, sizeof text), -EAFNOSUPPORT);
    CHECK_NUMBER(horo_address_port(&address), 0);
}

static void the_longest_text_fits(void)
{
    struct horo_address address;
    char text[HORO_ADDRESS_TEXT_SIZE];

    CHECK_CODE(horo_address_parse("fe80:ffff:ffff:ffff:ffff:ffff:255.255.255."
                                  "255%4294967295",
                                  65535, &address),
               0);
    CHECK(horo_address_format(&address, text, sizeof text) > 0);
}

int main(void)
{
    RUN(literals_are_read_and_written_in_the_canonical_form);
    RUN(what_is_written_can_be_read);
    RUN(names_and_nonsense_are_refused);
    RUN(families_and_ports_are_as_they_should_be);
    RUN(a_zone_is_an_interface);
    RUN(a_buffer_too_small_is_refused_but_terminated);
    RUN(other_families_have_no_text);
    RUN(the_longest_text_fits);
    return tap_end();
}
