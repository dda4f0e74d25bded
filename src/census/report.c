/* Tables and dictionaries of counts. */
#include "census/report.h"

#include <string.h>

#include "census/product.h"

/* Widths in columns: of the names, between a minimum and a maximum that longer
 * names overrun, and of the counts. */
#define NAME_WIDTH_MIN 16
#define NAME_WIDTH_MAX 40
#define COUNT_WIDTH_MIN 7

struct table {
    struct horo__text *text;
    uint64_t total;
    size_t name_width;
    size_t count_width;
};

static size_t digits_of(uint64_t number)
{
    size_t digits = 1;

    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static void pad(struct horo__text *text, size_t width, size_t used)
{
    horo__text_add_fill(text, ' ', width > used ? width - used : 0);
}

/* "  34.3%" of the total, rounded to a tenth. */
static void add_share(const struct table *table, uint64_t count)
{
    uint64_t tenths =
        table->total > 0
            ? (uint64_t)((double)count * 1000 / (double)table->total + 0.5)
            : 0;

    pad(table->text, 4, digits_of(tenths / 10));
    horo__text_add_number(table->text, tenths / 10);
    horo__text_add_string(table->text, ".");
    horo__text_add_number(table->text, tenths % 10);
    horo__text_add_string(table->text, "%");
}

/* A line; `note` may be empty. */
static void add_row(const struct table *table, const char *name, size_t size,
                    uint64_t count, const char *note)
{
    horo__text_add_printable(table->text, name, size);
    pad(table->text, table->name_width, horo__text_printable_width(name, size));
    pad(table->text, table->count_width, digits_of(count));
    horo__text_add_number(table->text, count);
    add_share(table, count);
    if (note[0] != '\0') {
        horo__text_add_string(table->text, "  ");
        horo__text_add_string(table->text, note);
    }
    horo__text_add_string(table->text, "\n");
}

static void add_named_row(const struct table *table, const char *name,
                          uint64_t count, const char *note)
{
    add_row(table, name, strlen(name), count, note);
}

/* A line between a list and its sum. */
static void add_rule(const struct table *table)
{
    horo__text_add_fill(table->text, '-',
                        table->name_width + table->count_width + 7);
    horo__text_add_string(table->text, "\n");
}

static size_t name_width(const struct horo__tally *products, size_t shown)
{
    size_t widest = NAME_WIDTH_MIN;

    for (size_t i = 0; i < shown; i++) {
        const struct horo__tally_entry *entry = products->entries + i;
        size_t width = horo__text_printable_width(entry->name, entry->size);
        if (width > widest && width <= NAME_WIDTH_MAX) {
            widest = width;
        }
    }
    return widest;
}

static void add_products(const struct table *table,
                         const struct horo__counts *counts, size_t shown)
{
    const struct horo__tally *products = &counts->products;
    uint64_t hidden = 0;

    for (size_t i = 0; i < products->used; i++) {
        const struct horo__tally_entry *entry = products->entries + i;
        if (i < shown) {
            add_row(table, entry->name, entry->size, entry->count, "");
        } else {
            hidden += entry->count;
        }
    }
    if (hidden > 0) {
        add_named_row(table, "(less frequent)", hidden, "");
    }
    if (counts->none > 0) {
        add_named_row(table, HORO__PRODUCT_NONE, counts->none,
                      "no Server header");
    }
    if (products->other > 0) {
        add_named_row(table, HORO__TALLY_OTHER, products->other,
                      "more products than are told apart");
    }
}

static void add_failures(const struct table *table,
                         const struct horo__counts *counts)
{
    for (int i = HORO__OUTCOME_ANSWER + 1; i < HORO__OUTCOME_COUNT; i++) {
        if (counts->outcomes[i] > 0) {
            add_named_row(table, horo__outcome_name(i), counts->outcomes[i],
                          horo__outcome_meaning(i));
        }
    }
}

/* After an interrupted census. */
static void add_not_asked(const struct table *table,
                          const struct horo__counts *counts)
{
    static const char name[] = "not asked";

    if (counts->not_asked == 0 && !counts->more_unread) {
        return;
    }
    horo__text_add_string(table->text, name);
    pad(table->text, table->name_width, sizeof name - 1);
    pad(table->text, table->count_width, digits_of(counts->not_asked));
    horo__text_add_number(table->text, counts->not_asked);
    horo__text_add_string(
        table->text, counts->more_unread ? "  and what was not read\n" : "\n");
}

void horo__report_table(struct horo__counts *counts, size_t top,
                        struct horo__text *text)
{
    uint64_t total = horo__counts_total(counts);
    uint64_t answered = counts->outcomes[HORO__OUTCOME_ANSWER];
    size_t shown =
        top > 0 && top < counts->products.used ? top : counts->products.used;
    struct table table = { .text = text, .total = total };

    horo__tally_sort(&counts->products);
    table.name_width = name_width(&counts->products, shown);
    table.count_width = digits_of(total) + 2;
    if (table.count_width < COUNT_WIDTH_MIN) {
        table.count_width = COUNT_WIDTH_MIN;
    }

    if (answered > 0) {
        add_products(&table, counts, shown);
        add_rule(&table);
    }
    add_named_row(&table, "answered", answered, "");
    if (total > answered) {
        horo__text_add_string(text, "\n");
        add_failures(&table, counts);
        add_rule(&table);
        add_named_row(&table, "no answer", total - answered, "");
    }
    horo__text_add_string(text, "\n");
    add_named_row(&table, "total", total, "");
    add_not_asked(&table, counts);
}

static void add_item(struct horo__text *text, const char *name, size_t size,
                     uint64_t count, const char **separator)
{
    if (count == 0) {
        return;
    }
    horo__text_add_string(text, *separator);
    horo__text_add_python(text, name, size);
    horo__text_add_string(text, ": ");
    horo__text_add_number(text, count);
    *separator = ", ";
}

void horo__report_dict(struct horo__counts *counts, struct horo__text *text)
{
    const struct horo__tally *products = &counts->products;
    const char *separator = "";

    horo__tally_sort(&counts->products);
    horo__text_add_string(text, "{");
    for (size_t i = 0; i < products->used; i++) {
        const struct horo__tally_entry *entry = products->entries + i;
        add_item(text, entry->name, entry->size, entry->count, &separator);
    }
    add_item(text, HORO__PRODUCT_NONE, strlen(HORO__PRODUCT_NONE), counts->none,
             &separator);
    add_item(text, HORO__TALLY_OTHER, strlen(HORO__TALLY_OTHER),
             products->other, &separator);
    horo__text_add_string(text, "}\n");
}
