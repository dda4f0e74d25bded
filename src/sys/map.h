/* Address space for stacks. */
#ifndef HORO_SYS_MAP_H
#define HORO_SYS_MAP_H

#include <stddef.h>

/* The size of a page of memory, in bytes. */
size_t horo__page_size(void);

/* Reserves zeroed memory that costs nothing until it is touched, in pages
 * never merged to huge ones. Returns 0 or -ENOMEM. mmap(2), MAP_NORESERVE. */
int horo__map(size_t size, void **ret_address);

void horo__unmap(void *address, size_t size);

/* Makes touching the range fatal (SIGSEGV). Where the kernel can
 * (MADV_GUARD_INSTALL, Linux 6.13) this costs no mapping of its own; elsewhere
 * it does, mprotect(2), of which a process has about 32 000 to spare: then
 * -ENOMEM. */
int horo__map_guard(void *address, size_t size);

#endif
