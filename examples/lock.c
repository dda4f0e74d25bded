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
    int rc = horo_sleep(HORO_S(1));

    if (rc == 0) {
        balance = before + amount;
        printf("%s: %d + %d = %d\n", name, before, amount, balance);
    }
    return rc;
}

/* lock.acquire(), try, finally, lock.release() */
static int acquire_and_release(void *arg)
{
    int rc = horo_lock_acquire(&lock);

    if (rc == 0) {
        rc = deposit(arg, 10);
        horo_lock_release(&lock);
    }
    return rc;
}

/* async with lock: released however the block is left. */
static int with_lock(void *arg)
{
    int rc;

    HORO_WITH(lock, &lock, rc) {
        rc = deposit(arg, 20);
    }
    return rc; /* of deposit(), or why the lock was not acquired */
}

static int use_lock(void *arg)
{
    struct horo_call calls[] = { HORO_CALL(acquire_and_release, "A"),
                                 HORO_CALL(with_lock, "B") };

    (void)arg;
    return horo_gather(calls, 2, NULL);
}

int main(void)
{
    int rc = horo_run(use_lock, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "lock: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
