/* One record, one count. */
#include "census/counts.h"

#include <string.h>

#include "census/product.h"

void horo__counts_init(struct horo__counts *counts, size_t product_limit)
{
    *counts = (struct horo__counts){ 0 };
    horo__tally_init(&counts->products, product_limit);
}

void horo__counts_fini(struct horo__counts *counts)
{
    horo__tally_fini(&counts->products);
}

void horo__counts_add(struct horo__counts *counts,
                      const struct horo__record *record)
{
    if (record->outcome == HORO__OUTCOME_LOCAL_CANCELLED) {
        counts->not_asked++; /* nothing is known of it */
        return;
    }
    counts->outcomes[record->outcome]++;
    if (record->outcome != HORO__OUTCOME_ANSWER) {
        return;
    }
    if (record->product_size > 0) {
        horo__tally_add(&counts->products, record->product,
                        record->product_size);
    } else {
        counts->none++;
    }
}

uint64_t horo__counts_total(const struct horo__counts *counts)
{
    uint64_t total = 0;

    for (int i = 0; i < HORO__OUTCOME_COUNT; i++) {
        total += counts->outcomes[i];
    }
    return total;
}
