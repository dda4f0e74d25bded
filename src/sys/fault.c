/* See fault.h. */
#include "sys/fault.h"

struct horo__fault horo__fault;

void horo__fault_arm(uint64_t fail_at, bool persistent)
{
    horo__fault = (struct horo__fault){
        .armed = true,
        .persistent = persistent,
        .fail_at = fail_at,
    };
}

void horo__fault_disarm(void)
{
    horo__fault.armed = false;
}

bool horo__fault_strikes(const char *site, bool can_last)
{
    uint64_t number =
        __atomic_add_fetch(&horo__fault.passed, 1, __ATOMIC_RELAXED);
    bool strikes =
        horo__fault.fail_at != 0 &&
        (number == horo__fault.fail_at ||
         (horo__fault.persistent && can_last && number > horo__fault.fail_at));

    if (strikes) {
        __atomic_add_fetch(&horo__fault.injected, 1, __ATOMIC_RELAXED);
        horo__fault.site = site;
    }
    return strikes;
}
