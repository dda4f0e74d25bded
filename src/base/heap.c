/* See heap.h: a hole moves along a path, and is filled at its end. */
#include "base/heap.h"

#include <string.h>

#include "base/check.h"
#include "base/size.h"

enum { CHILDREN = 4, MOST_ALIGNMENT = 16 };

/* --- entries --- */

/* Of what an item can contain: its size is a multiple of that. */
static size_t alignment_of(size_t item_size)
{
    size_t alignment = item_size & -item_size;

    if (alignment < sizeof(uint64_t)) {
        return sizeof(uint64_t);
    }
    return alignment < MOST_ALIGNMENT ? alignment : MOST_ALIGNMENT;
}

static bool round_up(size_t size, size_t unit, size_t *ret_size)
{
    if (!horo__size_add(size, unit - 1, &size)) {
        return false;
    }
    *ret_size = size - size % unit;
    return true;
}

/* Where the arrival is. The size of an entry has been computed, so this does
 * not overflow. */
static size_t arrival_offset(const struct horo__heap *heap)
{
    size_t unit = sizeof(uint64_t);

    return (heap->item_size + unit - 1) / unit * unit;
}

bool horo__heap_entry_size(size_t item_size, size_t *ret_size)
{
    size_t size;

    return round_up(item_size, sizeof(uint64_t), &size) &&
           horo__size_add(size, sizeof(uint64_t), &size) &&
           round_up(size, alignment_of(item_size), ret_size);
}

static char *entry_at(const struct horo__heap *heap, size_t at)
{
    return heap->entries + at * heap->entry_size;
}

static uint64_t arrival_of(const struct horo__heap *heap, const char *entry)
{
    uint64_t arrival;

    memcpy(&arrival, entry + arrival_offset(heap), sizeof arrival);
    return arrival;
}

static bool is_before(const struct horo__heap *heap, const char *one,
                      const char *other)
{
    int difference = heap->compare(one, other);

    if (difference != 0) {
        return difference < 0;
    }
    return arrival_of(heap, one) < arrival_of(heap, other);
}

static void move(const struct horo__heap *heap, size_t to, size_t from)
{
    memcpy(entry_at(heap, to), entry_at(heap, from), heap->entry_size);
}

/* --- the heap --- */

void horo__heap_init(struct horo__heap *heap, void *entries, size_t item_size,
                     size_t entry_size,
                     int (*compare)(const void *one, const void *other))
{
    *heap = (struct horo__heap){
        .entries = entries,
        .item_size = item_size,
        .entry_size = entry_size,
        .compare = compare,
    };
}

void horo__heap_push(struct horo__heap *heap, const void *item)
{
    size_t hole = heap->count++;

    while (hole > 0) {
        size_t parent = (hole - 1) / CHILDREN;

        /* What is equal came earlier, and stays in front. */
        if (heap->compare(item, entry_at(heap, parent)) >= 0) {
            break;
        }
        move(heap, hole, parent);
        hole = parent;
    }
    memcpy(entry_at(heap, hole), item, heap->item_size);
    memcpy(entry_at(heap, hole) + arrival_offset(heap), &heap->arrivals,
           sizeof heap->arrivals);
    heap->arrivals++;
}

/* The first of the children of `parent`, among `count` entries; `count` when
 * it has none. */
static size_t least_child(const struct horo__heap *heap, size_t parent,
                          size_t count)
{
    size_t first = parent * CHILDREN + 1;
    size_t end = first + CHILDREN < count ? first + CHILDREN : count;
    size_t least = first < count ? first : count;

    for (size_t child = first + 1; child < end; child++) {
        if (is_before(heap, entry_at(heap, child), entry_at(heap, least))) {
            least = child;
        }
    }
    return least;
}

void horo__heap_pop(struct horo__heap *heap, void *ret_item)
{
    size_t hole = 0;
    size_t last; /* to be put elsewhere; stays where it is meanwhile */

    horo__check(heap->count > 0);
    memcpy(ret_item, entry_at(heap, 0), heap->item_size);
    last = --heap->count;
    for (;;) {
        size_t child = least_child(heap, hole, last);

        if (child == last ||
            is_before(heap, entry_at(heap, last), entry_at(heap, child))) {
            break;
        }
        move(heap, hole, child);
        hole = child;
    }
    if (hole != last) {
        move(heap, hole, last);
    }
}
