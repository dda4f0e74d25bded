/* What a task finds in the processor when it resumes. */
#include <fenv.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "harness.h"

/* --- rounding --- */

static volatile double one = 1.0;
static volatile double three = 3.0;

/* Volatile throughout, or the division moves to another rounding mode. */
static double third(void)
{
    volatile double result = one / three;

    return result;
}

static double third_rounded(int mode)
{
    int before = fegetround();
    double result;

    CHECK_NUMBER(fesetround(mode), 0);
    result = third();
    CHECK_NUMBER(fesetround(before), 0);
    return result;
}

static int round_in_one_way(void *arg)
{
    int mode = *(int *)arg;
    double expected = third_rounded(mode);

    CHECK_NUMBER(fegetround(), FE_TONEAREST);
    CHECK_NUMBER(fesetround(mode), 0);
    for (int i = 0; i < 10; i++) {
        CHECK_NUMBER(fegetround(), mode);
        CHECK(third() == expected);
        CHECK_CODE(i % 2 ? horo_yield() : horo_sleep(HORO_MS(1)), 0);
    }
    return 0;
}

static void every_task_keeps_its_own_rounding(void)
{
    static int modes[] = { FE_UPWARD, FE_TONEAREST, FE_DOWNWARD,
                           FE_TOWARDZERO };
    struct horo_scope scope;

    /* Valgrind keeps the mode, and divides by rounding to nearest. */
    CHECK(third_rounded(FE_UPWARD) != third_rounded(FE_DOWNWARD) ||
          is_emulated());
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 4; i++) {
        CHECK_CODE(horo_spawn(&scope, round_in_one_way, &modes[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(fegetround(), FE_TONEAREST);
    CHECK(third() == third_rounded(FE_TONEAREST));
}

static int check_rounding_is_usual(void *arg)
{
    (void)arg;
    CHECK_NUMBER(fegetround(), FE_TONEAREST);
    return 0;
}

static void a_new_task_does_not_inherit_its_parent_s_rounding(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_NUMBER(fesetround(FE_UPWARD), 0);
    CHECK_CODE(horo_spawn(&scope, check_rounding_is_usual, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(fegetround(), FE_UPWARD);
    CHECK_NUMBER(fesetround(FE_TONEAREST), 0);
}

static int leave_rounding_behind(void *arg)
{
    (void)arg;
    CHECK_NUMBER(fesetround(FE_DOWNWARD), 0);
    return 0;
}

static void an_ended_task_leaves_no_rounding_behind(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, leave_rounding_behind, NULL, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
        CHECK_NUMBER(fegetround(), FE_TONEAREST);
        CHECK_CODE(horo_spawn(&scope, check_rounding_is_usual, NULL, NULL), 0);
        CHECK_CODE(horo_yield(), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int run_with_upward(void *arg)
{
    (void)arg;
    CHECK_NUMBER(fegetround(), FE_UPWARD);
    CHECK_CODE(horo_sleep(1), 0);
    CHECK_NUMBER(fegetround(), FE_UPWARD);
    return 0;
}

static void a_loop_starts_with_the_rounding_of_its_thread(void)
{
    CHECK_NUMBER(fesetround(FE_UPWARD), 0);
    CHECK_CODE(run_loop(run_with_upward, NULL, NULL), 0);
    CHECK_NUMBER(fegetround(), FE_UPWARD);
    CHECK_NUMBER(fesetround(FE_TONEAREST), 0);
}

#if defined(__x86_64__)

/* The SSE half of the control alone, as an intrinsic changes it. */
static int flush_to_zero(void *arg)
{
    (void)arg;
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    CHECK_CODE(horo_yield(), 0);
    return 0;
}

static int check_denormals_live(void *arg)
{
    volatile double tiny = 1e-308;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_OFF);
        CHECK(tiny / 16 > 0);
        CHECK_CODE(horo_yield(), 0);
    }
    return 0;
}

static void mxcsr_of_one_task_is_not_seen_by_another(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, check_denormals_live, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, flush_to_zero, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, check_denormals_live, NULL, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_OFF);
}

#endif

/* --- values that the compiler keeps in registers across a call --- */

/* Puts known values into the callee-saved registers themselves. */
static int keep_registers(void *arg)
{
    uint64_t seed = *(uint64_t *)arg;

    for (uint64_t i = 0; i < 20; i++) {
#if defined(__x86_64__)
        register uint64_t a __asm__("rbx") = seed + i;
        register uint64_t b __asm__("r12") = seed * 3 + i;
        register uint64_t c __asm__("r13") = seed * 5 + i;
        register uint64_t d __asm__("r14") = seed * 7 + i;
        register uint64_t e __asm__("r15") = seed * 11 + i;
#elif defined(__aarch64__)
        register uint64_t a __asm__("x19") = seed + i;
        register uint64_t b __asm__("x21") = seed * 3 + i;
        register uint64_t c __asm__("x24") = seed * 5 + i;
        register uint64_t d __asm__("x27") = seed * 7 + i;
        register uint64_t e __asm__("x28") = seed * 11 + i;
#else
        uint64_t a = seed + i;
        uint64_t b = seed * 3 + i;
        uint64_t c = seed * 5 + i;
        uint64_t d = seed * 7 + i;
        uint64_t e = seed * 11 + i;
#endif
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
        (void)horo_yield();
        __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e));
        if (a != seed + i || b != seed * 3 + i || c != seed * 5 + i ||
            d != seed * 7 + i || e != seed * 11 + i) {
            return -EILSEQ;
        }
    }
    return 0;
}

#if defined(__aarch64__)
#define IN_REGISTER(name) register double name __asm__(#name)
#define BARRIER()                                                           \
    __asm__ volatile(""                                                     \
                     : "+w"(d8), "+w"(d9), "+w"(d10), "+w"(d11), "+w"(d12), \
                       "+w"(d13), "+w"(d14), "+w"(d15))
#elif defined(__x86_64__)
#define IN_REGISTER(name) double name
#define BARRIER()                                                           \
    __asm__ volatile(""                                                     \
                     : "+x"(d8), "+x"(d9), "+x"(d10), "+x"(d11), "+x"(d12), \
                       "+x"(d13), "+x"(d14), "+x"(d15))
#else
#define IN_REGISTER(name) double name
#define BARRIER() (void)0
#endif

/* d8 to d15 are callee-saved on aarch64; elsewhere the compiler saves them. */
static int keep_floating_point(void *arg)
{
    double seed = (double)*(uint64_t *)arg;

    for (int i = 0; i < 20; i++) {
        IN_REGISTER(d8) = seed + i;
        IN_REGISTER(d9) = seed * 2 + i;
        IN_REGISTER(d10) = seed * 3 + i;
        IN_REGISTER(d11) = seed * 4 + i;
        IN_REGISTER(d12) = seed * 5 + i;
        IN_REGISTER(d13) = seed * 6 + i;
        IN_REGISTER(d14) = seed * 7 + i;
        IN_REGISTER(d15) = seed * 8 + i;

        BARRIER();
        (void)horo_yield();
        BARRIER();
        if (d8 != seed + i || d9 != seed * 2 + i || d10 != seed * 3 + i ||
            d11 != seed * 4 + i || d12 != seed * 5 + i || d13 != seed * 6 + i ||
            d14 != seed * 7 + i || d15 != seed * 8 + i) {
            return -EILSEQ;
        }
    }
    return 0;
}

static void registers_survive_suspension(void)
{
    static uint64_t seeds[20];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 20; i++) {
        seeds[i] = UINT64_C(0x9e3779b97f4a7c15) * (unsigned)(i + 1);
        CHECK_CODE(horo_spawn(&scope,
                              i % 2 ? keep_registers : keep_floating_point,
                              &seeds[i], NULL),
                   0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* The ABI's alignment, which SSE stores rely on. */
static int check_alignment(void *arg)
{
    _Alignas(16) volatile char block[16];

    (void)arg;
    CHECK_NUMBER((uintptr_t)block % 16, 0);
    block[0] = 1;
    note("%.1f", third() * three * block[0]); /* printf of a double */
    return 0;
}

static void the_stack_is_aligned(void)
{
    static const size_t sizes[] = { 16 << 10, 64 << 10, 0, 1 << 20, 8 << 20 };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 10; i++) { /* all places of the top, too */
        struct horo_spawn_options options = { .stack_size = sizes[i % 5] };

        CHECK_CODE(horo_spawn(&scope, check_alignment, NULL, &options), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0");
}

int main(void)
{
    RUN_IN_LOOP(every_task_keeps_its_own_rounding);
    RUN_IN_LOOP(a_new_task_does_not_inherit_its_parent_s_rounding);
    RUN_IN_LOOP(an_ended_task_leaves_no_rounding_behind);
    RUN(a_loop_starts_with_the_rounding_of_its_thread);
#if defined(__x86_64__)
    RUN_IN_LOOP(mxcsr_of_one_task_is_not_seen_by_another);
#endif
    RUN_IN_LOOP(registers_survive_suspension);
    RUN_IN_LOOP(the_stack_is_aligned);
    return tap_end();
}
