/* Decoding UTF-8, RFC 3629 section 4. */
#include "census/utf8.h"

/* The size that a first byte announces; 0 for one that cannot be first. */
static size_t announced_size(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first <= 0xdf) {
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 3;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        return 4;
    }
    return 0;
}

size_t horo__utf8_decode(const char *bytes, size_t size,
                         uint32_t *ret_code_point)
{
    static const unsigned char first_mask[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    static const uint32_t smallest[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = size > 0 ? announced_size((unsigned char)bytes[0]) : 0;
    uint32_t code_point;

    if (length == 0 || length > size) {
        return 0;
    }
    code_point = (unsigned char)bytes[0] & first_mask[length];
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xc0) != 0x80) {
            return 0;
        }
        code_point = code_point << 6 | (next & 0x3f);
    }
    if (code_point < smallest[length] || code_point > 0x10ffff ||
        (code_point >= 0xd800 && code_point <= 0xdfff)) {
        return 0;
    }
    *ret_code_point = code_point;
    return length;
}

bool horo__utf8_is_valid(const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        uint32_t code_point;
        size_t length = horo__utf8_decode(bytes + at, size - at, &code_point);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}
