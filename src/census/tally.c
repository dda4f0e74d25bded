/* A hash table of indices into an array of entries.
 *
 * Strangers choose the names, so they can choose names that collide. With the
 * limit of entries that only slows: a chain is never longer than the table, and
 * stored hashes are compared before names are. */
#include "census/tally.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/size.h"
#include "sys/memory.h"

#define FIRST_CAPACITY 32

/* FNV-1a with a final mix, as the low bits choose the slot. */
static uint64_t hash_of(const char *name, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    }
    return hash ^ hash >> 32;
}

void horo__tally_init(struct horo__tally *tally, size_t limit)
{
    horo__check(limit < UINT32_MAX / 4);
    *tally = (struct horo__tally){ .limit = limit };
}

void horo__tally_fini(struct horo__tally *tally)
{
    for (size_t i = 0; i < tally->used; i++) {
        horo__free(tally->entries[i].name);
    }
    horo__free(tally->entries);
    horo__free(tally->slots);
    *tally = (struct horo__tally){ 0 };
}

static bool is_named(const struct horo__tally_entry *entry, const char *name,
                     size_t size, uint64_t hash)
{
    return entry->hash == hash && entry->size == size &&
           memcmp(entry->name, name, size) == 0;
}

/* The slot of this string, or the free one where it would go. */
static uint32_t *find_slot(const struct horo__tally *tally, const char *name,
                           size_t size, uint64_t hash)
{
    size_t mask = tally->slot_count - 1;
    size_t at = hash & mask;

    for (;; at = (at + 1) & mask) {
        uint32_t number = tally->slots[at];

        if (number == 0 ||
            is_named(tally->entries + (number - 1), name, size, hash)) {
            return tally->slots + at;
        }
    }
}

static void fill_slots(struct horo__tally *tally)
{
    memset(tally->slots, 0, tally->slot_count * sizeof *tally->slots);
    for (size_t i = 0; i < tally->used; i++) {
        const struct horo__tally_entry *entry = tally->entries + i;
        *find_slot(tally, entry->name, entry->size, entry->hash) =
            (uint32_t)i + 1;
    }
}

/* Makes room for one more entry. False without memory. */
static bool grow(struct horo__tally *tally)
{
    size_t capacity =
        tally->capacity > 0 ? tally->capacity * 2 : FIRST_CAPACITY;
    size_t entry_bytes, slot_bytes;
    void *entries;
    uint32_t *slots;

    if (!horo__size_multiply(capacity, sizeof *tally->entries, &entry_bytes) ||
        !horo__size_multiply(capacity * 2, sizeof *slots, &slot_bytes)) {
        return false;
    }
    slots = horo__alloc(slot_bytes);
    if (!slots) {
        return false;
    }
    entries = horo__realloc(tally->entries, entry_bytes);
    if (!entries) {
        horo__free(slots);
        return false;
    }
    horo__free(tally->slots);
    tally->entries = entries;
    tally->capacity = capacity;
    tally->slots = slots;
    tally->slot_count = capacity * 2;
    fill_slots(tally);
    return true;
}

/* A new entry with a count of one. False without room. */
static bool insert(struct horo__tally *tally, const char *name, size_t size,
                   uint64_t hash)
{
    char *copy;

    if (tally->used == tally->limit ||
        (tally->used == tally->capacity && !grow(tally))) {
        return false;
    }
    copy = horo__alloc(size > 0 ? size : 1);
    if (!copy) {
        return false;
    }
    memcpy(copy, name, size);
    tally->entries[tally->used] = (struct horo__tally_entry){
        .name = copy,
        .size = size,
        .hash = hash,
        .count = 1,
    };
    *find_slot(tally, name, size, hash) = (uint32_t)++tally->used;
    return true;
}

static struct horo__tally_entry *find(const struct horo__tally *tally,
                                      const char *name, size_t size,
                                      uint64_t hash)
{
    uint32_t number = tally->used > 0 ? *find_slot(tally, name, size, hash) : 0;

    return number > 0 ? tally->entries + number - 1 : NULL;
}

void horo__tally_add(struct horo__tally *tally, const char *name, size_t size)
{
    uint64_t hash = hash_of(name, size);
    struct horo__tally_entry *entry = find(tally, name, size, hash);

    if (entry) {
        entry->count++;
    } else if (!insert(tally, name, size, hash)) {
        tally->other++;
    }
}

uint64_t horo__tally_get(const struct horo__tally *tally, const char *name,
                         size_t size)
{
    const struct horo__tally_entry *entry =
        find(tally, name, size, hash_of(name, size));

    return entry ? entry->count : 0;
}

uint64_t horo__tally_total(const struct horo__tally *tally)
{
    uint64_t total = tally->other;

    for (size_t i = 0; i < tally->used; i++) {
        total += tally->entries[i].count;
    }
    return total;
}

/* True when `one` is listed before `other`. */
static bool is_before(const struct horo__tally_entry *one,
                      const struct horo__tally_entry *other)
{
    size_t common = one->size < other->size ? one->size : other->size;
    int order;

    if (one->count != other->count) {
        return one->count > other->count;
    }
    order = memcmp(one->name, other->name, common);
    return order != 0 ? order < 0 : one->size < other->size;
}

static void swap(struct horo__tally_entry *one, struct horo__tally_entry *other)
{
    struct horo__tally_entry kept = *one;

    *one = *other;
    *other = kept;
}

/* Restores the heap of [0, size), the last entry in order on top, below `at`. */
static void sift_down(struct horo__tally_entry *heap, size_t at, size_t size)
{
    for (;;) {
        size_t last = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++) {
            if (child < size && is_before(heap + last, heap + child)) {
                last = child;
            }
        }
        if (last == at) {
            return;
        }
        swap(heap + at, heap + last);
        at = last;
    }
}

/* Heapsort: qsort(3) may allocate behind our back. */
void horo__tally_sort(struct horo__tally *tally)
{
    size_t size = tally->used;

    if (size < 2) {
        return;
    }
    for (size_t at = size / 2; at-- > 0;) {
        sift_down(tally->entries, at, size);
    }
    while (--size > 0) {
        swap(tally->entries, tally->entries + size);
        sift_down(tally->entries, 0, size);
    }
    fill_slots(tally);
}
