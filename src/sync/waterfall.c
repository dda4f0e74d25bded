/* Steps one after another, each with what the one before has left. */
#include <horo/gather.h>

#include "core/wait.h"

int horo_waterfall(horo_step_fn *const *steps, size_t count, void **value)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (!steps[i]) {
            return -EINVAL;
        }
    }
    for (size_t i = 0; i < count && rc >= 0; i++) {
        rc = steps[i](value);
    }
    return rc;
}
