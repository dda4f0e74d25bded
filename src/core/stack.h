/* Stacks for tasks: reserved in slabs, guarded, reused last in first out. */
#ifndef HORO_CORE_STACK_H
#define HORO_CORE_STACK_H

#include <stddef.h>
#include <stdint.h>

enum { HORO__STACK_CLASSES = 5, HORO__STACK_LARGEST = 8 << 20 };

/* One stack: usable from `bottom` up to `top`; the page below is the guard. */
struct horo__stack {
    char *bottom;
    char *top;
    unsigned char size_class;
    unsigned valgrind_id;
};

/* A free stack remembers itself at its own top. */
struct horo__free_stack {
    struct horo__free_stack *next;
    struct horo__stack stack;
};

struct horo__slab;

struct horo__stack_class {
    struct horo__free_stack *free; /* the one used last first */
    char *fresh;                   /* never used yet, in the newest slab */
    size_t fresh_count;
    size_t slab_count; /* stacks in the next slab */
    size_t used_ever;
    struct horo__slab *slabs;
};

struct horo__stacks {
    size_t page_size;
    struct horo__stack_class classes[HORO__STACK_CLASSES];
    uint64_t live; /* handed out or kept for reuse */
    uint64_t reserved_bytes;
};

void horo__stacks_init(struct horo__stacks *stacks);

/* Gives all slabs back; no stack may be in use. */
void horo__stacks_fini(struct horo__stacks *stacks);

/* Finds a stack of at least `size` usable bytes. Returns 0, -ENOMEM, or
 * -EINVAL for more than the largest class, 8 MiB. */
int horo__stack_take(struct horo__stacks *stacks, size_t size,
                     struct horo__stack *ret_stack);

/* Gives one back. It may be the one that is running, provided that it is left
 * before the next take. */
void horo__stack_give(struct horo__stacks *stacks,
                      const struct horo__stack *stack);

#endif
