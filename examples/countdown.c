/* Two countdowns at once: tasks take turns while each of them sleeps.
 *
 * Recalls the Russian lecture's first coroutine, countdown(label, n), and the
 * asyncio.wait(tasks) that runs two of them. */
#include <horo.h>
#include <stdio.h>

struct countdown {
    const char *label;
    int from;
};

static int count_down(void *arg)
{
    const struct countdown *countdown = arg;

    for (int n = countdown->from; n > 0; n--) {
        printf("%s: %d\n", countdown->label, n);
        int rc = horo_sleep(HORO_S(1));
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int count_both(void *arg)
{
    struct countdown a = { "A", 2 };
    struct countdown b = { "B", 3 };
    struct horo_scope both;
    int rc;

    (void)arg;
    horo_scope_open(&both, NULL);
    rc = horo_spawn(&both, count_down, &a, NULL);
    if (rc == 0) {
        rc = horo_spawn(&both, count_down, &b, NULL);
    }
    return horo_scope_close(&both, rc);
}

int main(void)
{
    int rc = horo_run(count_both, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "countdown: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
