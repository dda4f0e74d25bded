/* See stack.h.
 *
 * A slab is a row of slots: one guard page, then the stack. The usable size is
 * a power of two, so slots are an odd number of pages apart: the tops of
 * neighbouring stacks, which are the hot part, fall into different sets of
 * the processor's caches. Within the first page tops are shifted too. */
#include "core/stack.h"

#include <errno.h>
#include <stdbool.h>

#include "base/check.h"
#include "core/annotate.h"
#include "sys/map.h"
#include "sys/memory.h"

static const size_t class_sizes[HORO__STACK_CLASSES] = {
    (size_t)16 << 10, (size_t)64 << 10,    (size_t)256 << 10,
    (size_t)1 << 20,  HORO__STACK_LARGEST,
};

enum {
    FIRST_SLAB_BYTES = 4 << 20, /* doubled with each slab up to the limit */
    LARGEST_SLAB_BYTES = 1 << 30,
    TOP_SHIFTS = 16, /* different places of the top in its page */
    TOP_SHIFT_BYTES = 128
};

struct horo__slab {
    struct horo__slab *next;
    char *base;
    size_t size;
};

static size_t slot_size(const struct horo__stacks *stacks, unsigned size_class)
{
    return class_sizes[size_class] + stacks->page_size;
}

void horo__stacks_init(struct horo__stacks *stacks)
{
    *stacks = (struct horo__stacks){ .page_size = horo__page_size() };
    for (unsigned i = 0; i < HORO__STACK_CLASSES; i++) {
        size_t count = FIRST_SLAB_BYTES / slot_size(stacks, i);

        stacks->classes[i].slab_count = count ? count : 1;
    }
}

void horo__stacks_fini(struct horo__stacks *stacks)
{
    for (unsigned i = 0; i < HORO__STACK_CLASSES; i++) {
        struct horo__stack_class *class = &stacks->classes[i];

        while (class->free) {
            horo__annotate_stack_gone(&class->free->stack);
            class->free = class->free->next;
        }
        while (class->slabs) {
            struct horo__slab *slab = class->slabs;

            class->slabs = slab->next;
            horo__unmap(slab->base, slab->size);
            horo__free(slab);
        }
    }
}

static int add_slab(struct horo__stacks *stacks, unsigned size_class)
{
    struct horo__stack_class *class = &stacks->classes[size_class];
    size_t slot = slot_size(stacks, size_class);
    struct horo__slab *slab = horo__alloc(sizeof *slab);
    void *base;
    int rc;

    if (!slab) {
        return -ENOMEM;
    }
    slab->size = class->slab_count * slot;
    rc = horo__map(slab->size, &base);
    if (rc < 0) {
        horo__free(slab);
        return rc;
    }
    slab->base = base;
    slab->next = class->slabs;
    class->slabs = slab;
    class->fresh = base;
    class->fresh_count = class->slab_count;
    stacks->reserved_bytes += slab->size;
    if (slab->size * 2 <= LARGEST_SLAB_BYTES) {
        class->slab_count *= 2;
    }
    return 0;
}

/* Cuts a new stack from the newest slab. */
static int take_fresh(struct horo__stacks *stacks, unsigned size_class,
                      struct horo__stack *ret_stack)
{
    struct horo__stack_class *class = &stacks->classes[size_class];
    size_t slot = slot_size(stacks, size_class);
    size_t shift = class->used_ever % TOP_SHIFTS * TOP_SHIFT_BYTES;
    int rc = 0;

    if (class->fresh_count == 0) {
        rc = add_slab(stacks, size_class);
    }
    if (rc == 0) {
        rc = horo__map_guard(class->fresh, stacks->page_size);
    }
    if (rc < 0) {
        return rc;
    }
    *ret_stack = (struct horo__stack){
        .bottom = class->fresh + stacks->page_size,
        .top = class->fresh + slot - shift,
        .size_class = (unsigned char)size_class,
    };
    horo__annotate_stack_new(ret_stack);
    class->fresh += slot;
    class->fresh_count--;
    class->used_ever++;
    stacks->live++;
    return 0;
}

static struct horo__free_stack *free_record(const struct horo__stack *stack)
{
    return (struct horo__free_stack *)(void *)(stack->top -
                                               sizeof(struct horo__free_stack));
}

int horo__stack_take(struct horo__stacks *stacks, size_t size,
                     struct horo__stack *ret_stack)
{
    unsigned size_class = 0;
    struct horo__free_stack *free;

    while (size > class_sizes[size_class]) {
        if (++size_class == HORO__STACK_CLASSES) {
            return -EINVAL;
        }
    }
    free = stacks->classes[size_class].free;
    if (!free) {
        return take_fresh(stacks, size_class, ret_stack);
    }
    stacks->classes[size_class].free = free->next;
    *ret_stack = free->stack;
    horo__annotate_stack_reused(ret_stack);
    return 0;
}

void horo__stack_give(struct horo__stacks *stacks,
                      const struct horo__stack *stack)
{
    struct horo__stack copy = *stack; /* it may lie where the record goes */
    struct horo__free_stack *record = free_record(&copy);

    record->stack = copy;
    record->next = stacks->classes[copy.size_class].free;
    stacks->classes[copy.size_class].free = record;
}
