/* See harness.h. */
#include "harness.h"

#include "cancel.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/memory.h"

#if defined(HORO_HAVE_VALGRIND)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

enum {
    PATIENCE_S = 30,         /* for one test */
    PATIENCE_SLOWLY_S = 300, /* the same under Valgrind and the like */
    FAILURES_SHOWN = 20      /* of one test */
};

static int tests;
static int failed_tests;
static int failed_checks; /* of the running test */
static const char *skip_reason;
static const char *running_test = "";
static bool resolver_allowed;
static bool is_muted; /* checks do not count */

static char notes[2][4096]; /* being written; handed out */
static size_t notes_size;

/* --- the watch --- */

static void say(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0) {
        _exit(3);
    }
}

/* A signal handler. */
static void give_up(int number)
{
    say("Bail out! ");
    say(running_test);
    say(number == SIGALRM ? ": hung\n" : ": aborted\n");
    _exit(2);
}

static unsigned patience(void)
{
    bool is_slow = is_emulated() || (HARNESS_SANITIZED && !is_sweeping());

    return is_slow ? PATIENCE_SLOWLY_S
                   : PATIENCE_S; /* sweeps take small steps */
}

void harness_watch(const char *name)
{
    struct sigaction action = { .sa_handler = give_up, .sa_flags = SA_ONSTACK };

    running_test = name;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)sigaction(SIGABRT, &action, NULL);
    /* A shell has what it runs in the background ignore it. */
    (void)signal(SIGINT, SIG_DFL);
    (void)alarm(patience());
}

int open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    if (!folder) {
        return -1;
    }
    while (readdir(folder)) {
        count++;
    }
    (void)closedir(folder);
    return count - 3; /* ".", ".." and the folder's own */
}

struct resources {
    int64_t blocks;
    int descriptors;
};

static struct resources count_resources(void)
{
    return (struct resources){ horo__memory_blocks(), open_descriptors() };
}

static void check_resources(struct resources before)
{
    struct resources after = count_resources();
    bool was_muted = is_muted;

    is_muted = false;
    harness_check_number(after.blocks, before.blocks, "blocks of memory left",
                         running_test, 0);
    harness_check_number(after.descriptors, before.descriptors,
                         "descriptors left open", running_test, 0);
    is_muted = was_muted;
}

bool is_emulated(void)
{
    return RUNNING_ON_VALGRIND || getenv("HORO_TEST_WRAPPER");
}

size_t scaled(size_t many, size_t few)
{
    return HARNESS_SANITIZED || is_emulated() || is_sweeping() ? few : many;
}

bool skip_if_deaf(void)
{
    const char *backend = getenv("HORO_BACKEND");

    if (RUNNING_ON_VALGRIND && (!backend || strcmp(backend, "epoll") != 0)) {
        skip("Valgrind keeps all others out while io_uring waits");
        return true;
    }
    return false;
}

/* --- running --- */

void allow_resolver(void)
{
    resolver_allowed = true;
}

void skip(const char *reason)
{
    skip_reason = reason;
}

static void print_result(const char *name)
{
    tests++;
    failed_tests += failed_checks > 0;
    printf("%sok %d - ", failed_checks > 0 ? "not " : "", tests);
    for (; *name != '\0'; name++) {
        putchar(*name == '_' ? ' ' : *name);
    }
    if (skip_reason && failed_checks == 0) {
        printf(" # SKIP %s", skip_reason);
    }
    putchar('\n');
    (void)fflush(stdout);
}

void harness_run(void (*test)(void), const char *name)
{
    struct resources before;

    failed_checks = 0;
    skip_reason = NULL;
    resolver_allowed = false;
    (void)take_notes();
    harness_watch(name);
    before = count_resources();
    test();
    check_resources(before);
    print_result(name);
    (void)alarm(0);
}

struct call {
    horo_task_fn *fn;
    void *arg;
};

static void check_loop(void)
{
    struct horo_loop_stats stats;
    const char *backend = getenv("HORO_BACKEND");
    bool was_muted = is_muted;

    is_muted = false;
    if (CHECK_CODE(horo_loop_stats(&stats), 0)) {
        CHECK_NUMBER(stats.tasks_live, 1);
        if (!resolver_allowed) {
            CHECK_NUMBER(stats.operations_live, 0);
            CHECK_NUMBER(stats.timers_live, 0);
        }
    }
    if (backend && *backend) {
        CHECK_TEXT(horo_loop_backend(horo_loop_self()), backend);
    }
    is_muted = was_muted;
}

/* The main task of every loop: what it started must be over when it ends. */
static int main_task(void *arg)
{
    const struct call *call = arg;
    int rc = call->fn(call->arg);

    check_loop();
    return rc;
}

int run_loop(horo_task_fn *fn, void *arg,
             const struct horo_loop_options *options)
{
    struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };
    struct call call = { fn, arg };
    struct resources before = count_resources();
    int rc = horo_run(main_task, &call, options ? options : &virtual);

    check_resources(before);
    return rc;
}

static int call_test(void *arg)
{
    void (**test)(void) = arg;

    (*test)();
    return 0;
}

static void (*test_in_loop)(void);

static void run_test_in_loop(void)
{
    CHECK_CODE(run_loop(call_test, &test_in_loop, NULL), 0);
}

bool is_sweeping(void)
{
    const char *wish = getenv("HORO_TEST_CANCEL");

    return wish && *wish;
}

void harness_run_in_loop(void (*test)(void), const char *name)
{
    test_in_loop = test;
    if (is_sweeping()) {
        cancel_sweep_call(call_test, &test_in_loop, name, NULL);
    } else {
        harness_run(run_test_in_loop, name);
    }
}

static const char *why_not;

static void skip_test(void)
{
    skip(why_not);
}

void harness_run_in_loop_once(void (*test)(void), const char *name,
                              const char *reason)
{
    if (is_sweeping()) {
        why_not = reason;
        harness_run(skip_test, name);
    } else {
        harness_run_in_loop(test, name);
    }
}

int tap_end(void)
{
    printf("1..%d\n", tests);
    return failed_tests > 0;
}

/* --- checks --- */

/* Counts a failure, and says where, unless there were too many to read. */
static bool fail(const char *file, int line)
{
    if (is_muted) {
        return false;
    }
    failed_checks++;
    if (failed_checks > FAILURES_SHOWN) {
        return false;
    }
    if (failed_checks == FAILURES_SHOWN) {
        printf("# more failures are not shown\n");
        return false;
    }
    printf("# %s:%d: ", file, line);
    return true;
}

bool harness_check(bool holds, const char *condition, const char *file,
                   int line)
{
    if (!holds && fail(file, line)) {
        printf("does not hold: %s\n", condition);
    }
    return holds;
}

bool harness_check_always(bool holds, const char *condition, const char *file,
                          int line)
{
    bool was_muted = is_muted;

    is_muted = false;
    (void)harness_check(holds, condition, file, line);
    is_muted = was_muted;
    return holds;
}

void harness_mute(bool muted)
{
    is_muted = muted;
}

bool harness_check_number(long long actual, long long expected,
                          const char *expression, const char *file, int line)
{
    if (actual != expected && fail(file, line)) {
        printf("%s is %lld, expected %lld\n", expression, actual, expected);
    }
    return actual == expected;
}

static const char *meaning(long long code)
{
    return code < 0 ? horo_strerror((int)code) : "success";
}

bool harness_check_code(long long actual, long long expected,
                        const char *expression, const char *file, int line)
{
    if (actual != expected && fail(file, line)) {
        printf("%s is %lld (%s), expected %lld (%s)\n", expression, actual,
               meaning(actual), expected, meaning(expected));
    }
    return actual == expected;
}

bool harness_check_text(const char *actual, const char *expected,
                        const char *expression, const char *file, int line)
{
    bool same = actual && expected && strcmp(actual, expected) == 0;

    if (!same && fail(file, line)) {
        printf("%s is\n#   %s\n# expected\n#   %s\n", expression,
               actual ? actual : "NULL", expected ? expected : "NULL");
    }
    return same;
}

bool harness_check_bytes(const void *actual, const void *expected, size_t size,
                         const char *expression, const char *file, int line)
{
    const unsigned char *one = actual;
    const unsigned char *other = expected;
    size_t at = 0;

    while (at < size && one[at] == other[at]) {
        at++;
    }
    if (at < size && fail(file, line)) {
        printf("byte %zu of %zu of %s is 0x%02x, expected 0x%02x\n", at, size,
               expression, one[at], other[at]);
    }
    return at == size;
}

int count_failures(void)
{
    return failed_checks;
}

/* --- the order of events --- */

void note(const char *format, ...)
{
    size_t room = sizeof notes[0] - notes_size;
    va_list values;
    int length;

    if (notes_size > 0 && room > 1) {
        notes[0][notes_size++] = ' ';
        room--;
    }
    va_start(values, format);
    length = vsnprintf(notes[0] + notes_size, room, format, values);
    va_end(values);
    if (CHECK(length >= 0 && (size_t)length < room)) {
        notes_size += (size_t)length;
    }
}

const char *take_notes(void)
{
    memcpy(notes[1], notes[0], sizeof notes[1]);
    notes[0][0] = '\0';
    notes_size = 0;
    return notes[1];
}

/* --- processes --- */

/* Reads until the end; what does not fit is dropped. */
static void drain(int fd, char *text, size_t size)
{
    char rest[512];
    size_t used = 0;
    ssize_t got;

    do {
        bool fits = used + 1 < size;

        got = read(fd, fits ? text + used : rest,
                   fits ? size - 1 - used : sizeof rest);
        used += got > 0 && fits ? (size_t)got : 0;
    } while (got > 0);
    text[used] = '\0';
}

void run_child(int (*fn)(void *arg), void *arg, struct child_end *ret_end)
{
    int ends[2];
    pid_t child;

    *ret_end = (struct child_end){ .status = -1 };
    if (!CHECK(pipe(ends) == 0)) {
        return;
    }
    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)signal(SIGABRT, SIG_DFL);
        (void)signal(SIGALRM, SIG_DFL);
        (void)alarm(patience() / 2);
        _exit(fn(arg));
    }
    (void)close(ends[1]);
    if (CHECK(child > 0)) {
        drain(ends[0], ret_end->errors, sizeof ret_end->errors);
        CHECK_NUMBER(waitpid(child, &ret_end->status, 0), child);
    }
    (void)close(ends[0]);
}
