/* The support of all C tests. A test is a function without arguments whose
 * name is its story; a program of tests prints TAP:
 *
 *     static void a_sleep_takes_its_time(void)
 *     {
 *         horo_time began = horo_now();
 *
 *         CHECK_CODE(horo_sleep(HORO_MS(10)), 0);
 *         CHECK_NUMBER(horo_now() - began, HORO_MS(10));
 *     }
 *
 *     int main(void)
 *     {
 *         RUN_IN_LOOP(a_sleep_takes_its_time);
 *         return tap_end();
 *     }
 *
 * A check that fails prints both operands and does not end the test. Around
 * each test stands a watch: blocks of memory and descriptors must be as many
 * afterwards as before, and a test that hangs is ended by name. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <horo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/sanitizer.h"

#if defined(HORO__ASAN)
#define HARNESS_ASAN 1
#else
#define HARNESS_ASAN 0
#endif
#if defined(HORO__TSAN)
#define HARNESS_TSAN 1
#else
#define HARNESS_TSAN 0
#endif
#define HARNESS_SANITIZED (HARNESS_ASAN || HARNESS_TSAN)

/* --- running --- */

/* Runs a test as it is. Not run when sweeping. */
#define RUN(test)                     \
    do {                              \
        if (!is_sweeping()) {         \
            harness_run(test, #test); \
        }                             \
    } while (0)
/* Runs a test as the main task of a loop of its own, on the virtual clock;
 * when sweeping, many times, see cancel.h. */
#define RUN_IN_LOOP(test) harness_run_in_loop(test, #test)
/* The same for a test that is not fit to be cancelled anywhere, for `reason`:
 * it would wait for ever, or use what it did not get. */
#define RUN_IN_LOOP_ONCE(test, reason) \
    harness_run_in_loop_once(test, #test, reason)

void harness_run(void (*test)(void), const char *name);
void harness_run_in_loop(void (*test)(void), const char *name);
void harness_run_in_loop_once(void (*test)(void), const char *name,
                              const char *reason);

/* Whether tests are to be cancelled everywhere: HORO_TEST_CANCEL. */
bool is_sweeping(void);

/* While muted, no check counts but CHECK_ALWAYS() and those of the harness. */
void harness_mute(bool muted);

/* The watch that ends a test which hangs starts anew; `name` is what it will
 * call the test. */
void harness_watch(const char *name);

/* Prints the plan; the value for main() to return. */
int tap_end(void);

/* Marks the running test as skipped, unless a check fails. */
void skip(const char *reason);

/* horo_run() on the virtual clock, unless `options` say otherwise (may be
 * NULL). Checks that the loop leaks nothing and that nothing but the main task
 * is alive when that returns. Returns its result. */
int run_loop(horo_task_fn *fn, void *arg,
             const struct horo_loop_options *options);

/* The running test uses names: a resolver stays with its loop, so operations
 * and timers of its own may be live when the main task ends. */
void allow_resolver(void);

/* A number of things to do: `many`, or `few` where a sanitizer or an emulator
 * makes each of them slow, or a sweep does it often. */
size_t scaled(size_t many, size_t few);

/* True under Valgrind or an emulator of another processor. */
bool is_emulated(void);

/* True, and the test skipped, where nothing can wake a loop that waits in the
 * kernel: Valgrind takes io_uring_enter(2) for a call that does not block, and
 * lets no other thread run and no signal in meanwhile. */
bool skip_if_deaf(void);

/* --- checks: each returns whether it held --- */

#define CHECK(condition) \
    harness_check(condition, #condition, __FILE__, __LINE__)
/* One that also counts in a run that is cancelled. */
#define CHECK_ALWAYS(condition) \
    harness_check_always(condition, #condition, __FILE__, __LINE__)
/* Integers of any type. */
#define CHECK_NUMBER(actual, expected)                                        \
    harness_check_number((long long)(actual), (long long)(expected), #actual, \
                         __FILE__, __LINE__)
/* Results of horo functions, printed with what horo_strerror() says. */
#define CHECK_CODE(actual, expected)                                        \
    harness_check_code((long long)(actual), (long long)(expected), #actual, \
                       __FILE__, __LINE__)
#define CHECK_TEXT(actual, expected) \
    harness_check_text(actual, expected, #actual, __FILE__, __LINE__)
#define CHECK_BYTES(actual, expected, size) \
    harness_check_bytes(actual, expected, size, #actual, __FILE__, __LINE__)

bool harness_check(bool holds, const char *condition, const char *file,
                   int line);
bool harness_check_always(bool holds, const char *condition, const char *file,
                          int line);
bool harness_check_number(long long actual, long long expected,
                          const char *expression, const char *file, int line);
bool harness_check_code(long long actual, long long expected,
                        const char *expression, const char *file, int line);
bool harness_check_text(const char *actual, const char *expected,
                        const char *expression, const char *file, int line);
bool harness_check_bytes(const void *actual, const void *expected, size_t size,
                         const char *expression, const char *file, int line);

/* Checks that have failed in the running test. */
int count_failures(void);

/* --- the order of events --- */

/* Adds a word, printf(3), to the notes of the running test. */
void note(const char *format, ...) HORO__PRINTF(1, 2);

/* All notes so far, with a space between; then there are none. */
const char *take_notes(void);

#define CHECK_NOTES(expected) CHECK_TEXT(take_notes(), expected)

/* --- processes and descriptors --- */

/* How a child ended: its wait(2) status, and what it said on standard error. */
struct child_end {
    int status;
    char errors[4096];
};

/* Runs fn(arg) in a child process, which exits with its result, and waits. */
void run_child(int (*fn)(void *arg), void *arg, struct child_end *ret_end);

/* Descriptors open in this process. */
int open_descriptors(void);

#endif
