/* Reading the line of a host list. Names are held to the letters, digits,
 * hyphens and underscores that the DNS in practice carries, and to the lengths
 * of RFC 1035 section 2.3.4; whether a name exists is the DNS's to say. */
#include "census/target.h"

#include <errno.h>
#include <horo/address.h>
#include <string.h>

struct slice {
    const char *bytes;
    size_t size;
};

/* Longest part of a line that a message repeats. */
#define QUOTE_SIZE 40

static struct slice slice_of(const char *string)
{
    return (struct slice){ string, strlen(string) };
}

/* The part from `at` on. */
static struct slice from(struct slice whole, size_t at)
{
    return (struct slice){ whole.bytes + at, whole.size - at };
}

/* The part before `at`. */
static struct slice before(struct slice whole, size_t at)
{
    return (struct slice){ whole.bytes, at };
}

/* Where `byte` stands, or the size. */
static size_t find(struct slice text, char byte)
{
    const char *found =
        text.size > 0 ? memchr(text.bytes, byte, text.size) : NULL;

    return found ? (size_t)(found - text.bytes) : text.size;
}

static bool has(struct slice text, char byte)
{
    return find(text, byte) < text.size;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

static bool is_letter(char byte)
{
    byte = to_lower(byte);
    return byte >= 'a' && byte <= 'z';
}

static bool is_number(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.bytes[i])) {
            return false;
        }
    }
    return text.size > 0;
}

/* Composes a message around a part of the line; `around` has one '@' where
 * the part goes. Returns -EINVAL. */
static int refuse(struct horo__text *fault, const char *around,
                  struct slice part)
{
    size_t at = find(slice_of(around), '@');
    size_t shown = part.size < QUOTE_SIZE ? part.size : QUOTE_SIZE;

    horo__text_add(fault, around, at);
    if (around[at] == '@') {
        horo__text_add_printable(fault, part.bytes, shown);
        horo__text_add_string(fault, shown < part.size ? "..." : "");
        horo__text_add_string(fault, around + at + 1);
    }
    return -EINVAL;
}

static int refuse_length(struct horo__text *fault, const char *what,
                         size_t size, size_t limit)
{
    horo__text_add_string(fault, what);
    horo__text_add_number(fault, size);
    horo__text_add_string(fault, " characters; ");
    horo__text_add_number(fault, limit);
    horo__text_add_string(fault, " are allowed");
    return -EINVAL;
}

/* Without line end, surrounding blanks and comment. */
static struct slice trim(struct slice line)
{
    if (line.size > 0 && line.bytes[line.size - 1] == '\n') {
        line.size--;
    }
    if (line.size > 0 && line.bytes[line.size - 1] == '\r') {
        line.size--;
    }
    for (size_t i = 0; i < line.size; i++) {
        if (line.bytes[i] == '#' && (i == 0 || is_blank(line.bytes[i - 1]))) {
            line.size = i;
        }
    }
    while (line.size > 0 && is_blank(line.bytes[0])) {
        line = from(line, 1);
    }
    while (line.size > 0 && is_blank(line.bytes[line.size - 1])) {
        line.size--;
    }
    return line;
}

/* Bytes that no host, port or URL has. */
static int check_bytes(struct slice line, struct horo__text *fault)
{
    for (size_t i = 0; i < line.size; i++) {
        unsigned char byte = (unsigned char)line.bytes[i];

        if (is_blank(line.bytes[i])) {
            return refuse(fault, "a blank inside '@': one host to a line",
                          line);
        }
        if (byte < 0x20 || byte == 0x7f) {
            return refuse(fault, "control character '@'",
                          (struct slice){ line.bytes + i, 1 });
        }
        if (byte >= 0x80) {
            return refuse(
                fault, "'@' is not ASCII: write such a name in its xn-- form",
                line);
        }
    }
    return 0;
}

/* Takes "12," off the front of "12,example.org". */
static struct slice take_rank(struct slice line, uint64_t *ret_rank)
{
    size_t comma = find(line, ',');
    uint64_t rank = 0;

    if (comma == line.size || comma > 18 || !is_number(before(line, comma))) {
        return line;
    }
    for (size_t i = 0; i < comma; i++) {
        rank = rank * 10 + (uint64_t)(line.bytes[i] - '0');
    }
    *ret_rank = rank;
    return from(line, comma + 1);
}

static bool is_scheme(struct slice text, const char *lower_case)
{
    if (text.size != strlen(lower_case)) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (to_lower(text.bytes[i]) != lower_case[i]) {
            return false;
        }
    }
    return true;
}

/* The parts of "host:port", of "[v6]:port", and of a URL's authority. */
struct authority {
    struct slice host;
    struct slice port; /* without the colon */
    bool has_port;     /* a colon was there */
    bool is_bracketed;
    bool is_url;
};

/* Reduces a URL to its authority, RFC 3986 section 3.2; leaves "host:port" as
 * it is. */
static int take_authority(struct slice *line, struct authority *parts,
                          struct horo__text *fault)
{
    struct slice all = *line, scheme = before(all, find(all, ':'));
    struct slice rest = from(all, scheme.size);
    size_t end;

    if (rest.size < 3 || memcmp(rest.bytes, "://", 3) != 0) {
        return has(all, '/')
                   ? refuse(fault, "'@' has a '/': a URL begins with http://",
                            all)
                   : 0;
    }
    if (is_scheme(scheme, "https")) {
        return refuse(fault, "'@': plain HTTP only for now, no https://", all);
    }
    if (!is_scheme(scheme, "http")) {
        return refuse(fault, "unknown scheme '@': only http:// can be asked",
                      scheme);
    }
    rest = from(rest, 3);
    for (end = 0; end < rest.size && !strchr("/?#", rest.bytes[end]); end++) {
        continue;
    }
    rest.size = end;
    if (has(rest, '@')) {
        return refuse(fault, "'@': a user name in a URL is not supported", all);
    }
    parts->is_url = true;
    *line = rest;
    return 0;
}

/* Several colons without brackets are an address without a port. */
static int split_port(struct slice text, struct authority *parts,
                      struct horo__text *fault)
{
    size_t end = find(text, ':');
    struct slice rest;

    parts->is_bracketed = text.size > 0 && text.bytes[0] == '[';
    if (parts->is_bracketed) {
        end = find(text, ']');
        if (end == text.size) {
            return refuse(fault, "'@' has a '[' without ']'", text);
        }
        parts->host = before(from(text, 1), end - 1);
        rest = from(text, end + 1);
    } else {
        if (end < text.size && has(from(text, end + 1), ':')) {
            end = text.size;
        }
        parts->host = before(text, end);
        rest = from(text, end);
    }
    if (rest.size > 0 && rest.bytes[0] != ':') {
        return refuse(fault, "'@' after the ']': only a ':port' may follow",
                      rest);
    }
    parts->has_port = rest.size > 0;
    parts->port = from(rest, rest.size > 0 ? 1 : 0);
    return 0;
}

static int parse_port(struct slice text, uint16_t *ret_port,
                      struct horo__text *fault)
{
    unsigned port = 0;

    if (text.size == 0) {
        return refuse(fault, "no port after the ':'", text);
    }
    if (!is_number(text)) {
        return refuse(fault, "port '@' is not a number", text);
    }
    for (size_t i = 0; i < text.size && port <= UINT16_MAX; i++) {
        port = port * 10 + (unsigned)(text.bytes[i] - '0');
    }
    if (port == 0 || port > UINT16_MAX) {
        return refuse(fault, "port @ is out of range (1-65535)", text);
    }
    *ret_port = (uint16_t)port;
    return 0;
}

/* Checks one label of a name. */
static int check_label(struct slice label, struct slice name,
                       struct horo__text *fault)
{
    if (label.size == 0) {
        return refuse(fault, "empty label in '@'", name);
    }
    if (label.size > 63) {
        return refuse_length(fault, "a label of ", label.size, 63);
    }
    for (size_t i = 0; i < label.size; i++) {
        char byte = label.bytes[i];
        if (!is_letter(byte) && !is_digit(byte) && byte != '-' && byte != '_') {
            return refuse(fault, "'@' has a character that no host name has",
                          name);
        }
    }
    return 0;
}

static int check_name(struct slice name, struct horo__text *fault)
{
    struct slice rest = name, label;
    int rc;

    if (name.size >= HORO__TARGET_HOST_SIZE) {
        return refuse_length(fault, "a name of ", name.size,
                             HORO__TARGET_HOST_SIZE - 1);
    }
    for (;;) {
        label = before(rest, find(rest, '.'));
        rc = check_label(label, name, fault);
        if (rc < 0) {
            return rc;
        }
        if (label.size == rest.size) {
            break;
        }
        rest = from(rest, label.size + 1);
    }
    /* 300.1.2.3, 10.1, 0127.0.0.1: some read these as addresses, others as
     * names. No top-level domain is a number. */
    if (is_number(label)) {
        return refuse(fault, "'@' is neither a name nor an IPv4 address", name);
    }
    return 0;
}

static int parse_host(struct authority *parts, struct horo__target *target,
                      struct horo__text *fault)
{
    struct slice host = parts->host;
    bool has_colon = has(host, ':');
    struct horo_address address;

    if (!has_colon && host.size > 0 && host.bytes[host.size - 1] == '.') {
        host.size--; /* the root's label, always empty */
    }
    if (host.size == 0) {
        return refuse(fault, "the host is empty", host);
    }
    if (host.size < sizeof target->host) {
        memcpy(target->host, host.bytes, host.size);
        target->host[host.size] = '\0';
        target->is_literal = horo_address_parse(target->host, 0, &address) == 0;
    }
    if (has_colon || parts->is_bracketed) {
        return has_colon && target->is_literal
                   ? 0
                   : refuse(fault, "'@' is not an IPv6 address", host);
    }
    return target->is_literal ? 0 : check_name(host, fault);
}

int horo__target_parse(const char *line, size_t size,
                       struct horo__target *ret_target,
                       struct horo__text *fault)
{
    struct slice text = trim((struct slice){ line, size });
    struct authority parts = { 0 };
    struct horo__target target = { 0 };
    int rc;

    if (text.size == 0) {
        return 0;
    }
    rc = check_bytes(text, fault);
    if (rc < 0) {
        return rc;
    }
    text = take_rank(text, &target.rank);
    rc = take_authority(&text, &parts, fault);
    if (rc < 0) {
        return rc;
    }
    rc = split_port(text, &parts, fault);
    if (rc < 0) {
        return rc;
    }
    /* "http://host:/" has the default port, RFC 3986 section 3.2.3. */
    if (parts.has_port && !(parts.is_url && parts.port.size == 0)) {
        rc = parse_port(parts.port, &target.port, fault);
        if (rc < 0) {
            return rc;
        }
    }
    rc = parse_host(&parts, &target, fault);
    if (rc < 0) {
        return rc;
    }
    *ret_target = target;
    return 1;
}
