/* Asynchronous iteration: the generator waits for each value, and while it
 * does other tasks run.
 *
 * Recalls what the lectures say of `async for`. There is no other kind of
 * generator for it: the body runs as the task that asks. */
#include <horo.h>
#include <stdio.h>

struct ticker {
    const char *label;
    int ticks;
    horo_time period;
};

static int tick(void *arg)
{
    const struct ticker *ticker = arg;
    int rc = 0;

    for (int i = 1; rc == 0 && i <= ticker->ticks; i++) {
        rc = horo_sleep(ticker->period);
        if (rc == 0) {
            rc = horo_generator_yield(&i, NULL);
        }
    }
    return rc;
}

static int follow(void *arg)
{
    const struct ticker *ticker = arg;
    struct horo_generator *ticks;
    const int *number;
    int rc = horo_generator_create(tick, arg, NULL, &ticks);

    if (rc < 0) {
        return rc;
    }
    while ((number = horo_generator_next(ticks))) { /* async for */
        printf("%s: tick %d of %d\n", ticker->label, *number, ticker->ticks);
    }
    rc = horo_generator_result(ticks);
    horo_generator_destroy(&ticks);
    return rc;
}

static int follow_both(void *arg)
{
    struct ticker slow = { "slow", 2, HORO_MS(1500) };
    struct ticker fast = { "fast", 4, HORO_MS(600) };
    struct horo_scope both;
    int rc;

    (void)arg;
    horo_scope_open(&both, NULL);
    rc = horo_spawn(&both, follow, &slow, NULL);
    if (rc == 0) {
        rc = horo_spawn(&both, follow, &fast, NULL);
    }
    return horo_scope_close(&both, rc);
}

int main(void)
{
    int rc = horo_run(follow_both, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "async_for: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
