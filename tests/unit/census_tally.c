/* Counting strings. */
#include "census/tally.h"

#include <stdio.h>
#include <string.h>

#include "harness.h"

static void add(struct horo__tally *tally, const char *name)
{
    horo__tally_add(tally, name, strlen(name));
}

static uint64_t get(const struct horo__tally *tally, const char *name)
{
    return horo__tally_get(tally, name, strlen(name));
}

/* "name=count;" for each entry. */
static const char *listed(const struct horo__tally *tally)
{
    static char text[256];
    char *at = text;

    text[0] = '\0';
    for (size_t i = 0; i < tally->used; i++) {
        const struct horo__tally_entry *entry = tally->entries + i;
        at += sprintf(at, "%.*s=%d;", (int)entry->size, entry->name,
                      (int)entry->count);
    }
    return text;
}

static void a_fresh_tally_is_empty(void)
{
    struct horo__tally tally;

    horo__tally_init(&tally, 10);
    CHECK_NUMBER(horo__tally_total(&tally), 0);
    CHECK_NUMBER(get(&tally, "nginx"), 0);
    horo__tally_sort(&tally);
    horo__tally_fini(&tally);
}

static void equal_strings_are_counted_together(void)
{
    struct horo__tally tally;

    horo__tally_init(&tally, 10);
    add(&tally, "nginx");
    add(&tally, "Apache");
    add(&tally, "nginx");
    add(&tally, "");
    horo__tally_add(&tally, "nginx\0x", 7);
    CHECK_NUMBER(get(&tally, "nginx"), 2);
    CHECK_NUMBER(get(&tally, "Apache"), 1);
    CHECK_NUMBER(get(&tally, ""), 1);
    CHECK_NUMBER(horo__tally_get(&tally, "nginx\0x", 7), 1);
    CHECK_NUMBER(get(&tally, "apache"), 0);
    CHECK_NUMBER(horo__tally_total(&tally), 5);
    horo__tally_fini(&tally);
}

static void sorting_puts_the_frequent_first_and_ties_by_name(void)
{
    struct horo__tally tally;

    horo__tally_init(&tally, 10);
    add(&tally, "one");
    add(&tally, "b");
    add(&tally, "three");
    add(&tally, "a");
    add(&tally, "three");
    add(&tally, "ab");
    add(&tally, "three");
    horo__tally_sort(&tally);
    CHECK_TEXT(listed(&tally), "three=3;a=1;ab=1;b=1;one=1;");
    add(&tally, "b"); /* still found after the entries moved */
    horo__tally_sort(&tally);
    CHECK_TEXT(listed(&tally), "three=3;b=2;a=1;ab=1;one=1;");
    horo__tally_fini(&tally);
}

static void beyond_the_limit_all_go_to_other(void)
{
    struct horo__tally tally;

    horo__tally_init(&tally, 2);
    add(&tally, "a");
    add(&tally, "b");
    add(&tally, "c");
    add(&tally, "d");
    add(&tally, "a");
    CHECK_TEXT(listed(&tally), "a=2;b=1;");
    CHECK_NUMBER(tally.other, 2);
    CHECK_NUMBER(horo__tally_total(&tally), 5);
    horo__tally_fini(&tally);
}

static void thousands_of_names_keep_their_counts(void)
{
    struct horo__tally tally;
    char name[16];

    horo__tally_init(&tally, 5000);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "product-%d", i);
            if (i % 3 >= round) {
                add(&tally, name);
            }
        }
    }
    horo__tally_sort(&tally);
    CHECK_NUMBER(tally.used, 5000);
    CHECK_NUMBER(tally.other, 0);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "product-%d", i);
        CHECK_NUMBER(get(&tally, name), i % 3 + 1);
    }
    for (size_t i = 1; i < tally.used; i++) {
        CHECK(tally.entries[i - 1].count >= tally.entries[i].count);
    }
    horo__tally_fini(&tally);
}

int main(void)
{
    RUN(a_fresh_tally_is_empty);
    RUN(equal_strings_are_counted_together);
    RUN(sorting_puts_the_frequent_first_and_ties_by_name);
    RUN(beyond_the_limit_all_go_to_other);
    RUN(thousands_of_names_keep_their_counts);
    return tap_end();
}
