/* Numbers made when they are asked for, and two such sources one after another.
 *
 * Recalls lazy_range(up_to) of the Russian lecture, and g(x), which is
 * `yield from range(x, 0, -1)` and then `yield from range(x)`. */
#include <horo.h>
#include <stdio.h>

struct range {
    int from, to, step;
};

static int lazy_range(void *arg)
{
    const struct range *range = arg;
    int rc = 0;

    for (int i = range->from; rc == 0 && i != range->to; i += range->step) {
        rc = horo_generator_yield(&i, NULL);
    }
    return rc;
}

static int yield_from_range(int from, int to, int step)
{
    struct range range = { from, to, step };
    struct horo_generator *numbers;
    int rc = horo_generator_create(lazy_range, &range, NULL, &numbers);

    if (rc == 0) {
        rc = horo_generator_yield_from(numbers);
        horo_generator_destroy(&numbers);
    }
    return rc;
}

static int g(void *arg)
{
    const int *x = arg;
    int rc = yield_from_range(*x, 0, -1);

    return rc < 0 ? rc : yield_from_range(0, *x, 1);
}

static int print_list(struct horo_generator *numbers)
{
    const char *before = "[";
    const int *number;

    while ((number = horo_generator_next(numbers))) {
        printf("%s%d", before, *number);
        before = ", ";
    }
    puts("]");
    return horo_generator_result(numbers);
}

int main(void)
{
    int x = 5;
    struct horo_generator *numbers;
    int rc = horo_generator_create(g, &x, NULL, &numbers);

    if (rc == 0) {
        rc = print_list(numbers);
        horo_generator_destroy(&numbers);
    }
    if (rc < 0) {
        fprintf(stderr, "lazy_range: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
