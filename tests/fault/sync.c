/* Every fault point of a program with a limiter, which is what of the locks
 * and their kin needs memory. */
#include <errno.h>

#include "harness.h"
#include "sweep.h"

enum { USERS = 6 };

static int borrow(void *arg)
{
    int rc;

    HORO_WITH(limiter, (struct horo_limiter *)arg, rc) {
        rc = horo_sleep(HORO_MS(1));
    }
    return rc;
}

/* The total grows while tokens are lent: a failure must lose none of them. */
static int use_limiter(void *arg)
{
    struct horo_limiter *limiter = arg;
    struct horo_scope scope;
    int rc = 0;

    (void)horo_scope_open(&scope, NULL);
    for (int i = 0; i < USERS && rc == 0; i++) {
        rc = horo_spawn(&scope, borrow, limiter, NULL);
    }
    if (rc == 0) {
        rc = horo_yield();
    }
    if (rc == 0) {
        rc = horo_limiter_set_total(limiter, 100);
    }
    rc = horo_scope_close(&scope, rc);
    return horo_limiter_borrowed(limiter) == 0 ? rc : -EPROTO;
}

static int a_limiter_that_grows(void)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    struct horo_limiter limiter;
    int rc = horo_limiter_init(&limiter, 2);

    if (rc < 0) {
        return rc;
    }
    rc = horo_run(use_limiter, &limiter, &options);
    horo_limiter_fini(&limiter);
    return rc;
}

int main(void)
{
    SWEEP(a_limiter_that_grows, EMFILE);
    sweep_report();
    return tap_end();
}
