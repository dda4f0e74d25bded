/* Tests that print TAP. A test is a function without arguments; its name is
 * its story. Checks that fail are printed with both operands and do not end
 * the test:
 *
 *     static void a_fresh_tally_is_empty(void)
 *     {
 *         ...
 *         CHECK_NUMBER(horo__tally_total(&tally), 0);
 *     }
 *
 *     int main(void)
 *     {
 *         RUN(a_fresh_tally_is_empty);
 *         return tap_end();
 *     }
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_tests;
static int tap_failed_tests;
static int tap_failed_checks; /* of the running test */

__attribute__((unused)) static void tap_run(void (*test)(void),
                                            const char *name)
{
    tap_failed_checks = 0;
    test();
    tap_tests++;
    tap_failed_tests += tap_failed_checks > 0;
    printf("%sok %d - ", tap_failed_checks > 0 ? "not " : "", tap_tests);
    for (; *name != '\0'; name++) {
        putchar(*name == '_' ? ' ' : *name);
    }
    putchar('\n');
    fflush(stdout);
}

__attribute__((unused)) static int tap_end(void)
{
    printf("1..%d\n", tap_tests);
    return tap_failed_tests > 0;
}

__attribute__((unused)) static void tap_check(bool holds, const char *condition,
                                              const char *file, int line)
{
    if (!holds) {
        tap_failed_checks++;
        printf("# %s:%d: does not hold: %s\n", file, line, condition);
    }
}

__attribute__((unused)) static void tap_check_number(long long actual,
                                                     long long expected,
                                                     const char *expression,
                                                     const char *file, int line)
{
    if (actual != expected) {
        tap_failed_checks++;
        printf("# %s:%d: %s is %lld, expected %lld\n", file, line, expression,
               actual, expected);
    }
}

__attribute__((unused)) static void tap_check_text(const char *actual,
                                                   const char *expected,
                                                   const char *expression,
                                                   const char *file, int line)
{
    if (!actual || !expected || strcmp(actual, expected) != 0) {
        tap_failed_checks++;
        printf("# %s:%d: %s is\n#   %s\n# expected\n#   %s\n", file, line,
               expression, actual ? actual : "NULL",
               expected ? expected : "NULL");
    }
}

#define RUN(test) tap_run(test, #test)
#define CHECK(condition) tap_check(condition, #condition, __FILE__, __LINE__)
#define CHECK_NUMBER(actual, expected)                                    \
    tap_check_number((long long)(actual), (long long)(expected), #actual, \
                     __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) \
    tap_check_text(actual, expected, #actual, __FILE__, __LINE__)

#endif
