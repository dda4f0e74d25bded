/* The difference between calling a function and starting a task.
 *
 * Recalls co_1(), co_2() and co_3() of the Bulgarian lecture. There the plain
 * call co_1() does nothing at all: it makes a generator that nobody runs. In C
 * a call is a call, and `yield from co_2()` is the same thing again. co_3()
 * becomes a task: it starts when its parent waits or ends, so it comes last.
 * The parent need not wait for it by hand: a task does not end before the
 * tasks in its scope have ended. */
#include <horo.h>
#include <stdio.h>

static void co_1(void)
{
    puts("in co_1");
}

static void co_2(void)
{
    puts("in co_2");
}

static int co_3(void *arg)
{
    (void)arg;
    puts("in co_3");
    return 0;
}

static int call_and_spawn(void *arg)
{
    int rc;

    (void)arg;
    co_1();
    co_2();
    rc = horo_spawn(horo_scope_self(), co_3, NULL, NULL);
    puts("in main");
    return rc;
}

int main(void)
{
    int rc = horo_run(call_and_spawn, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "call_and_spawn: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
