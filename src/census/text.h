/* Text that is built piece by piece in a buffer of the caller's, and written
 * out through a function whenever the buffer is full.
 *
 * Failures are kept until asked for, so that a report is written down without
 * a check after each piece. */
#ifndef HORO_CENSUS_TEXT_H
#define HORO_CENSUS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Writes all bytes somewhere; returns 0 or a negative code. */
typedef int horo__text_write_fn(void *arg, const char *bytes, size_t size);

struct horo__text {
    char *buffer; /* the caller's */
    size_t capacity;
    size_t size;                /* bytes in the buffer, not yet written */
    horo__text_write_fn *write; /* NULL: what does not fit is cut off */
    void *write_arg;
    int failure; /* the first of write(); -ENOSPC after a cut */
};

/* `write` may be NULL. */
void horo__text_init(struct horo__text *text, char *buffer, size_t capacity,
                     horo__text_write_fn *write, void *write_arg);

/* Writes out what the buffer holds. Returns 0 or the first failure. */
int horo__text_flush(struct horo__text *text);

/* Ends the text in the buffer with a zero, for which the last byte is given up
 * if need be. For texts without a write function. */
const char *horo__text_string(struct horo__text *text);

void horo__text_add(struct horo__text *text, const char *bytes, size_t size);
void horo__text_add_string(struct horo__text *text, const char *string);
void horo__text_add_number(struct horo__text *text, uint64_t number);

/* The number of milliseconds in `ns`, with three decimals: "12.345". */
void horo__text_add_milliseconds(struct horo__text *text, uint64_t ns);

/* `byte`, `count` times. */
void horo__text_add_fill(struct horo__text *text, char byte, size_t count);

/* The quoting functions take bytes of any kind. Bytes that are not valid
 * UTF-8 are taken for ISO 8859-1, the historic charset of HTTP (RFC 9110
 * section 5.5), as a whole. All of them write ASCII only: nothing can steer
 * a terminal, reorder a line or end a string early. */

/* For people: without quotes; other than printable ASCII becomes \n, \x1b,
 * \u00e9 or \U0001f40e, and a backslash becomes two. */
void horo__text_add_printable(struct horo__text *text, const char *bytes,
                              size_t size);

/* A JSON string with its quotes (RFC 8259 section 7). */
void horo__text_add_json(struct horo__text *text, const char *bytes,
                         size_t size);

/* A Python string literal with its quotes, chosen as repr() chooses them. */
void horo__text_add_python(struct horo__text *text, const char *bytes,
                           size_t size);

/* The width of horo__text_add_printable(), in columns. */
size_t horo__text_printable_width(const char *bytes, size_t size);

#endif
