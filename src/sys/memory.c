/* See memory.h. */
#include "sys/memory.h"

#include <stdlib.h>

#include "sys/fault.h"

static int64_t live_blocks;

void *horo__alloc(size_t size)
{
    void *block = horo__fault_here("alloc") ? NULL : calloc(1, size ? size : 1);

    if (block) {
        __atomic_add_fetch(&live_blocks, 1, __ATOMIC_RELAXED);
    }
    return block;
}

void *horo__realloc(void *block, size_t size)
{
    void *moved =
        horo__fault_here("realloc") ? NULL : realloc(block, size ? size : 1);

    if (moved && !block) {
        __atomic_add_fetch(&live_blocks, 1, __ATOMIC_RELAXED);
    }
    return moved;
}

void horo__free(void *block)
{
    if (block) {
        __atomic_sub_fetch(&live_blocks, 1, __ATOMIC_RELAXED);
        free(block);
    }
}

int64_t horo__memory_blocks(void)
{
    return __atomic_load_n(&live_blocks, __ATOMIC_RELAXED);
}
