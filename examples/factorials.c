/* Three factorials at once: "what will be printed, and why?"
 *
 * Recalls exercise 1 of the Russian lecture, asyncio.gather() of three
 * factorial(name, number). There B starts first, because gather() kept its
 * arguments in a set. Here calls begin in the order in which they are listed,
 * and those that wake at the same moment run in the order in which they went to
 * sleep: A, B, C in every round. */
#include <horo.h>
#include <stdio.h>

struct job {
    const char *name;
    int number;
};

static int factorial(void *arg)
{
    const struct job *job = arg;
    int product = 1;

    for (int i = 2; i <= job->number; i++) {
        printf("Task %s: Compute factorial(%d)...\n", job->name, i);
        int rc = horo_sleep(HORO_S(1));
        if (rc < 0) {
            return rc;
        }
        product *= i;
    }
    printf("Task %s: factorial(%d) = %d\n", job->name, job->number, product);
    return 0;
}

static int compute_all(void *arg)
{
    struct horo_call calls[] = {
        HORO_CALL(factorial, &(struct job){ "A", 2 }),
        HORO_CALL(factorial, &(struct job){ "B", 3 }),
        HORO_CALL(factorial, &(struct job){ "C", 4 }),
    };

    (void)arg;
    return horo_gather(calls, 3, NULL);
}

int main(void)
{
    int rc = horo_run(compute_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "factorials: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
