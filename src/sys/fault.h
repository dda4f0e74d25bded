/* Fault points: each system call and allocation made through src/sys, and each
 * operation given to a backend, is one. A test can count them and make the Nth
 * fail, once or from there on. Unarmed, a point costs one predicted branch. */
#ifndef HORO_SYS_FAULT_H
#define HORO_SYS_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/check.h"

/* The state is one for the process and guarded by nothing but atomic counting:
 * a test arms it before it starts what it tests. */
struct horo__fault {
    bool armed;
    bool persistent;   /* fail the Nth and all that follow */
    uint64_t fail_at;  /* 1 is the first; 0 counts only */
    uint64_t passed;   /* points met since arming */
    uint64_t injected; /* failures caused */
    const char *site;  /* the last point that failed */
};

extern struct horo__fault horo__fault;

/* From here on the `fail_at`-th point fails. */
void horo__fault_arm(uint64_t fail_at, bool persistent);

/* No more failures; the counts stay to be read. */
void horo__fault_disarm(void);

bool horo__fault_strikes(const char *site, bool can_last);

/* True when the caller shall behave as if `site` had failed. */
static inline bool horo__fault_here(const char *site)
{
    return horo__unlikely(horo__fault.armed) && horo__fault_strikes(site, true);
}

/* The same for a failure that passes, and that the caller is bound to wait
 * out: it strikes once even when failures are to last. */
static inline bool horo__fault_passing(const char *site)
{
    return horo__unlikely(horo__fault.armed) &&
           horo__fault_strikes(site, false);
}

#endif
