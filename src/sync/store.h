/* The items in a channel: so many of one size, first in first out, last in
 * first out, or the least first. Knows nothing of tasks. */
#ifndef HORO_SYNC_STORE_H
#define HORO_SYNC_STORE_H

#include <horo/channel.h>
#include <string.h>

/* Returns 0, -EINVAL or -ENOMEM, as horo_channel_init(). */
int horo__store_init(struct horo__store *store,
                     const struct horo_channel_options *options);

/* The items are forgotten. A zeroed store is fine. */
void horo__store_fini(struct horo__store *store);

/* The store must not be full. */
void horo__store_push(struct horo__store *store, const void *item);

/* Takes the item whose turn it is. The store must not be empty. */
void horo__store_pop(struct horo__store *store, void *ret_item);

/* Takes an item to be discarded, which stays where it is until the next push.
 * NULL when there is none. */
void *horo__store_drop(struct horo__store *store);

/* Copies one item. Most are a pointer or a number, for which a call of
 * memcpy() would take longer than all the rest. */
static inline void horo__store_copy(const struct horo__store *store, void *to,
                                    const void *from)
{
    if (store->item_size == sizeof(uint64_t)) {
        memcpy(to, from, sizeof(uint64_t));
    } else if (store->item_size == sizeof(uint32_t)) {
        memcpy(to, from, sizeof(uint32_t));
    } else {
        memcpy(to, from, store->item_size);
    }
}

#endif
