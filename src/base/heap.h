/* Items of one size, of which the least comes out first; among equals the one
 * that went in first. A heap with four children to a node, in memory of the
 * caller's: less deep than a binary one, and siblings lie side by side.
 *
 * An entry is the item, then the number of its arrival, which breaks ties:
 *
 *     | item ... (padding) | arrival: 8 bytes | (padding) |
 */
#ifndef HORO_BASE_HEAP_H
#define HORO_BASE_HEAP_H

#include <horo/detail.h>
#include <stdbool.h>

/* Bytes of one entry, so that items are aligned as in an array. False, with
 * the output untouched, when that is more than a size_t can hold. */
bool horo__heap_entry_size(size_t item_size, size_t *ret_size);

/* `entries` has to be aligned for anything, and to have room for all that will
 * be in the heap at once. */
void horo__heap_init(struct horo__heap *heap, void *entries, size_t item_size,
                     size_t entry_size,
                     int (*compare)(const void *one, const void *other));

void horo__heap_push(struct horo__heap *heap, const void *item);

/* Takes the least item out. The heap must not be empty. */
void horo__heap_pop(struct horo__heap *heap, void *ret_item);

#endif
