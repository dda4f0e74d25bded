/* Two tasks that hand the processor to each other.
 *
 * Recalls foo() and bar() of the Russian lecture, which switch at
 * `await asyncio.sleep(0)`; here that is horo_yield(). */
#include <horo.h>
#include <stdio.h>

static int foo(void *arg)
{
    int rc;

    (void)arg;
    puts("Running in foo");
    rc = horo_yield(); /* another task may run here */
    if (rc < 0) {
        return rc;
    }
    puts("Explicit context switch to foo again");
    return 0;
}

static int bar(void *arg)
{
    int rc;

    (void)arg;
    puts("Explicit context to bar");
    rc = horo_yield(); /* and here */
    if (rc < 0) {
        return rc;
    }
    puts("Implicit context switch back to bar");
    return 0;
}

static int run_both(void *arg)
{
    struct horo_scope both;
    int rc;

    (void)arg;
    horo_scope_open(&both, NULL);
    rc = horo_spawn(&both, foo, NULL, NULL);
    if (rc == 0) {
        rc = horo_spawn(&both, bar, NULL, NULL);
    }
    return horo_scope_close(&both, rc);
}

int main(void)
{
    int rc = horo_run(run_both, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "context_switch: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
