/* The semaphore: permits, or a line of those who want one. */
#include <horo/semaphore.h>
#include <stdint.h>

#include "base/check.h"
#include "core/wait.h"
#include "sync/waiters.h"

int horo_semaphore_init(struct horo_semaphore *semaphore, size_t value,
                        size_t maximum)
{
    if (maximum == 0) {
        maximum = SIZE_MAX;
    }
    if (value > maximum) {
        return -EINVAL;
    }
    *semaphore = (struct horo_semaphore){ .value = value, .maximum = maximum };
    return 0;
}

static const struct horo__wait_kind waiting = { "semaphore", horo__waiter_leave,
                                                NULL };

/* Out of the way of those who need not wait. */
static __attribute__((noinline)) int
wait_for_permit(struct horo_semaphore *semaphore)
{
    struct horo__waiter waiter;
    int rc = horo__waiters_wait(&semaphore->waiters, &waiter, &waiting);

    if (rc == 0) {
        rc = horo__wait_check();
        if (rc < 0) { /* cancelled since the permit became ours */
            (void)horo_semaphore_release(semaphore);
        }
    }
    return rc;
}

int horo_semaphore_acquire(struct horo_semaphore *semaphore)
{
    int rc = horo__wait_check();

    if (horo__unlikely(rc < 0)) {
        return rc;
    }
    if (semaphore->value > 0) {
        semaphore->value--;
        return 0;
    }
    return wait_for_permit(semaphore);
}

int horo_semaphore_try_acquire(struct horo_semaphore *semaphore)
{
    if (semaphore->value == 0) {
        return -EAGAIN;
    }
    semaphore->value--;
    return 0;
}

int horo_semaphore_release(struct horo_semaphore *semaphore)
{
    struct horo__waiter *next = horo__waiters_first(&semaphore->waiters);

    if (next) {
        horo__waiter_wake(next, 0);
        return 0;
    }
    if (semaphore->value >= semaphore->maximum) {
        return -EOVERFLOW;
    }
    semaphore->value++;
    return 0;
}

size_t horo_semaphore_value(const struct horo_semaphore *semaphore)
{
    return semaphore->value;
}
