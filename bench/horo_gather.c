/* Ten thousand calls gathered: such as only return, and such as have to wait.
 * Of several rounds the best one counts. */
#include <horo.h>
#include <stdio.h>

enum { CALLS = 10000, ROUNDS = 200 };

static struct horo_call calls[CALLS];
static int numbers[CALLS];

static int give(void *arg)
{
    return *(const int *)arg;
}

static int wait_and_give(void *arg)
{
    int rc = horo_yield();

    return rc < 0 ? rc : give(arg);
}

/* Nanoseconds for each call; 0 if it failed. */
static double measure_gather(horo_task_fn *fn)
{
    double best = 0;

    for (int round = 0; round < ROUNDS; round++) {
        horo_time began = horo_now();
        double taken;

        for (int i = 0; i < CALLS; i++) {
            numbers[i] = i;
            calls[i] = (struct horo_call){ .fn = fn, .arg = &numbers[i] };
        }
        if (horo_gather(calls, CALLS, NULL) < 0) {
            return 0;
        }
        taken = (double)(horo_now() - began) / CALLS;
        best = best == 0 || taken < best ? taken : best;
    }
    return best;
}

static int measure(void *arg)
{
    (void)arg;
    printf("{\"gather_10k_ns\": %.2f, ", measure_gather(give));
    printf("\"gather_10k_waiting_ns\": %.2f}\n", measure_gather(wait_and_give));
    return 0;
}

int main(void)
{
    return horo_run(measure, NULL, NULL) < 0;
}
