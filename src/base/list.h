/* Circular doubly linked lists, intrusive: the links live in their owners. */
#ifndef HORO_BASE_LIST_H
#define HORO_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <horo/detail.h>

/* The struct that contains `member` at `pointer`. */
#define horo__container(pointer, type, member) \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void horo__list_init(struct horo__link *list)
{
    list->next = list;
    list->prev = list;
}

static inline bool horo__list_is_empty(const struct horo__link *list)
{
    return list->next == list;
}

static inline void horo__list_append(struct horo__link *list,
                                     struct horo__link *item)
{
    item->prev = list->prev;
    item->next = list;
    list->prev->next = item;
    list->prev = item;
}

/* Leaves `item` alone in a list of its own, so that removing twice is safe. */
static inline void horo__list_remove(struct horo__link *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    horo__list_init(item);
}

/* Appends all items of `from` to `list`; none are left there. */
static inline void horo__list_move(struct horo__link *list,
                                   struct horo__link *from)
{
    if (!horo__list_is_empty(from)) {
        from->next->prev = list->prev;
        from->prev->next = list;
        list->prev->next = from->next;
        list->prev = from->prev;
        horo__list_init(from);
    }
}

/* The first item, unlinked; NULL when the list is empty. */
static inline struct horo__link *horo__list_pop(struct horo__link *list)
{
    struct horo__link *item = list->next;

    if (item == list) {
        return NULL;
    }
    horo__list_remove(item);
    return item;
}

#endif
