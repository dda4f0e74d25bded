/* Waiting for at most a second for something that takes an hour.
 *
 * Recalls eternity() and asyncio.wait_for(eternity(), timeout=1.0) of the
 * Russian lecture. The limit belongs to a scope, not to a call: whatever waits
 * between open and close is bounded by it, however deep. */
#include <horo.h>
#include <stdio.h>

static int eternity(void)
{
    int rc = horo_sleep(HORO_S(3600));

    if (rc < 0) {
        return rc;
    }
    puts("yay!");
    return 0;
}

static int wait_a_second(void *arg)
{
    struct horo_scope_options limit = { .timeout = HORO_S(1) };
    struct horo_scope scope;
    int rc;

    (void)arg;
    horo_scope_open(&scope, &limit);
    rc = horo_scope_close(&scope, eternity());
    if (rc == -ETIMEDOUT) {
        puts("timeout!");
        rc = 0;
    }
    return rc;
}

int main(void)
{
    int rc = horo_run(wait_a_second, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "timeout: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
