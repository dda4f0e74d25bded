/* Sizes that do not overflow. */
#include "base/size.h"

#include <stdint.h>

#include "harness.h"

static void sums_that_fit_are_exact(void)
{
    size_t sum = 7;

    CHECK(horo__size_add(0, 0, &sum));
    CHECK_NUMBER(sum, 0);
    CHECK(horo__size_add(SIZE_MAX - 1, 1, &sum));
    CHECK(sum == SIZE_MAX);
}

static void sums_that_do_not_fit_leave_the_output_alone(void)
{
    size_t sum = 7;

    CHECK(!horo__size_add(SIZE_MAX, 1, &sum));
    CHECK(!horo__size_add(SIZE_MAX, SIZE_MAX, &sum));
    CHECK_NUMBER(sum, 7);
}

static void products_that_fit_are_exact(void)
{
    size_t product = 7;

    CHECK(horo__size_multiply(0, SIZE_MAX, &product));
    CHECK_NUMBER(product, 0);
    CHECK(horo__size_multiply(SIZE_MAX / 3, 3, &product));
    CHECK(product == SIZE_MAX / 3 * 3);
}

static void products_that_do_not_fit_leave_the_output_alone(void)
{
    size_t product = 7;

    CHECK(!horo__size_multiply(SIZE_MAX / 3 + 1, 3, &product));
    CHECK(!horo__size_multiply((size_t)1 << (sizeof(size_t) * 4),
                               (size_t)1 << (sizeof(size_t) * 4), &product));
    CHECK_NUMBER(product, 7);
}

int main(void)
{
    RUN(sums_that_fit_are_exact);
    RUN(sums_that_do_not_fit_leave_the_output_alone);
    RUN(products_that_fit_are_exact);
    RUN(products_that_do_not_fit_leave_the_output_alone);
    return tap_end();
}
