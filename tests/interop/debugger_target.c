/* What debuggers and profilers are shown: a task some calls deep, which has
 * been suspended and resumed before.
 *
 * usage: debugger_target stop|abort|spin|backtrace|entry
 *
 *   stop       calls stop_here(), where a breakpoint is expected
 *   abort      aborts
 *   spin       keeps the processor busy for a moment
 *   backtrace  prints, as TAP, whether backtrace(3) finds the way out
 *   entry      prints the names of the frames below the task's function, the
 *              last one `libc` if a part of the C library follows */
#include <dlfcn.h>
#include <execinfo.h>
#include <horo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/context.h"

enum { FRAMES_LIMIT = 64, ENTRY_SIZE = 64, SPINS = 100000000 };

/* What is done at the bottom of the calls; returns whether it went well. */
typedef bool reaction(void);

/* Every caller still has something to do after its call, so that none of the
 * calls becomes a jump. */
static volatile unsigned returned;

/* Where outer(), middle() and deepest() will go on. */
static void *expected_frames[3];

static __attribute__((noinline)) bool stop_here(void)
{
    returned++;
    return true;
}

static bool spin(void)
{
    for (unsigned i = 0; i < SPINS; i++) {
        returned++;
    }
    return true;
}

/* Whether `frame`, the last of a backtrace, is in the first function of a
 * stack: ours, or the C library's. */
static bool is_entry(void *frame)
{
#if defined(HORO_CONTEXT_UCONTEXT)
    Dl_info found;

    return dladdr(frame, &found) != 0 && strstr(found.dli_fname, "libc");
#else
    uintptr_t entry = (uintptr_t)horo__context_entry;

    return (uintptr_t)frame > entry && (uintptr_t)frame < entry + ENTRY_SIZE;
#endif
}

static __attribute__((noinline)) bool check_backtrace(void)
{
    void *frames[FRAMES_LIMIT];
    int count = backtrace(frames, FRAMES_LIMIT);
    int found = 0;
    bool is_finite = count > 0 && count < FRAMES_LIMIT;

    for (int i = 0; i < count && found < 3; i++) {
        found += frames[i] == expected_frames[found];
    }
    printf("%s 1 - the backtrace is finite\n", is_finite ? "ok" : "not ok");
    printf("%s 2 - it goes through the callers\n",
           found == 3 ? "ok" : "not ok");
    printf("%s 3 - it ends at the entry\n1..3\n",
           is_finite && is_entry(frames[count - 1]) ? "ok" : "not ok");
    return is_finite && found == 3 && is_entry(frames[count - 1]);
}

static __attribute__((noinline)) bool deepest(reaction *react)
{
    bool well;

    expected_frames[0] = __builtin_return_address(0);
    well = react();
    returned++;
    return well;
}

static __attribute__((noinline)) bool middle(reaction *react)
{
    bool well;

    expected_frames[1] = __builtin_return_address(0);
    well = deepest(react);
    returned++;
    return well;
}

static __attribute__((noinline)) bool outer(reaction *react)
{
    bool well;

    expected_frames[2] = __builtin_return_address(0);
    (void)horo_yield();
    well = middle(react);
    returned++;
    return well;
}

struct job {
    reaction *react;
    bool went_well;
};

static int work(void *arg)
{
    struct job *job = arg;

    job->went_well = outer(job->react);
    return 0;
}

static int supervise(void *arg)
{
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, NULL);

    if (rc < 0) {
        return rc;
    }
    return horo_scope_close(&scope, horo_spawn(&scope, work, arg, NULL));
}

static bool abort_here(void)
{
    abort();
}

static int print_entry(void)
{
    puts("horo__context_start");
    puts("horo__context_entry");
#if defined(HORO_CONTEXT_UCONTEXT)
    /* glibc returns to the first byte of __start_context, which unwinders
     * take for the function before it. */
    puts("libc");
#endif
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        reaction *react;
    } modes[] = {
        { "stop", stop_here },
        { "abort", abort_here },
        { "spin", spin },
        { "backtrace", check_backtrace },
    };
    const char *mode = argc == 2 ? argv[1] : "";

    if (strcmp(mode, "entry") == 0) {
        return print_entry();
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(mode, modes[i].name) == 0) {
            struct job job = { .react = modes[i].react };

            return horo_run(supervise, &job, NULL) < 0 || !job.went_well;
        }
    }
    fprintf(stderr, "usage: %s stop|abort|spin|backtrace|entry\n", argv[0]);
    return 2;
}
