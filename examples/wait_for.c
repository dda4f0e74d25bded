/* Waiting for at most a second for something that takes an hour.
 *
 * Recalls eternity() and asyncio.wait_for(eternity(), timeout=1.0) of the
 * Russian lecture. The call runs as the caller itself, in a scope with
 * a deadline; timeout.c opens that scope by hand. */
#include <horo.h>
#include <stdio.h>

static int eternity(void *arg)
{
    int rc = horo_sleep(HORO_S(3600)); /* sleep for one hour */

    (void)arg;
    if (rc == 0) {
        puts("yay!");
    }
    return rc;
}

static int wait_a_second(void *arg)
{
    int rc = horo_wait_for(eternity, NULL, HORO_S(1)); /* at most 1 second */

    (void)arg;
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
        fprintf(stderr, "wait_for: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
