/* Factorials, each printed as soon as it is there.
 *
 * Recalls factorial(number) and asyncio.as_completed() of the Russian lecture.
 * What Python yields is a future that none of the arguments is; here it is the
 * index of one that was given, so one knows whose result it is. */
#include <horo.h>
#include <stdio.h>

struct job {
    int number;
    int product;
};

static int factorial(void *arg)
{
    struct job *job = arg;

    job->product = 1;
    for (int i = 2; i <= job->number; i++) {
        int rc = horo_sleep(HORO_S(1));
        if (rc < 0) {
            return rc;
        }
        job->product *= i;
    }
    return 0;
}

static int print_all(void *arg)
{
    struct job jobs[] = {
        { .number = 4 }, { .number = 3 }, { .number = 5 }, { .number = 2 }
    };
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
        rc = horo_spawn(&scope, factorial, &jobs[i],
                        &(struct horo_spawn_options){ .future = futures[i] });
    }
    if (rc == 0) {
        rc = horo_as_completed_open(&completed, futures, 4);
    }
    if (rc == 0) {
        while ((rc = horo_as_completed_next(&completed, &i)) == 0) {
            printf("Factorial(%d) = %d\n", jobs[i].number, jobs[i].product);
        }
        horo_as_completed_close(&completed);
        rc = rc == -HORO_EDONE ? 0 : rc;
    }
    return horo_scope_close(&scope, rc);
}

int main(void)
{
    int rc = horo_run(print_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "as_completed: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
