/* Shared state that only one task at a time may use, in two ways: acquire and
 * release; and for a block.
 *
 * Recalls the two forms of asyncio.Lock in the Russian lecture. Here each task
 * reads the balance, waits, and writes it; without the lock what another one
 * wrote meanwhile would be lost. */
#include <horo.h>
#include <stdio.h>

static struct horo_lock lock; /* all zeros: free */
static int balance;

static int deposit(const char *name, int amount)
{
    int before = balance;
    int rc;

    printf("%s: reads %d\n", name, before);
    rc = horo_sleep(HORO_S(1));
    if (rc < 0) {
        return rc;
    }
    balance = before + amount;
    printf("%s: writes %d\n", name, balance);
    return 0;
}

/* lock.acquire(), try, finally, lock.release() */
static int acquire_and_release(void *arg)
{
    int rc = horo_lock_acquire(&lock);

    if (rc < 0) {
        return rc;
    }
    rc = deposit(arg, 10);
    horo_lock_release(&lock);
    return rc;
}

/* async with lock: released however the block is left. */
static int with_lock(void *arg)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        return deposit(arg, 20);
    }
    return rc; /* why the lock was not acquired */
}

static int use_lock(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)arg;
    horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, acquire_and_release, "A", NULL);
    if (rc == 0) {
        rc = horo_spawn(&scope, with_lock, "B", NULL);
    }
    return horo_scope_close(&scope, rc);
}

int main(void)
{
    int rc = horo_run(use_lock, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "lock: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
