/* Numbers made when they are asked for, and two such sources one after another.
 *
 * Recalls lazy_range(up_to) of the Russian lecture, and g(x), which is
 * `yield from range(x, 0, -1)` and then `yield from range(x)`. A generator may
 * yield from any depth of calls, so that `yield from` a function is to call it;
 * horo_generator_yield_from() is for a generator that somebody else made. */
#include <horo.h>
#include <stdio.h>

static int lazy_range(int from, int to, int step)
{
    int rc = 0;

    for (int i = from; rc == 0 && i != to; i += step) {
        rc = horo_generator_yield(&i, NULL);
    }
    return rc;
}

static int g(void *arg)
{
    const int *x = arg;
    int rc = lazy_range(*x, 0, -1);

    return rc < 0 ? rc : lazy_range(0, *x, 1);
}

int main(void)
{
    struct horo_generator *numbers;
    const int *number;
    const char *before = "[";
    int rc = horo_generator_create(g, &(int){ 5 }, NULL, &numbers);

    if (rc == 0) {
        while ((number = horo_generator_next(numbers))) {
            printf("%s%d", before, *number);
            before = ", ";
        }
        puts("]");
        rc = horo_generator_result(numbers);
        horo_generator_destroy(&numbers);
    }
    if (rc < 0) {
        fprintf(stderr, "lazy_range: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
