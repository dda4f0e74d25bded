/* Factorials, each printed as soon as it is there.
 *
 * Recalls factorial(number) and asyncio.as_completed() of the Russian lecture.
 * What Python yields is a future that none of the arguments is; here it is the
 * index of one that was given, so one knows whose result it is. */
#include <horo.h>
#include <stdio.h>

static int factorial(void *arg)
{
    int f = 1;

    for (int i = 2; i <= *(int *)arg; i++) {
        int rc = horo_sleep(HORO_S(1));
        if (rc < 0) {
            return rc;
        }
        f *= i;
    }
    return f;
}

static int print_all(void *arg)
{
    int numbers[] = { 4, 3, 5, 2 };
    struct horo_future results[4];
    struct horo_future *futures[4];
    struct horo_as_completed completed;
    struct horo_scope scope;
    size_t i;
    int rc = 0;

    (void)arg;
    horo_scope_open(&scope, NULL);
    for (i = 0; i < 4 && rc == 0; i++) {
        futures[i] = &results[i];
        rc = horo_spawn(&scope, factorial, &numbers[i],
                        &(struct horo_spawn_options){ .future = futures[i] });
    }
    if (rc == 0 && (rc = horo_as_completed_open(&completed, futures, 4)) == 0) {
        while ((rc = horo_as_completed_next(&completed, &i)) == 0) {
            printf("Factorial(%d) = %d\n", numbers[i],
                   horo_future_result(futures[i], NULL));
        }
        horo_as_completed_close(&completed);
    }
    return horo_scope_close(&scope, rc == -HORO_EDONE ? 0 : rc);
}

int main(void)
{
    int rc = horo_run(print_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "as_completed: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
