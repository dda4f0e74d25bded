/* The head of an HTTP/1.x response, read strictly (RFC 9112 sections 2 to 5).
 *
 * The bytes stay the caller's, in one piece from the first byte of the status
 * line on; they may move between calls. Each byte is looked at once, however
 * the reads were split, and the verdict never depends on the split:
 *
 *     horo__response_head_init(&head, 65536, 128);
 *     do {
 *         used += read(bytes + used);
 *         verdict = horo__response_head_feed(&head, bytes, used);
 *     } while (verdict == 0);
 *
 * An interim response (1xx) is followed by another: begin again with
 * horo__response_head_init() at `bytes + head.size`. */
#ifndef HORO_HTTP_RESPONSE_HEAD_H
#define HORO_HTTP_RESPONSE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

struct horo__response_head {
    /* What was read; they mean something once feed() returned 1. */
    unsigned status;    /* 100 to 999 */
    unsigned minor;     /* the 1 of HTTP/1.1 */
    size_t size;        /* of the head, with the empty line that ends it */
    size_t field_count; /* field lines */

    /* Where the reading stands. */
    size_t offset;      /* bytes already judged */
    size_t fields;      /* where the first field line begins */
    size_t size_limit;  /* of the whole head, in bytes */
    size_t field_limit; /* of field lines */
    int verdict;        /* once it is final */
    unsigned char state;
};

/* One field line: slices of the caller's bytes, white space around the value
 * cut off (RFC 9110 section 5.5). Neither is terminated. */
struct horo__http_field {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
};

/* `size_limit` bounds the head in bytes, `field_limit` its field lines. */
void horo__response_head_init(struct horo__response_head *head,
                              size_t size_limit, size_t field_limit);

/* Reads on in `bytes`, which holds all `size` bytes that have come so far.
 * Returns 1 when the head is complete, 0 when more bytes are needed,
 * -HORO_EHTTP_GARBAGE at the first byte that breaks the grammar, and
 * -HORO_EHTTP_TOOLARGE when the limits leave no room for the head to end.
 * The verdict, once it is not 0, stays the same. */
int horo__response_head_feed(struct horo__response_head *head,
                             const char *bytes, size_t size);

/* Steps through the field lines of a complete head, in their order. `*cursor`
 * is 0 before the first. Returns false, with the field untouched, after the
 * last. */
bool horo__response_head_next(const struct horo__response_head *head,
                              const char *bytes, size_t *cursor,
                              struct horo__http_field *ret_field);

/* True for 1xx, after which the same connection carries another response; but
 * for 101, after which it speaks no HTTP (RFC 9110 section 15.2.2). */
bool horo__response_head_is_interim(const struct horo__response_head *head);

/* True when the field has this name; letter case does not matter. */
bool horo__http_field_is(const struct horo__http_field *field,
                         const char *name);

#endif
