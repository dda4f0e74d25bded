/* What is known of one host after it was asked. */
#ifndef HORO_CENSUS_RECORD_H
#define HORO_CENSUS_RECORD_H

#include <horo/address.h>
#include <stddef.h>
#include <stdint.h>

#include "census/outcome.h"
#include "census/text.h"

/* Points into memory of whoever made it; good during the call that hands it
 * over. What is unknown is zero. */
struct horo__record {
    const char *host; /* any bytes when it is an unreadable line */
    size_t host_size;
    uint16_t port;
    uint64_t rank; /* in the list it came from */

    enum horo__outcome outcome;
    enum horo__phase phase; /* in which asking ended */
    uint64_t elapsed_ns;

    struct horo_address address; /* the last one tried; size 0: none */
    unsigned status;             /* of the response */
    const char *server; /* all Server field values, by ", "; NULL: no field */
    size_t server_size;
    const char *product; /* NULL unless it answered and named one */
    size_t product_size;
};

/* Adds one line of JSON (JSON Lines), always with the same keys but for
 * "rank", which is there when the host has one. */
void horo__record_write_json(const struct horo__record *record,
                             struct horo__text *text);

#endif
