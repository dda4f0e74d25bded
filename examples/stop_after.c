/* Three greetings, and a task that stops them after three seconds.
 *
 * Recalls say(what, when) and stop_after(loop, when) of the Russian lecture.
 * There loop.stop() leaves the third greeting behind, unfinished. A loop of
 * horo cannot be stopped under its tasks; their scope is cancelled instead:
 * the third sleep returns -ECANCELED, and that task ends, too. */
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
    struct horo_scope *greetings = arg;
    int rc = horo_sleep(HORO_S(3));

    horo_scope_cancel(greetings);
    return rc;
}

static int greet(void *arg)
{
    struct greeting list[] = {
        { "first hello", HORO_S(2) },
        { "second hello", HORO_S(1) },
        { "third hello", HORO_S(4) },
    };
    struct horo_scope greetings;
    int rc = 0;

    (void)arg;
    horo_scope_open(&greetings, NULL);
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(&greetings, say, &list[i], NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&greetings, stop_after, &greetings, NULL);
    }
    return horo_scope_close(&greetings, rc);
}

int main(void)
{
    int rc = horo_run(greet, NULL, NULL);

    if (rc < 0 && rc != -ECANCELED) { /* being cancelled was the plan */
        fprintf(stderr, "stop_after: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
