/* Hello ... World: a task that waits for a second.
 *
 * Recalls the Russian lecture's program for Python 3.7, asyncio.run(main()). */
#include <horo.h>
#include <stdio.h>

static int hello(void *arg)
{
    int rc;

    (void)arg;
    puts("Hello ...");
    rc = horo_sleep(HORO_S(1));
    if (rc < 0) {
        return rc;
    }
    puts("... World!");
    return 0;
}

int main(void)
{
    int rc = horo_run(hello, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "hello_world: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
