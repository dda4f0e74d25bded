/* A kitchen, and three ways to wait for others: an event for what happens once
 * and is seen by all, a condition for what changes again and again, and
 * a barrier for a moment that all reach together. */
#include <horo.h>
#include <stdio.h>

static struct horo_event stove_is_hot; /* all zeros: not yet */
static struct horo_lock lock;
static struct horo_condition pot_has_changed; /* the pot is the lock's */
static int portions;
static struct horo_barrier table; /* for three */

static int cook(void *arg)
{
    int rc = horo_event_wait(&stove_is_hot);

    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_sleep(HORO_S(10));
        if (rc == 0 && (rc = horo_lock_acquire(&lock)) == 0) {
            portions++;
            printf("%s: one more portion\n", (const char *)arg);
            rc = horo_condition_notify(&pot_has_changed, 1);
            horo_lock_release(&lock);
        }
    }
    return rc;
}

static int eat(void *arg)
{
    const char *name = arg;
    int rc;

    HORO_WITH(lock, &lock, rc) {
        while (rc == 0 && portions == 0) {
            rc = horo_condition_wait(&pot_has_changed, &lock);
        }
        if (rc == 0) {
            portions--;
            printf("%s: has a plate\n", name);
        }
    }
    if (rc == 0) { /* nobody begins before all have something */
        rc = horo_barrier_wait(&table);
    }
    if (rc >= 0) {
        printf("%s: eats\n", name);
    }
    return rc;
}

static int light_the_stove(void *arg)
{
    int rc = horo_sleep(HORO_S(5));

    if (rc == 0) {
        printf("%s: it is hot\n", (const char *)arg);
        horo_event_set(&stove_is_hot);
    }
    return rc;
}

static int dine(void *arg)
{
    struct horo_call calls[] = { HORO_CALL(eat, "Ana"), HORO_CALL(eat, "Boris"),
                                 HORO_CALL(eat, "Vera"),
                                 HORO_CALL(cook, "cook"),
                                 HORO_CALL(light_the_stove, "stove") };
    int rc = horo_barrier_init(&table, 3);

    (void)arg;
    return rc < 0 ? rc : horo_gather(calls, 5, NULL);
}

int main(void)
{
    int rc = horo_run(dine, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "events: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
