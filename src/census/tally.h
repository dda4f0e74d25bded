/* Counts of strings, such as hosts by product. Bounded: once it knows its
 * maximum of different strings, further ones are counted together. */
#ifndef HORO_CENSUS_TALLY_H
#define HORO_CENSUS_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* Under this name the rest is reported. */
#define HORO__TALLY_OTHER "(other)"

struct horo__tally_entry {
    char *name; /* owned, not terminated */
    size_t size;
    uint64_t hash;
    uint64_t count;
};

struct horo__tally {
    struct horo__tally_entry *entries; /* [0, used): owned */
    size_t used;
    size_t capacity;
    uint32_t *slots;   /* entry number + 1, or 0: open addressing, owned */
    size_t slot_count; /* a power of two, at least 2 * capacity */
    size_t limit;      /* of entries */
    uint64_t other;    /* counted without an entry of their own */
};

/* `limit`: how many different strings are told apart. Allocates nothing yet. */
void horo__tally_init(struct horo__tally *tally, size_t limit);
void horo__tally_fini(struct horo__tally *tally);

/* Counts one. Without room or memory for a new string it goes to `other`:
 * nothing is lost. */
void horo__tally_add(struct horo__tally *tally, const char *name, size_t size);

/* The count of one string; 0 when it has no entry. */
uint64_t horo__tally_get(const struct horo__tally *tally, const char *name,
                         size_t size);

/* Everything that was ever added. */
uint64_t horo__tally_total(const struct horo__tally *tally);

/* Orders the entries: the highest count first, equal counts by name. Further
 * adding is allowed. */
void horo__tally_sort(struct horo__tally *tally);

#endif
