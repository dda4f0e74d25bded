/* The only door to the allocator. */
#ifndef HORO_SYS_MEMORY_H
#define HORO_SYS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Zeroed memory, or NULL. */
void *horo__alloc(size_t size);

/* As realloc(3): on failure the old block stays. New bytes are not zeroed. */
void *horo__realloc(void *block, size_t size);

/* NULL is fine. */
void horo__free(void *block);

/* Blocks allocated and not yet freed, in the whole process. */
int64_t horo__memory_blocks(void);

#endif
