/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates. */
#ifndef HORO_CENSUS_UTF8_H
#define HORO_CENSUS_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size in bytes of the character at the start of `bytes`; 0 when they do
 * not begin with a valid one, with the output untouched. */
size_t horo__utf8_decode(const char *bytes, size_t size,
                         uint32_t *ret_code_point);

bool horo__utf8_is_valid(const char *bytes, size_t size);

#endif
