/* The response head reader: what is right, what is wrong, and that no split of
 * the bytes changes a verdict. */
#include "http/response_head.h"

#include <horo/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#define OK 1
#define MORE 0
#define GARBAGE -HORO_EHTTP_GARBAGE
#define TOOLARGE -HORO_EHTTP_TOOLARGE
#define HEAD_LIMIT 512
#define FIELD_LIMIT 8

struct sample {
    const char *bytes;
    size_t size;
    int verdict;
};

#define SAMPLE(text, verdict)          \
    {                                  \
        text, sizeof text - 1, verdict \
    }

static const struct sample corpus[] = {
    SAMPLE("HTTP/1.1 200 OK\r\n\r\n", OK),
    SAMPLE("HTTP/1.0 200 OK\r\nServer: nginx\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 200 \r\n\r\n", OK),
    SAMPLE("HTTP/1.9 200 OK\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 999 Request denied\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 100 Continue\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 200 \xc3\xa9t\xe9\tok \r\n\r\n", OK),
    SAMPLE("HTTP/1.1 200 OK\r\nA:\r\nB: \r\nC:\t x \t\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 200 OK\r\n!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", OK),
    SAMPLE("HTTP/1.1 200 OK\r\nA: long enough for eight at a time\ttab\r\n\r\n",
           OK),
    SAMPLE("HTTP/1.1 200 OK\r\nA: \x80\xff:\"\r\n\r\nbody \x00\r\n", OK),

    SAMPLE("", MORE),
    SAMPLE("HTTP/1.1 2", MORE),
    SAMPLE("HTTP/1.1 200 OK\r\nServer: ngi", MORE),
    SAMPLE("HTTP/1.1 200 OK\r\nServer: nginx\r\n\r", MORE),

    SAMPLE("SSH-2.0-OpenSSH_9.2\r\n", GARBAGE),
    SAMPLE("<html>", GARBAGE),
    SAMPLE("\r\nHTTP/1.1 200 OK\r\n\r\n", GARBAGE),
    SAMPLE(" HTTP/1.1 200 OK\r\n\r\n", GARBAGE),
    SAMPLE("http/1.1 200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/2.0 200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/2 200\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.x 200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.10 200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1  200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1\t200 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 20 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 2000 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 099 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 +20 OK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 O\x01K\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 O\x7fK\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\n\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\r\n\r\n", GARBAGE),

    SAMPLE("HTTP/1.1 200 OK\r\nServer : nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nServer\t: nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\n: nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nServer nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nServer\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\n Server: nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\r\n folded\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\r\n\tfolded\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nS\xc3\xa9rver: nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\n\x00: nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\n(a): nginx\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\x00y\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: 12345678\x00\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: 1234567\x1f\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: 123456\x7f\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: \t\x08 pressed\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\ny: z\r\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\n\r\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\r\n\n", GARBAGE),
    SAMPLE("HTTP/1.1 200 OK\r\nA: x\r\n\rB: y\r\n\r\n", GARBAGE),

    SAMPLE("HTTP/1.1 200 OK\r\n"
           "A:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\nG:\r\nH:\r\n\r\n",
           OK),
    SAMPLE("HTTP/1.1 200 OK\r\n"
           "A:\r\nB:\r\nC:\r\nD:\r\nE:\r\nF:\r\nG:\r\nH:\r\nI:\r\n\r\n",
           TOOLARGE),
};

enum { CORPUS_SIZE = sizeof corpus / sizeof corpus[0] };

/* A copy of exactly its size, so that a sanitizer sees any step beyond. */
static char *exact_copy(const char *bytes, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);

    if (!copy) {
        abort();
    }
    memcpy(copy, bytes, size);
    return copy;
}

/* Feeds what has come so far, in a fresh place each time. */
static int feed(struct horo__response_head *head, const char *bytes,
                size_t size)
{
    char *copy = exact_copy(bytes, size);
    int verdict = horo__response_head_feed(head, copy, size);

    free(copy);
    return verdict;
}

static int whole(const struct sample *sample, struct horo__response_head *head)
{
    horo__response_head_init(head, HEAD_LIMIT, FIELD_LIMIT);
    return feed(head, sample->bytes, sample->size);
}

static bool is_equal(const struct horo__response_head *one,
                     const struct horo__response_head *other)
{
    return one->status == other->status && one->minor == other->minor &&
           one->size == other->size && one->field_count == other->field_count;
}

static void each_sample_has_its_verdict(void)
{
    for (int i = 0; i < CORPUS_SIZE; i++) {
        struct horo__response_head head;
        int verdict = whole(&corpus[i], &head);

        CHECK_NUMBER(verdict, corpus[i].verdict);
        if (verdict != corpus[i].verdict) {
            printf("# sample %d: %s\n", i, corpus[i].bytes);
        }
    }
}

static void byte_by_byte_the_verdict_is_the_same(void)
{
    for (int i = 0; i < CORPUS_SIZE; i++) {
        struct horo__response_head once, head;
        int expected = whole(&corpus[i], &once), verdict = 0;

        horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
        for (size_t size = 1; size <= corpus[i].size; size++) {
            verdict = feed(&head, corpus[i].bytes, size);
        }
        CHECK_NUMBER(verdict, expected);
        CHECK(is_equal(&once, &head));
    }
}

static void in_any_three_reads_the_verdict_is_the_same(void)
{
    for (int i = 0; i < CORPUS_SIZE; i++) {
        size_t size = corpus[i].size;
        struct horo__response_head once;
        int expected = whole(&corpus[i], &once);

        for (size_t first = 0; first <= size; first++) {
            for (size_t second = first; second <= size; second++) {
                struct horo__response_head head;

                horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
                feed(&head, corpus[i].bytes, first);
                feed(&head, corpus[i].bytes, second);
                CHECK_NUMBER(feed(&head, corpus[i].bytes, size), expected);
                CHECK(is_equal(&once, &head));
            }
        }
    }
}

static void garbage_is_known_at_its_first_byte(void)
{
    const char *bytes = "HTTP/1.1 200 OK\r\nServer : nginx";
    struct horo__response_head head;

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, bytes, strlen("HTTP/1.1 200 OK\r\nServer")), MORE);
    CHECK_NUMBER(feed(&head, bytes, strlen("HTTP/1.1 200 OK\r\nServer ")),
                 GARBAGE);
}

static void a_verdict_stays(void)
{
    struct horo__response_head head;

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, "x", 1), GARBAGE);
    CHECK_NUMBER(feed(&head, "HTTP/1.1 200 OK\r\n\r\n", 19), GARBAGE);
    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, "HTTP/1.1 200 OK\r\n\r\n", 19), OK);
    CHECK_NUMBER(feed(&head, "HTTP/1.1 200 OK\r\n\r\n\x01", 20), OK);
}

static void status_version_and_size_are_read(void)
{
    const char *bytes = "HTTP/1.0 404 Not Found\r\nA: b\r\nC: d\r\n\r\nbody";
    struct horo__response_head head;

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, bytes, strlen(bytes)), OK);
    CHECK_NUMBER(head.status, 404);
    CHECK_NUMBER(head.minor, 0);
    CHECK_NUMBER(head.field_count, 2);
    CHECK_NUMBER(head.size, strlen(bytes) - strlen("body"));
}

/* "name=value;" for each field. */
static void fields_text(const char *bytes, char *ret_text)
{
    struct horo__response_head head;
    struct horo__http_field field;
    size_t cursor = 0;

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    horo__response_head_feed(&head, bytes, strlen(bytes));
    *ret_text = '\0';
    while (horo__response_head_next(&head, bytes, &cursor, &field)) {
        ret_text += sprintf(ret_text, "%.*s=%.*s;", (int)field.name_size,
                            field.name, (int)field.value_size, field.value);
    }
}

static void fields_are_found_in_order_and_trimmed(void)
{
    char text[HEAD_LIMIT];

    fields_text("HTTP/1.1 200 OK\r\n\r\n", text);
    CHECK_TEXT(text, "");
    fields_text("HTTP/1.1 200 OK: not a field\r\nServer:\t nginx \t\r\n"
                "Empty:\r\nblank: \t \r\nTwo: a:b  c\r\n\r\nAfter: body\r\n",
                text);
    CHECK_TEXT(text, "Server=nginx;Empty=;blank=;Two=a:b  c;");
    fields_text("HTTP/1.1 200 OK\r\nServer: incomplete\r\n", text);
    CHECK_TEXT(text, "");
}

static void names_match_whatever_their_case(void)
{
    struct horo__http_field field = { .name = "sERVER", .name_size = 6 };

    CHECK(horo__http_field_is(&field, "Server"));
    CHECK(!horo__http_field_is(&field, "Serve"));
    CHECK(!horo__http_field_is(&field, "Server2"));
    CHECK(!horo__http_field_is(&field, "Via"));
    CHECK(!horo__http_field_is(&field, ""));
}

static void interim_responses_are_followed_by_another(void)
{
    const char *bytes = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nServer: y\r\n\r\n";
    struct horo__response_head head;
    size_t first;

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, bytes, strlen(bytes)), OK);
    CHECK(horo__response_head_is_interim(&head));
    first = head.size;
    horo__response_head_init(&head, HEAD_LIMIT - first, FIELD_LIMIT);
    CHECK_NUMBER(feed(&head, bytes + first, strlen(bytes) - first), OK);
    CHECK(!horo__response_head_is_interim(&head));
    CHECK_NUMBER(head.status, 200);

    horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
    feed(&head, "HTTP/1.1 101 Switching Protocols\r\n\r\n", 36);
    CHECK_NUMBER(head.status, 101);
    CHECK(!horo__response_head_is_interim(&head));
}

static void the_size_limit_holds_across_reads(void)
{
    const char *bytes = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    size_t size = strlen(bytes);
    struct horo__response_head head;

    for (size_t limit = 0; limit <= size; limit++) {
        int expected = limit < size ? TOOLARGE : OK, verdict = 0;

        horo__response_head_init(&head, limit, FIELD_LIMIT);
        CHECK_NUMBER(feed(&head, bytes, size), expected);
        horo__response_head_init(&head, limit, FIELD_LIMIT);
        for (size_t i = 1; i <= size; i++) {
            verdict = feed(&head, bytes, i);
        }
        CHECK_NUMBER(verdict, expected);
    }
}

/* Any bytes in any splits: no crash, the same verdict. */
static void random_damage_gives_one_verdict(void)
{
    unsigned seed = 1;

    for (int round = 0; round < 20000; round++) {
        const struct sample *sample = &corpus[round % CORPUS_SIZE];
        char damaged[HEAD_LIMIT];
        struct horo__response_head once, head;
        int expected, verdict = 0;
        size_t size = 0;

        memcpy(damaged, sample->bytes, sample->size);
        for (int i = 0; i < 2 && sample->size > 0; i++) {
            damaged[(size_t)rand_r(&seed) % sample->size] = (char)rand_r(&seed);
        }
        expected = whole(&(struct sample){ damaged, sample->size, 0 }, &once);
        horo__response_head_init(&head, HEAD_LIMIT, FIELD_LIMIT);
        while (size < sample->size) {
            size += 1 + (size_t)rand_r(&seed) % 9;
            size = size < sample->size ? size : sample->size;
            verdict = feed(&head, damaged, size);
        }
        CHECK_NUMBER(verdict, expected);
        CHECK(is_equal(&once, &head));
    }
}

int main(void)
{
    RUN(each_sample_has_its_verdict);
    RUN(byte_by_byte_the_verdict_is_the_same);
    RUN(in_any_three_reads_the_verdict_is_the_same);
    RUN(garbage_is_known_at_its_first_byte);
    RUN(a_verdict_stays);
    RUN(status_version_and_size_are_read);
    RUN(fields_are_found_in_order_and_trimmed);
    RUN(names_match_whatever_their_case);
    RUN(interim_responses_are_followed_by_another);
    RUN(the_size_limit_holds_across_reads);
    RUN(random_damage_gives_one_verdict);
    return tap_end();
}
