/* Sizes computed without overflow. */
#ifndef HORO_BASE_SIZE_H
#define HORO_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

/* False, with the output untouched, when the sum does not fit. */
static inline bool horo__size_add(size_t one, size_t other, size_t *ret_sum)
{
    size_t sum;

    if (__builtin_add_overflow(one, other, &sum)) {
        return false;
    }
    *ret_sum = sum;
    return true;
}

/* False, with the output untouched, when the product does not fit. */
static inline bool horo__size_multiply(size_t one, size_t other,
                                       size_t *ret_product)
{
    size_t product;

    if (__builtin_mul_overflow(one, other, &product)) {
        return false;
    }
    *ret_product = product;
    return true;
}

#endif
