/* See store.h: a ring, used at one end or at both; or a heap. */
#include "sync/store.h"

#include <errno.h>

#include "base/check.h"
#include "base/heap.h"
#include "base/size.h"
#include "sys/memory.h"

static bool is_valid(const struct horo_channel_options *options)
{
    if (options->item_size == 0 ||
        (options->capacity == 0 && options->order != HORO_CHANNEL_FIFO)) {
        return false;
    }
    switch (options->order) {
    case HORO_CHANNEL_FIFO:
    case HORO_CHANNEL_LIFO:
        return true;
    case HORO_CHANNEL_PRIORITY:
        return options->compare != NULL;
    }
    return false;
}

int horo__store_init(struct horo__store *store,
                     const struct horo_channel_options *options)
{
    size_t entry_size = options->item_size;
    size_t size;

    if (!is_valid(options)) {
        return -EINVAL;
    }
    store->item_size = options->item_size;
    store->capacity = options->capacity;
    store->order = (unsigned char)options->order;
    if (options->capacity == 0) {
        return 0;
    }
    if ((options->order == HORO_CHANNEL_PRIORITY &&
         !horo__heap_entry_size(options->item_size, &entry_size)) ||
        !horo__size_multiply(options->capacity, entry_size, &size)) {
        return -ENOMEM;
    }
    store->items = horo__alloc(size);
    if (!store->items) {
        return -ENOMEM;
    }
    horo__heap_init(&store->heap, store->items, options->item_size, entry_size,
                    options->compare);
    return 0;
}

void horo__store_fini(struct horo__store *store)
{
    horo__free(store->items);
    store->items = NULL;
    store->count = 0;
}

/* The item that is `ahead` places behind the oldest one in the ring. */
static char *item_at(const struct horo__store *store, size_t ahead)
{
    size_t at = store->capacity - store->head;

    at = ahead < at ? store->head + ahead : ahead - at;
    return store->items + at * store->item_size;
}

void horo__store_push(struct horo__store *store, const void *item)
{
    horo__check(store->count < store->capacity);
    if (store->order == HORO_CHANNEL_PRIORITY) {
        horo__heap_push(&store->heap, item);
    } else {
        horo__store_copy(store, item_at(store, store->count), item);
    }
    store->count++;
}

static void forget_oldest(struct horo__store *store)
{
    store->head++;
    if (store->head == store->capacity) {
        store->head = 0;
    }
}

void horo__store_pop(struct horo__store *store, void *ret_item)
{
    horo__check(store->count > 0);
    store->count--;
    switch ((enum horo_channel_order)store->order) {
    case HORO_CHANNEL_FIFO:
        horo__store_copy(store, ret_item, item_at(store, 0));
        forget_oldest(store);
        return;
    case HORO_CHANNEL_LIFO:
        horo__store_copy(store, ret_item, item_at(store, store->count));
        return;
    case HORO_CHANNEL_PRIORITY:
        horo__heap_pop(&store->heap, ret_item);
        return;
    }
}

void *horo__store_drop(struct horo__store *store)
{
    if (store->count == 0) {
        return NULL;
    }
    store->count--;
    if (store->order == HORO_CHANNEL_PRIORITY) {
        /* Any order will do: the last entry leaves a heap behind. */
        store->heap.count = store->count;
        return store->items + store->count * store->heap.entry_size;
    }
    if (store->order == HORO_CHANNEL_FIFO) {
        char *item = item_at(store, 0);

        forget_oldest(store);
        return item;
    }
    return item_at(store, store->count);
}
