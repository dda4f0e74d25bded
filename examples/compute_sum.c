/* A function that waits, called by another one for its result.
 *
 * Recalls compute(a, b) and print_sum(a, b) of the Russian lecture. Where
 * Python says `await compute(a, b)`, C just calls: nothing marks a function
 * that waits, neither where it is defined nor where it is called. */
#include <horo.h>
#include <stdio.h>

static int compute(int a, int b, int *ret_sum)
{
    int rc;

    puts("Compute...");
    rc = horo_sleep(HORO_S(1));
    if (rc < 0) {
        return rc;
    }
    *ret_sum = a + b;
    return 0;
}

static int print_sum(void *arg)
{
    const int *numbers = arg;
    int sum;
    int rc = compute(numbers[0], numbers[1], &sum);

    if (rc < 0) {
        return rc;
    }
    printf("%d + %d = %d\n", numbers[0], numbers[1], sum);
    return 0;
}

int main(void)
{
    int numbers[] = { 1, 2 };
    int rc = horo_run(print_sum, numbers, NULL);

    if (rc < 0) {
        fprintf(stderr, "compute_sum: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
