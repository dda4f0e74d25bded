/* A lock or a semaphore: taken while it is free, and handed from task to task.
 *
 * usage: horo_sync lock|semaphore */
#include <horo.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { FREE_TIMES = 50000000, HANDOFFS = 20000000, TASKS = 2 };

static struct horo_lock lock;
static struct horo_semaphore semaphore;

/* Each task that has been in line once is in line each time from then on:
 * what it releases belongs to the other one before it asks for it again. */
static int use_lock(void *arg)
{
    for (long i = *(const long *)arg; i > 0; i--) {
        (void)horo_lock_acquire(&lock);
        (void)horo_lock_release(&lock);
    }
    return 0;
}

static int use_semaphore(void *arg)
{
    for (long i = *(const long *)arg; i > 0; i--) {
        (void)horo_semaphore_acquire(&semaphore);
        (void)horo_semaphore_release(&semaphore);
    }
    return 0;
}

static double measure_free(horo_task_fn *use)
{
    long times = FREE_TIMES;
    horo_time began = horo_now();

    (void)use(&times);
    return (double)(horo_now() - began) / FREE_TIMES;
}

/* Nobody runs before the caller, who has what they want, waits for them. */
static int start(struct horo_scope *scope, horo_task_fn *use, long *times)
{
    int rc = 0;

    (void)horo_scope_open(scope, NULL);
    for (int i = 0; i < TASKS && rc == 0; i++) {
        rc = horo_spawn(scope, use, times, NULL);
    }
    return rc < 0 ? rc : horo_yield();
}

static int measure_lock(void *arg)
{
    long times = HANDOFFS / TASKS;
    struct horo_scope scope;
    horo_time began;
    int rc;

    (void)arg;
    printf("{\"lock_ns\": %.2f, ", measure_free(use_lock));
    (void)horo_lock_acquire(&lock);
    rc = start(&scope, use_lock, &times);
    began = horo_now();
    (void)horo_lock_release(&lock);
    rc = horo_scope_close(&scope, rc);
    printf("\"lock_handoff_ns\": %.2f}\n",
           (double)(horo_now() - began) / HANDOFFS);
    return rc;
}

static int measure_semaphore(void *arg)
{
    long times = HANDOFFS / TASKS;
    struct horo_scope scope;
    horo_time began;
    int rc;

    (void)arg;
    (void)horo_semaphore_init(&semaphore, 1, 1);
    printf("{\"semaphore_ns\": %.2f, ", measure_free(use_semaphore));
    (void)horo_semaphore_acquire(&semaphore);
    rc = start(&scope, use_semaphore, &times);
    began = horo_now();
    (void)horo_semaphore_release(&semaphore);
    rc = horo_scope_close(&scope, rc);
    printf("\"semaphore_handoff_ns\": %.2f}\n",
           (double)(horo_now() - began) / HANDOFFS);
    return rc;
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "";

    if (strcmp(mode, "lock") == 0) {
        return horo_run(measure_lock, NULL, NULL) < 0;
    }
    if (strcmp(mode, "semaphore") == 0) {
        return horo_run(measure_semaphore, NULL, NULL) < 0;
    }
    fputs("usage: horo_sync lock|semaphore\n", stderr);
    return 2;
}
