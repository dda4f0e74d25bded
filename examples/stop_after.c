/* Three greetings, on a loop that is stopped after three seconds.
 *
 * Recalls say(what, when) and stop_after(loop, when) of the Russian lecture,
 * line for line: loop.create_task() is horo_spawn() into the loop's scope. The
 * third greeting is late here, too; it is not left behind, though: destroying
 * the loop cancels it, and its sleep returns -ECANCELED. */
#include <horo.h>
#include <stdio.h>

struct greeting {
    const char *what;
    horo_time when;
};

static int say(void *arg)
{
    const struct greeting *greeting = arg;
    int rc = horo_sleep(greeting->when);

    if (rc < 0) {
        return rc;
    }
    puts(greeting->what);
    return 0;
}

static int stop_after(void *arg)
{
    int rc = horo_sleep(HORO_S(3));

    return rc < 0 ? rc : horo_loop_stop(arg);
}

int main(void)
{
    struct greeting list[] = {
        { "first hello", HORO_S(2) },
        { "second hello", HORO_S(1) },
        { "third hello", HORO_S(4) },
    };
    struct horo_loop *loop = NULL;
    int rc = horo_loop_create(NULL, &loop);

    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(horo_loop_scope(loop), say, &list[i], NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(horo_loop_scope(loop), stop_after, loop, NULL);
    }
    if (rc == 0) {
        rc = horo_loop_run_forever(loop);
    }
    horo_loop_destroy(&loop);
    if (rc < 0) {
        fprintf(stderr, "stop_after: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
