/* The strict response head reader: a machine over bytes, without allocation.
 *
 *     STATUS -> REASON -> REASON_LF -> START <-> NAME -> VALUE -> VALUE_LF
 *                                        |                          |
 *                                        v                          +-> START
 *                                      END_LF -> the head is complete
 *
 * What RFC 9112 lets a recipient forgive is refused where parsers are known to
 * differ about it: line folding (section 5.2), a bare LF or CR (section 2.2),
 * white space before the colon (section 5.1), a missing space after the status
 * code (section 4). */
#include "http/response_head.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include <horo/error.h>

enum state {
    STATE_STATUS = 0, /* in "HTTP/1.1 200 " */
    STATE_REASON,
    STATE_REASON_LF,
    STATE_START, /* at the first byte of a line after the status line */
    STATE_NAME,
    STATE_VALUE,
    STATE_VALUE_LF,
    STATE_END_LF,
};

/* Where the parts of the status line are: "HTTP/1.1 200 OK". */
enum {
    VERSION_MINOR = 7,
    VERSION_SPACE = 8,
    CODE_FIRST = 9,
    CODE_LAST = 11,
    CODE_SPACE = 12,
    REASON_FIRST = 13,
};

/* tchar of RFC 9110 section 5.6.2. */
static const unsigned char is_token[256] = {
    ['!'] = 1,         ['#'] = 1,         ['$'] = 1, ['%'] = 1,
    ['&'] = 1,         ['\''] = 1,        ['*'] = 1, ['+'] = 1,
    ['-'] = 1,         ['.'] = 1,         ['^'] = 1, ['_'] = 1,
    ['`'] = 1,         ['|'] = 1,         ['~'] = 1, ['0' ... '9'] = 1,
    ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Bytes that may stand in a value or a reason: HTAB, SP, VCHAR, obs-text. */
static bool is_text(char byte)
{
    unsigned char code = (unsigned char)byte;

    return (code >= 0x20 && code != 0x7f) || code == '\t';
}

/* Marks, by their high bits, bytes below 0x20 or equal to 0x7f. A borrow may
 * mark more bytes, but only above the lowest one that is rightly marked. */
static uint64_t mark_controls(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t deleted = bytes ^ (ones * 0x7f);
    uint64_t low = (bytes - ones * 0x20) & ~bytes;
    uint64_t zero = (deleted - ones) & ~deleted;

    return (low | zero) & (ones * 0x80);
}

/* The first byte in [at, end) that may not stand in a value, or `end`. Eight
 * bytes at a time: most of a head is values. */
static size_t skip_text(const char *bytes, size_t at, size_t end)
{
    uint64_t eight, marks;

    while (end - at >= sizeof eight) {
        memcpy(&eight, bytes + at, sizeof eight);
        marks = mark_controls(le64toh(eight));
        if (marks == 0) {
            at += sizeof eight;
            continue;
        }
        at += (size_t)__builtin_ctzll(marks) / 8;
        if (!is_text(bytes[at])) {
            return at;
        }
        at++; /* a tab */
    }
    while (at < end && is_text(bytes[at])) {
        at++;
    }
    return at;
}

static size_t skip_token(const char *bytes, size_t at, size_t end)
{
    while (at < end && is_token[(unsigned char)bytes[at]]) {
        at++;
    }
    return at;
}

/* Judges byte number `at` of the status line, before the reason. The first
 * digit of the code is never 0: RFC 9110 section 15 begins at 100, and counts
 * the codes from 600 on, which servers do send, as server errors. */
static bool status_byte_fits(struct horo__response_head *head, size_t at,
                             char byte)
{
    if (at < VERSION_MINOR) {
        return byte == "HTTP/1."[at];
    }
    if (at == VERSION_SPACE || at == CODE_SPACE) {
        return byte == ' ';
    }
    if (!is_digit(byte) || (at == CODE_FIRST && byte == '0')) {
        return false;
    }
    if (at == VERSION_MINOR) {
        head->minor = (unsigned)(byte - '0');
    } else {
        head->status = head->status * 10 + (unsigned)(byte - '0');
    }
    return true;
}

/* The parts of the machine: each takes what it can of [*at, end), leaves the
 * first byte that is not its own to the next state, and returns 0 or the final
 * verdict. No byte is judged twice. */

static int take_status(struct horo__response_head *head, const char *bytes,
                       size_t *at, size_t end)
{
    size_t stop = end < REASON_FIRST ? end : REASON_FIRST;

    while (*at < stop) {
        if (!status_byte_fits(head, *at, bytes[*at])) {
            return -HORO_EHTTP_GARBAGE;
        }
        ++*at;
    }
    if (*at == REASON_FIRST) {
        head->state = STATE_REASON;
    }
    return 0;
}

static int take_text(struct horo__response_head *head, const char *bytes,
                     size_t *at, size_t end)
{
    *at = skip_text(bytes, *at, end);
    if (*at == end) {
        return 0;
    }
    if (bytes[*at] != '\r') {
        return -HORO_EHTTP_GARBAGE;
    }
    ++*at;
    head->state =
        head->state == STATE_REASON ? STATE_REASON_LF : STATE_VALUE_LF;
    return 0;
}

static int take_line_feed(struct horo__response_head *head, const char *bytes,
                          size_t *at)
{
    if (bytes[*at] != '\n') {
        return -HORO_EHTTP_GARBAGE;
    }
    ++*at;
    if (head->state == STATE_END_LF) {
        head->size = *at;
        return 1;
    }
    if (head->state == STATE_REASON_LF) {
        head->fields = *at;
    }
    head->state = STATE_START;
    return 0;
}

static int take_line_start(struct horo__response_head *head, const char *bytes,
                           size_t *at)
{
    if (bytes[*at] == '\r') {
        ++*at;
        head->state = STATE_END_LF;
        return 0;
    }
    if (!is_token[(unsigned char)bytes[*at]]) {
        return -HORO_EHTTP_GARBAGE;
    }
    if (head->field_count == head->field_limit) {
        return -HORO_EHTTP_TOOLARGE;
    }
    head->field_count++;
    head->state = STATE_NAME;
    return 0;
}

static int take_name(struct horo__response_head *head, const char *bytes,
                     size_t *at, size_t end)
{
    *at = skip_token(bytes, *at, end);
    if (*at == end) {
        return 0;
    }
    if (bytes[*at] != ':') {
        return -HORO_EHTTP_GARBAGE;
    }
    ++*at;
    head->state = STATE_VALUE;
    return 0;
}

static int take(struct horo__response_head *head, const char *bytes, size_t *at,
                size_t end)
{
    switch ((enum state)head->state) {
    case STATE_STATUS:
        return take_status(head, bytes, at, end);
    case STATE_REASON:
    case STATE_VALUE:
        return take_text(head, bytes, at, end);
    case STATE_REASON_LF:
    case STATE_VALUE_LF:
    case STATE_END_LF:
        return take_line_feed(head, bytes, at);
    case STATE_START:
        return take_line_start(head, bytes, at);
    case STATE_NAME:
        return take_name(head, bytes, at, end);
    }
    return -HORO_EHTTP_GARBAGE; /* no such state */
}

void horo__response_head_init(struct horo__response_head *head,
                              size_t size_limit, size_t field_limit)
{
    *head = (struct horo__response_head){
        .size_limit = size_limit,
        .field_limit = field_limit,
    };
}

int horo__response_head_feed(struct horo__response_head *head,
                             const char *bytes, size_t size)
{
    size_t end = size < head->size_limit ? size : head->size_limit;

    while (head->verdict == 0 && head->offset < end) {
        head->verdict = take(head, bytes, &head->offset, end);
    }
    if (head->verdict == 0 && head->offset == head->size_limit) {
        head->verdict = -HORO_EHTTP_TOOLARGE;
    }
    return head->verdict;
}

bool horo__response_head_next(const struct horo__response_head *head,
                              const char *bytes, size_t *cursor,
                              struct horo__http_field *ret_field)
{
    const char *name = bytes + (*cursor > 0 ? *cursor : head->fields);
    const char *last = bytes + head->size - strlen("\r\n");
    const char *colon, *value, *end;

    if (head->verdict != 1 || name >= last) {
        return false;
    }
    /* The grammar holds already: both are found. */
    colon = memchr(name, ':', (size_t)(last - name));
    end = memchr(colon, '\r', (size_t)(last - colon));
    *cursor = (size_t)(end - bytes) + strlen("\r\n");

    value = colon + 1;
    while (value < end && is_blank(*value)) {
        value++;
    }
    while (end > value && is_blank(end[-1])) {
        end--;
    }
    *ret_field = (struct horo__http_field){
        .name = name,
        .name_size = (size_t)(colon - name),
        .value = value,
        .value_size = (size_t)(end - value),
    };
    return true;
}

bool horo__response_head_is_interim(const struct horo__response_head *head)
{
    return head->status >= 100 && head->status <= 199 && head->status != 101;
}

/* Of ASCII only, whatever the locale. */
static char to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

bool horo__http_field_is(const struct horo__http_field *field, const char *name)
{
    size_t i;

    for (i = 0; i < field->name_size; i++) {
        if (name[i] == '\0' || to_lower(field->name[i]) != to_lower(name[i])) {
            return false;
        }
    }
    return name[i] == '\0';
}
