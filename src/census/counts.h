/* What a census has counted: every host once. */
#ifndef HORO_CENSUS_COUNTS_H
#define HORO_CENSUS_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "census/outcome.h"
#include "census/record.h"
#include "census/tally.h"

struct horo__counts {
    struct horo__tally products; /* of hosts that answered and named one */
    uint64_t none;               /* that answered and named none */
    uint64_t outcomes[HORO__OUTCOME_COUNT]; /* their sum is the total */
    uint64_t not_asked; /* or not to the end; outside the total */
    bool more_unread;   /* and input that was not read */
};

/* `product_limit`: how many products are told apart. */
void horo__counts_init(struct horo__counts *counts, size_t product_limit);
void horo__counts_fini(struct horo__counts *counts);

void horo__counts_add(struct horo__counts *counts,
                      const struct horo__record *record);

uint64_t horo__counts_total(const struct horo__counts *counts);

#endif
