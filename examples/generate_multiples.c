/* A generator that is told things: values are sent into it, and failures
 * thrown.
 *
 * Recalls generate_multiples(n, multiply_by=2) of the Bulgarian lecture. Its
 * ValueError("Stop it already!") is a code that both sides have agreed on. */
#include <horo.h>
#include <stdio.h>

enum { STOP_IT_ALREADY = -1000000 };

static const char *message(int code)
{
    return code == STOP_IT_ALREADY ? "Stop it already!" : horo_strerror(code);
}

static int generate_multiples(void *arg)
{
    int n = *(int *)arg;
    int multiply_by = 2;

    for (;;) {
        void *new_multiply_by;
        int rc;

        n = n * multiply_by;
        rc = horo_generator_yield(&n, &new_multiply_by);
        if (rc == -ECANCELED) {
            return rc; /* nobody will ask again */
        }
        if (rc < 0) {
            printf("Something went wrong: %s\n", message(rc));
        } else if (new_multiply_by) {
            multiply_by = *(int *)new_multiply_by;
        }
    }
}

int main(void)
{
    int one = 1;
    int three = 3;
    struct horo_generator *g;
    int rc = horo_generator_create(generate_multiples, &one, NULL, &g);

    if (rc < 0) {
        fprintf(stderr, "generate_multiples: %s\n", horo_strerror(rc));
        return 1;
    }
    printf("next(g): %d\n", *(int *)horo_generator_next(g));
    printf("g.send(3): %d\n", *(int *)horo_generator_send(g, &three));
    printf("next(g): %d\n", *(int *)horo_generator_next(g));
    printf("g.throw(...): %d\n",
           *(int *)horo_generator_throw(g, STOP_IT_ALREADY));
    printf("next(g): %d\n", *(int *)horo_generator_next(g));
    return horo_generator_destroy(&g) < 0;
}
