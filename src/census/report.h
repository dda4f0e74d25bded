/* The counts of a census, for people and for programs. */
#ifndef HORO_CENSUS_REPORT_H
#define HORO_CENSUS_REPORT_H

#include <stddef.h>

#include "census/counts.h"
#include "census/text.h"

/* A table: products, the most frequent first, and their sum; then the hosts
 * without an answer by what kept them from it, and their sum; then the total,
 * which is both sums. At most `top` products have a line of their own, 0: all.
 * Sorts the products. */
void horo__report_table(struct horo__counts *counts, size_t top,
                        struct horo__text *text);

/* One line, a Python dictionary of all products of the hosts that answered,
 * the most frequent first: {'nginx': 31, 'Apache': 20, '(none)': 2}. Sorts the
 * products. */
void horo__report_dict(struct horo__counts *counts, struct horo__text *text);

#endif
