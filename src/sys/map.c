/* See map.h. */
#include "sys/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys/fault.h"

/* Linux 6.13, include/uapi/asm-generic/mman-common.h. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

size_t horo__page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

int horo__map(size_t size, void **ret_address)
{
    void *address;

    if (horo__fault_here("mmap")) {
        return -ENOMEM;
    }
    address =
        mmap(NULL, size, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (address == MAP_FAILED) {
        return -errno;
    }
    /* A huge page under a stack would cost 2 MiB for the first byte. Kernels
     * without them refuse, which is as good. */
    (void)madvise(address, size, MADV_NOHUGEPAGE);
    *ret_address = address;
    return 0;
}

void horo__unmap(void *address, size_t size)
{
    (void)munmap(address, size); /* cannot fail for what horo__map() gave */
}

/* Whether touching the byte fails, without touching it: the kernel is asked to
 * read it. False when it cannot be told. */
static bool is_guarded(const void *address)
{
    int ends[2];
    bool is_fault;

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return false;
    }
    is_fault = write(ends[1], address, 1) < 0 && errno == EFAULT;
    (void)close(ends[0]);
    (void)close(ends[1]);
    return is_fault;
}

/* Advice may be ignored, and emulators report success for what they do not
 * know: the first guard of the process is tried. */
static bool advise_guard(void *address, size_t size)
{
    static bool is_proven;

    if (madvise(address, size, MADV_GUARD_INSTALL) < 0) {
        return false;
    }
    if (!__atomic_load_n(&is_proven, __ATOMIC_RELAXED)) {
        if (!is_guarded(address)) {
            return false;
        }
        __atomic_store_n(&is_proven, true, __ATOMIC_RELAXED);
    }
    return true;
}

int horo__map_guard(void *address, size_t size)
{
    if (horo__fault_here("guard")) {
        return -ENOMEM;
    }
    if (advise_guard(address, size)) {
        return 0;
    }
    return mprotect(address, size, PROT_NONE) < 0 ? -errno : 0;
}
