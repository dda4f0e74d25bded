/* From the value of a Server header field to the name of a product. */
#ifndef HORO_CENSUS_PRODUCT_H
#define HORO_CENSUS_PRODUCT_H

#include <stddef.h>

/* Longer names are cut to this many bytes: they are noise or an attack. */
#define HORO__PRODUCT_SIZE_LIMIT 64

/* A host that answers without saying what it runs. No header can claim this
 * name, nor HORO__PRODUCT_OTHER: names end before a parenthesis. */
#define HORO__PRODUCT_NONE "(none)"

/* Finds the product that `value` names: what stands before the first '/',
 * blank or '(', in the usual spelling if it is a product that we know, else as
 * it is, any bytes. Derivatives keep their own names: openresty is not nginx.
 * `*ret_name` points into `value` or to a static string; it is not terminated.
 * Returns its size, 0 when the value names none. */
size_t horo__product_parse(const char *value, size_t size,
                           const char **ret_name);

#endif
