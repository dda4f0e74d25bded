/* Lines of host lists: what is a target, and what is said of the others. */
#include "census/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* "host port", or "skip", or "error: reason". */
static const char *read_bytes(const char *line, size_t size)
{
    static char answer[HORO__TARGET_HOST_SIZE + HORO__TARGET_FAULT_SIZE];
    char buffer[HORO__TARGET_FAULT_SIZE];
    char *copy = malloc(size > 0 ? size : 1); /* exact, for the sanitizers */
    struct horo__target target = { .port = 4242 };
    struct horo__text fault;
    int rc;

    memcpy(copy, line, size);
    horo__text_init(&fault, buffer, sizeof buffer, NULL, NULL);
    rc = horo__target_parse(copy, size, &target, &fault);
    free(copy);
    if (rc == 1) {
        snprintf(answer, sizeof answer, "%s %d%s%s", target.host, target.port,
                 target.is_literal ? " literal" : "",
                 target.rank > 0 ? " ranked" : "");
    } else if (rc == 0) {
        snprintf(answer, sizeof answer, "skip");
    } else {
        snprintf(answer, sizeof answer, "error: %s", horo__text_string(&fault));
        CHECK_NUMBER(rc, -EINVAL);
        CHECK_NUMBER(fault.failure, 0);
    }
    if (rc != 1) {
        CHECK_NUMBER(target.port, 4242); /* untouched */
    }
    return answer;
}

static const char *read_line(const char *line)
{
    return read_bytes(line, strlen(line));
}

static void blank_lines_and_comments_are_skipped(void)
{
    CHECK_TEXT(read_line(""), "skip");
    CHECK_TEXT(read_line("\n"), "skip");
    CHECK_TEXT(read_line("\r\n"), "skip");
    CHECK_TEXT(read_line(" \t "), "skip");
    CHECK_TEXT(read_line("# tyxo.bg"), "skip");
    CHECK_TEXT(read_line("  #tyxo.bg\r\n"), "skip");
    CHECK_TEXT(read_line("# \x01 \xff"), "skip");
}

static void names_are_read_with_and_without_port(void)
{
    CHECK_TEXT(read_line("vbox7.com"), "vbox7.com 0");
    CHECK_TEXT(read_line("vbox7.com\n"), "vbox7.com 0");
    CHECK_TEXT(read_line(" \tvbox7.com \t\r\n"), "vbox7.com 0");
    CHECK_TEXT(read_line("vbox7.com # video"), "vbox7.com 0");
    CHECK_TEXT(read_line("vbox7.com:8080"), "vbox7.com 8080");
    CHECK_TEXT(read_line("vbox7.com:00080"), "vbox7.com 80");
    CHECK_TEXT(read_line("vbox7.com:1"), "vbox7.com 1");
    CHECK_TEXT(read_line("vbox7.com:65535"), "vbox7.com 65535");
    CHECK_TEXT(read_line("vbox7.com.:81"), "vbox7.com 81");
    CHECK_TEXT(read_line("localhost"), "localhost 0");
    CHECK_TEXT(read_line("VBOX7.Com"), "VBOX7.Com 0");
    CHECK_TEXT(read_line("a_b.c-d.xn--90ae"), "a_b.c-d.xn--90ae 0");
    CHECK_TEXT(read_line("24chasa.bg"), "24chasa.bg 0");
}

static void addresses_are_literals(void)
{
    CHECK_TEXT(read_line("192.0.2.1"), "192.0.2.1 0 literal");
    CHECK_TEXT(read_line("192.0.2.1:8080"), "192.0.2.1 8080 literal");
    CHECK_TEXT(read_line("2001:db8::1"), "2001:db8::1 0 literal");
    CHECK_TEXT(read_line("[2001:db8::1]"), "2001:db8::1 0 literal");
    CHECK_TEXT(read_line("[::1]:8080"), "::1 8080 literal");
    CHECK_TEXT(read_line("http://[::1]:8080/"), "::1 8080 literal");
    CHECK_TEXT(read_line("::ffff:192.0.2.1"), "::ffff:192.0.2.1 0 literal");
}

static void urls_give_host_and_port(void)
{
    CHECK_TEXT(read_line("http://vbox7.com"), "vbox7.com 0");
    CHECK_TEXT(read_line("http://vbox7.com/"), "vbox7.com 0");
    CHECK_TEXT(read_line("HTTP://vbox7.com:81/a:b/@?c#d"), "vbox7.com 81");
    CHECK_TEXT(read_line("http://vbox7.com:/"), "vbox7.com 0");
    CHECK_TEXT(read_line("http://vbox7.com?q"), "vbox7.com 0");
    CHECK_TEXT(read_line("http://192.0.2.1/"), "192.0.2.1 0 literal");
}

static void rank_lists_keep_the_rank(void)
{
    CHECK_TEXT(read_line("12,vbox7.com\r\n"), "vbox7.com 0 ranked");
    CHECK_TEXT(read_line("1,com"), "com 0 ranked");
    CHECK_TEXT(read_line("x,vbox7.com"),
               "error: 'x,vbox7.com' has a character that no host name has");
}

static void ports_out_of_range_are_refused(void)
{
    CHECK_TEXT(read_line("vbox7.com:70000"),
               "error: port 70000 is out of range (1-65535)");
    CHECK_TEXT(read_line("vbox7.com:65536"),
               "error: port 65536 is out of range (1-65535)");
    CHECK_TEXT(read_line("vbox7.com:0"),
               "error: port 0 is out of range (1-65535)");
    CHECK_TEXT(read_line("a.bg:99999999999999999999"),
               "error: port 99999999999999999999 is out of range (1-65535)");
    CHECK_TEXT(read_line("vbox7.com:http"),
               "error: port 'http' is not a number");
    CHECK_TEXT(read_line("vbox7.com:-1"), "error: port '-1' is not a number");
    CHECK_TEXT(read_line("vbox7.com:"), "error: no port after the ':'");
}

static void names_that_cannot_be_are_refused(void)
{
    char line[400];

    memset(line, 'a', sizeof line);
    for (size_t i = 50; i < 300; i += 50) {
        line[i] = '.';
    }
    CHECK_TEXT(read_bytes(line, 300),
               "error: a name of 300 characters; 253 are allowed");
    CHECK(strncmp(read_bytes(line, 253), "aaaa", 4) == 0);
    CHECK_TEXT(read_bytes(line, 254),
               "error: a name of 254 characters; 253 are allowed");
    memset(line, 'a', sizeof line);
    CHECK_TEXT(read_bytes(line, 64),
               "error: a label of 64 characters; 63 are allowed");
    CHECK(strncmp(read_bytes(line, 63), "aaaa", 4) == 0);

    CHECK_TEXT(read_line("."), "error: the host is empty");
    CHECK_TEXT(read_line(":80"), "error: the host is empty");
    CHECK_TEXT(read_line("http:///index.html"), "error: the host is empty");
    CHECK_TEXT(read_line("1,"), "error: the host is empty");
    CHECK_TEXT(read_line("a..b"), "error: empty label in 'a..b'");
    CHECK_TEXT(read_line(".a"), "error: empty label in '.a'");
    CHECK_TEXT(read_line("a.bg.."), "error: empty label in 'a.bg.'");
    CHECK_TEXT(read_line("a!b.bg"),
               "error: 'a!b.bg' has a character that no host name has");
}

static void half_addresses_are_refused(void)
{
    CHECK_TEXT(read_line("300.1.2.3"),
               "error: '300.1.2.3' is neither a name nor an IPv4 address");
    CHECK_TEXT(read_line("10.1"),
               "error: '10.1' is neither a name nor an IPv4 address");
    CHECK_TEXT(read_line("127.0.0.01"),
               "error: '127.0.0.01' is neither a name nor an IPv4 address");
    CHECK_TEXT(read_line("1::2::3"), "error: '1::2::3' is not an IPv6 address");
    CHECK_TEXT(read_line("[vbox7.com]"),
               "error: 'vbox7.com' is not an IPv6 address");
    CHECK_TEXT(read_line("[192.0.2.1]:80"),
               "error: '192.0.2.1' is not an IPv6 address");
    CHECK_TEXT(read_line("[::1"), "error: '[::1' has a '[' without ']'");
    CHECK_TEXT(read_line("[::1]80"),
               "error: '80' after the ']': only a ':port' may follow");
    CHECK_TEXT(read_line("[]"), "error: the host is empty");
    CHECK_TEXT(read_line("192.0.2.0/24"),
               "error: '192.0.2.0/24' has a '/': a URL begins with http://");
}

static void what_is_no_http_url_is_refused(void)
{
    CHECK_TEXT(read_line("https://vbox7.com/"),
               "error: 'https://vbox7.com/': plain HTTP only for now, "
               "no https://");
    CHECK_TEXT(read_line("ftp://vbox7.com/"),
               "error: unknown scheme 'ftp': only http:// can be asked");
    CHECK_TEXT(read_line("http://me@vbox7.com/"),
               "error: 'http://me@vbox7.com/': a user name in a URL is not "
               "supported");
    CHECK_TEXT(read_line("vbox7.com/index.html"),
               "error: 'vbox7.com/index.html' has a '/': a URL begins with "
               "http://");
}

static void strange_bytes_are_shown_harmless(void)
{
    CHECK_TEXT(read_bytes("a\0b", 3), "error: control character '\\x00'");
    CHECK_TEXT(read_line("a\x1b[31m"), "error: control character '\\x1b'");
    CHECK_TEXT(read_line("a\rb"), "error: control character '\\r'");
    CHECK_TEXT(read_line("a\x7f"), "error: control character '\\x7f'");
    CHECK_TEXT(read_line("vbox7.com zamunda.net"),
               "error: a blank inside 'vbox7.com zamunda.net': one host to "
               "a line");
    CHECK_TEXT(read_line("\xd1\x85\xd0\xbe.bg"),
               "error: '\\u0445\\u043e.bg' is not ASCII: write such a name in "
               "its xn-- form");
    CHECK_TEXT(read_line("01234567890123456789012345678901234567890123456789!"),
               "error: '0123456789012345678901234567890123456789...' has a "
               "character that no host name has");
}

/* Any bytes: no crash, a message of bounded size. */
static void random_lines_are_survived(void)
{
    static const char alphabet[] = "http://[]:.,@#a0-\r\n \t\xc3\x01/?";
    unsigned seed = 1;

    for (int round = 0; round < 200000; round++) {
        char line[24];
        size_t size = (size_t)rand_r(&seed) % sizeof line;

        for (size_t i = 0; i < size; i++) {
            line[i] = alphabet[(size_t)rand_r(&seed) % sizeof alphabet];
        }
        read_bytes(line, size);
    }
}

int main(void)
{
    RUN(blank_lines_and_comments_are_skipped);
    RUN(names_are_read_with_and_without_port);
    RUN(addresses_are_literals);
    RUN(urls_give_host_and_port);
    RUN(rank_lists_keep_the_rank);
    RUN(ports_out_of_range_are_refused);
    RUN(names_that_cannot_be_are_refused);
    RUN(half_addresses_are_refused);
    RUN(what_is_no_http_url_is_refused);
    RUN(strange_bytes_are_shown_harmless);
    RUN(random_lines_are_survived);
    return tap_end();
}
