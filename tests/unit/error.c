/* Error codes and their texts. */
#include <horo/error.h>
#include <limits.h>
#include <string.h>

#include "harness.h"

/* Every code of horo/error.h; a new one is to be added here, too. */
static const enum horo_error own_codes[] = {
    HORO_ENOTASK,        HORO_EBUSYLOOP,      HORO_EOTHERLOOP,
    HORO_EBACKEND,       HORO_ECLOCK,         HORO_EINVALIDSTATE,
    HORO_EDONE,          HORO_EBROKEN,        HORO_EINCOMPLETE,
    HORO_EOVERRUN,       HORO_ENAME_NOTFOUND, HORO_ENAME_NODATA,
    HORO_ENAME_SERVFAIL, HORO_ENAME_REFUSED,  HORO_ENAME_TIMEOUT,
    HORO_ENAME_INVALID,  HORO_ENAME_GARBAGE,  HORO_ENAME_UNREACHABLE,
    HORO_EHTTP_GARBAGE,  HORO_EHTTP_TOOLARGE,
};

enum { OWN_CODES = sizeof own_codes / sizeof own_codes[0] };

static const char unknown[] = "unknown error";

static void every_code_of_ours_has_a_text_of_its_own(void)
{
    for (int i = 0; i < OWN_CODES; i++) {
        CHECK(strcmp(horo_strerror(own_codes[i]), unknown) != 0);
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(horo_strerror(own_codes[i]),
                         horo_strerror(own_codes[k])) != 0);
        }
    }
}

/* Counts the texts there are, so that a code missing above is noticed. */
static void no_code_of_ours_is_missing_from_this_test(void)
{
    int known = 0;

    for (int code = 4096; code < 4096 + 256 * 8; code++) {
        known += strcmp(horo_strerror(code), unknown) != 0;
    }
    CHECK_NUMBER(known, OWN_CODES);
}

static void codes_of_ours_lie_in_the_ranges_of_their_domains(void)
{
    CHECK_NUMBER(HORO_ENOTASK, 4096);
    CHECK_NUMBER(HORO_EINCOMPLETE, 4096 + 256);
    CHECK_NUMBER(HORO_ENAME_NOTFOUND, 4096 + 2 * 256);
    CHECK_NUMBER(HORO_EHTTP_GARBAGE, 4096 + 3 * 256);
}

static void every_errno_has_the_text_of_the_system(void)
{
    int known = 0;

    for (int code = 0; code < 4096; code++) {
        const char *text = strerrordesc_np(code);

        CHECK_TEXT(horo_strerror(code), text ? text : unknown);
        known += text != NULL;
    }
    CHECK(known > 130);
}

static void the_sign_does_not_matter(void)
{
    CHECK_TEXT(horo_strerror(-ECANCELED), horo_strerror(ECANCELED));
    for (int i = 0; i < OWN_CODES; i++) {
        CHECK_TEXT(horo_strerror(-(int)own_codes[i]),
                   horo_strerror(own_codes[i]));
    }
}

static void nonsense_gets_a_generic_text(void)
{
    CHECK_TEXT(horo_strerror(4095), unknown);
    CHECK_TEXT(horo_strerror(INT_MAX), unknown);
    CHECK_TEXT(horo_strerror(-INT_MAX), unknown);
    CHECK_TEXT(horo_strerror(INT_MIN), unknown);
}

int main(void)
{
    RUN(every_code_of_ours_has_a_text_of_its_own);
    RUN(no_code_of_ours_is_missing_from_this_test);
    RUN(codes_of_ours_lie_in_the_ranges_of_their_domains);
    RUN(every_errno_has_the_text_of_the_system);
    RUN(the_sign_does_not_matter);
    RUN(nonsense_gets_a_generic_text);
    return tap_end();
}
