/* Generators in tasks: their bodies run as whoever asks, and may suspend. */
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <sys/wait.h>
#include <unwind.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "harness.h"

static struct horo_generator *create(horo_generator_fn *fn, void *arg)
{
    struct horo_generator *generator = NULL;

    CHECK_CODE(horo_generator_create(fn, arg, NULL, &generator), 0);
    return generator;
}

static int number(const int *value)
{
    return value ? *value : -1;
}

static int next(struct horo_generator *generator)
{
    return number(horo_generator_next(generator));
}

/* --- asynchronous iteration --- */

struct ticker {
    int count;
    horo_time period;
    struct horo_task *seen; /* who runs the body */
};

static int tick(void *arg)
{
    struct ticker *ticker = arg;
    int rc = 0;

    for (int i = 0; rc == 0 && i < ticker->count; i++) {
        rc = horo_sleep(ticker->period);
        ticker->seen = horo_task_self();
        if (rc == 0) {
            rc = horo_generator_yield(&i, NULL);
        }
    }
    return rc;
}

static void a_body_may_sleep(void)
{
    struct ticker ticker = { 3, HORO_S(1), NULL };
    struct horo_generator *ticks = create(tick, &ticker);
    horo_time began = horo_now();

    for (int i = 0; i < 3; i++) {
        CHECK_NUMBER(next(ticks), i);
        CHECK_NUMBER(horo_now() - began, HORO_S(1) * (i + 1));
        CHECK(ticker.seen == horo_task_self());
    }
    CHECK_NUMBER(next(ticks), -1);
    CHECK_CODE(horo_generator_result(ticks), 0);
    CHECK_CODE(horo_generator_destroy(&ticks), 0);
}

struct story {
    char name;
    horo_time period;
};

static int follow_ticks(void *arg)
{
    const struct story *story = arg;
    struct ticker ticker = { 3, story->period, NULL };
    struct horo_generator *ticks = create(tick, &ticker);
    const int *value;

    while ((value = horo_generator_next(ticks))) {
        note("%c%d", story->name, *value);
        CHECK(ticker.seen == horo_task_self());
    }
    return horo_generator_destroy(&ticks);
}

static void tasks_drive_generators_of_their_own_at_once(void)
{
    static struct story stories[] = {
        { 'a', HORO_MS(10) },
        { 'b', HORO_MS(15) },
        { 'c', HORO_MS(4) },
    };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, follow_ticks, &stories[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("c0 c1 a0 c2 b0 a1 b1 a2 b2");
}

static int count_up(void *arg)
{
    int rc = 0;

    (void)arg;
    for (int i = 0; rc == 0; i++) {
        rc = horo_generator_yield(&i, NULL);
    }
    return rc;
}

static int yield_between_steps(void *arg)
{
    struct horo_generator *numbers = create(count_up, arg);
    int rc = 0;

    for (int i = 0; rc == 0 && i < 20; i++) {
        CHECK_NUMBER(next(numbers), i);
        rc = horo_yield();
    }
    CHECK_CODE(horo_generator_destroy(&numbers), 0);
    return rc;
}

static void tasks_switch_between_the_steps_of_many(void)
{
    struct horo_scope scope;
    int count = (int)scaled(200, 20);

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        CHECK_CODE(horo_spawn(&scope, yield_between_steps, NULL, NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

/* Asked by one task after another. */
static struct horo_generator *shared;

static int take_three(void *arg)
{
    for (int i = 0; i < 3; i++) {
        note("%s%d", (const char *)arg, next(shared));
        (void)horo_yield();
    }
    return 0;
}

static void tasks_take_turns_with_one_generator(void)
{
    struct horo_scope scope;

    shared = create(count_up, NULL);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_three, "a", NULL), 0);
    CHECK_CODE(horo_spawn(&scope, take_three, "b", NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("a0 b1 a2 b3 a4 b5");
    CHECK_CODE(horo_generator_destroy(&shared), 0);
}

static int ask_a_busy_one(void *arg)
{
    (void)arg;
    CHECK(horo_generator_next(shared) == NULL);
    CHECK_CODE(horo_generator_result(shared), -EBUSY);
    CHECK(horo_generator_throw(shared, -EIO) == NULL);
    CHECK_CODE(horo_generator_close(shared), -EBUSY);
    CHECK_CODE(horo_generator_destroy(&shared), -EBUSY);
    CHECK(shared != NULL);
    return 0;
}

static void a_generator_that_waits_is_busy_for_others(void)
{
    struct ticker ticker = { 2, HORO_S(1), NULL };
    struct horo_scope scope;

    shared = create(tick, &ticker);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, ask_a_busy_one, NULL, NULL), 0);
    CHECK_NUMBER(next(shared), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(next(shared), 1);
    CHECK_CODE(horo_generator_destroy(&shared), 0);
}

/* A task born in a body belongs to the asking task's scope, and is not the
 * body. */
static int yield_from_a_task(void *arg)
{
    CHECK_CODE(horo_generator_yield(arg, NULL), -EINVAL);
    note("child");
    return 0;
}

static int spawn_in_body(void *arg)
{
    CHECK_CODE(horo_spawn(arg, yield_from_a_task, arg, NULL), 0);
    CHECK_CODE(horo_yield(), 0);
    note("body");
    return horo_generator_yield(arg, NULL);
}

static void tasks_of_a_body_are_not_the_body(void)
{
    struct horo_scope scope;
    struct horo_generator *g = create(spawn_in_body, &scope);

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK(horo_generator_next(g) == &scope);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("child body");
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

/* Outer and inner bodies both suspend. */
static int tick_twice(void *arg)
{
    struct horo_generator *inner = create(tick, arg);
    int rc = horo_generator_yield_from(inner);

    CHECK_CODE(horo_generator_destroy(&inner), 0);
    if (rc == 0) {
        rc = horo_sleep(HORO_S(10));
    }
    inner = create(tick, arg);
    rc = rc == 0 ? horo_generator_yield_from(inner) : rc;
    CHECK_CODE(horo_generator_destroy(&inner), 0);
    return rc;
}

static void inner_generators_suspend_too(void)
{
    struct ticker ticker = { 2, HORO_S(1), NULL };
    struct horo_generator *g = create(tick_twice, &ticker);
    horo_time began = horo_now();

    CHECK_NUMBER(next(g), 0);
    CHECK_NUMBER(next(g), 1);
    CHECK_NUMBER(next(g), 0);
    CHECK_NUMBER(horo_now() - began, HORO_S(13));
    CHECK_NUMBER(next(g), 1);
    CHECK_NUMBER(next(g), -1);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

/* --- scenario 30 --- */

struct multiples {
    int n;
    int handled;
};

static int generate_multiples(void *arg)
{
    struct multiples *multiples = arg;
    int by = 2;

    for (;;) {
        void *sent;
        int rc;

        multiples->n *= by;
        rc = horo_sleep(HORO_S(1));
        if (rc == 0) {
            rc = horo_generator_yield(&multiples->n, &sent);
        }
        if (rc == -ECANCELED) {
            note("cleanup");
            return rc;
        }
        if (rc < 0) {
            multiples->handled++;
        } else if (sent) {
            by = *(int *)sent;
        }
    }
}

static void generator(void)
{
    struct multiples multiples = { 1, 0 };
    struct horo_generator *g = create(generate_multiples, &multiples);
    int three = 3;

    CHECK_NUMBER(next(g), 2);
    CHECK_NUMBER(number(horo_generator_send(g, &three)), 6);
    CHECK_NUMBER(next(g), 18);
    CHECK_NUMBER(number(horo_generator_throw(g, -EDOM)), 54);
    CHECK_NUMBER(multiples.handled, 1);
    CHECK_NUMBER(next(g), 162);
    CHECK_CODE(horo_generator_close(g), 0);
    CHECK_NOTES("cleanup");
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

/* --- cancellation and deadlines --- */

static void a_deadline_reaches_into_the_body(void)
{
    struct ticker ticker = { 100, HORO_S(1), NULL };
    struct horo_generator *ticks = create(tick, &ticker);
    struct horo_scope scope;
    int count = 0;
    int rc;

    CHECK_CODE(
        horo_scope_open(
            &scope, &(struct horo_scope_options){ .timeout = HORO_MS(3500) }),
        0);
    while (horo_generator_next(ticks)) {
        count++;
    }
    rc = horo_generator_result(ticks);
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, rc), -ETIMEDOUT);
    CHECK_NUMBER(count, 3);
    CHECK(horo_generator_next(ticks) == NULL);
    CHECK_CODE(horo_generator_destroy(&ticks), 0);
}

static int cancel_soon(void *arg)
{
    int rc = horo_sleep(HORO_MS(1500));

    horo_scope_cancel(arg);
    return rc;
}

static int be_cancelled(void *arg)
{
    struct ticker ticker = { 100, HORO_S(1), NULL };
    struct horo_generator *ticks = create(tick, &ticker);
    int rc;

    (void)arg;
    while (horo_generator_next(ticks)) {
        note("tick");
    }
    rc = horo_generator_result(ticks);
    note("%s", rc == -ECANCELED ? "cancelled" : "?");
    CHECK_CODE(horo_generator_destroy(&ticks), 0);
    return rc;
}

static void cancellation_finds_a_task_inside_a_body(void)
{
    struct horo_scope scope;
    horo_time began = horo_now();

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, be_cancelled, NULL, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, cancel_soon, &scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("tick cancelled");
    CHECK_NUMBER(horo_now() - began, HORO_MS(1500));
}

/* A yield waits for nobody, so it is no place to be told. */
static void steps_that_do_not_wait_go_on_in_a_cancelled_scope(void)
{
    struct horo_generator *numbers = create(count_up, NULL);
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_NUMBER(next(numbers), 0);
    CHECK_NUMBER(next(numbers), 1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(next(numbers), 2);
    CHECK_CODE(horo_generator_destroy(&numbers), 0);
}

static int say_goodbye(void *arg)
{
    struct horo_scope scope;
    int rc = horo_generator_yield(arg, NULL);

    if (rc == -ECANCELED) {
        (void)horo_scope_open(
            &scope, &(struct horo_scope_options){ .timeout = HORO_S(5),
                                                  .shield = true });
        rc = horo_sleep(HORO_S(1));
        rc = horo_scope_close(&scope, rc);
        note("goodbye %d", rc);
    }
    return rc;
}

static void cleanup_on_close_may_wait_behind_a_shield(void)
{
    int value;
    struct horo_generator *g = create(say_goodbye, &value);
    struct horo_scope scope;
    horo_time began = horo_now();

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK(horo_generator_next(g) == &value);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("goodbye 0");
    CHECK_NUMBER(horo_now() - began, HORO_S(1));
}

static int half_run(void *arg)
{
    struct ticker ticker = { 100, HORO_S(1), NULL };
    struct horo_generator *ticks = create(tick, &ticker);

    CHECK_NUMBER(next(ticks), 0);
    (void)arg;
    (void)horo_sleep(HORO_S(100));
    CHECK_CODE(horo_generator_destroy(&ticks), 0);
    note("gone");
    return 0;
}

static void a_cancelled_task_closes_what_it_holds(void)
{
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_CODE(horo_spawn(&scope, half_run, NULL, NULL), 0);
    }
    CHECK_CODE(horo_spawn(&scope, cancel_soon, &scope, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
    CHECK_NOTES("gone gone gone");
}

/* --- scopes --- */

static int scope_between_yields(void *arg)
{
    struct horo_scope scope;
    int rc = horo_generator_yield(arg, NULL);

    (void)horo_scope_open(&scope, NULL);
    CHECK_CODE(horo_generator_yield(arg, NULL), -EINVAL);
    CHECK_CODE(horo_generator_yield_from(arg), -EINVAL);
    CHECK_CODE(horo_scope_close(&scope, rc), 0);
    return horo_generator_yield(arg, NULL);
}

static void no_yield_with_a_scope_open(void)
{
    struct horo_generator *g = NULL;

    CHECK_CODE(horo_generator_create(scope_between_yields, &g, NULL, &g), 0);
    CHECK(horo_generator_next(g) == &g);
    CHECK(horo_generator_next(g) == &g);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_CODE(horo_generator_result(g), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

static void the_asking_side_may_open_and_close_scopes_meanwhile(void)
{
    struct ticker ticker = { 3, HORO_S(1), NULL };
    struct horo_generator *ticks = create(tick, &ticker);
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_NUMBER(next(ticks), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NUMBER(next(ticks), 1);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_NUMBER(next(ticks), 2);
    CHECK_NUMBER(next(ticks), -1);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_CODE(horo_generator_destroy(&ticks), 0);
}

/* --- what the body takes is whose? --- */

static struct horo_lock kept;

static int keep_locked(void *arg)
{
    int rc;

    HORO_WITH(lock, &kept, rc) {
        rc = horo_generator_yield(arg, NULL);
    }
    return rc;
}

static int close_it(void *arg)
{
    return horo_generator_close(arg);
}

/* The body runs as whoever asks, and a lock knows its task. */
static void a_lock_in_a_body_is_the_asking_task_s(void)
{
    struct horo_generator *g = create(keep_locked, &kept);
    struct horo_scope scope;

    kept = (struct horo_lock){ 0 };
    CHECK(horo_generator_next(g) == &kept);
    CHECK(horo_lock_holder(&kept) == horo_task_self());
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_CODE(horo_spawn(&scope, close_it, g, NULL), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK(horo_lock_holder(&kept) == horo_task_self()); /* not another's */
    CHECK_CODE(horo_lock_release(&kept), 0);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

static struct horo_scope left_open;

static int leave_scope_open(void *arg)
{
    (void)arg;
    return horo_scope_open(&left_open, NULL);
}

static int ask_the_one_that_leaves_it_open(void *arg)
{
    struct horo_generator *g;

    (void)arg;
    if (horo_generator_create(leave_scope_open, NULL, NULL, &g) == 0) {
        (void)horo_generator_next(g);
    }
    return 0;
}

static int run_the_one_that_leaves_it_open(void *arg)
{
    return horo_run(ask_the_one_that_leaves_it_open, arg, NULL);
}

static void returning_with_a_scope_open_ends_the_program(void)
{
    struct child_end end;

    run_child(run_the_one_that_leaves_it_open, NULL, &end);
    CHECK(WIFSIGNALED(end.status) || WEXITSTATUS(end.status) != 0);
    CHECK(strstr(end.errors, "generator 'leave_scope_open' returned without "
                             "closing its scope") != NULL);
}

/* --- between tasks --- */

static void ask_in_callback(void *arg)
{
    struct horo_generator *g = arg;

    note("%d", next(g));
}

static int wait_in_callback(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    CHECK_CODE(rc, -HORO_ENOTASK);
    return horo_generator_yield(arg, NULL);
}

static void a_callback_may_ask_and_the_body_cannot_wait_then(void)
{
    struct horo_generator *numbers = create(count_up, NULL);
    struct horo_generator *waiting = create(wait_in_callback, NULL);
    struct horo_loop *loop = horo_loop_self();

    CHECK_NUMBER(next(numbers), 0);
    CHECK_CODE(horo_loop_post(loop, ask_in_callback, numbers), 0);
    CHECK_CODE(horo_loop_post(loop, ask_in_callback, waiting), 0);
    CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    CHECK_NOTES("1 -1");
    CHECK_NUMBER(next(numbers), 2);
    CHECK_CODE(horo_generator_destroy(&waiting), 0);
    CHECK_CODE(horo_generator_destroy(&numbers), 0);
}

/* --- what the processor remembers --- */

/* Both halves of the control where there are two, and all exceptions masked
 * as a program finds them. fegetround(3) looks at one half only. */
static void check_rounding(int mode)
{
    CHECK_NUMBER(fegetround(), mode);
#if defined(__x86_64__)
    CHECK_NUMBER(_MM_GET_ROUNDING_MODE(), (unsigned)mode << 3);
    CHECK_NUMBER(_MM_GET_EXCEPTION_MASK(), _MM_MASK_MASK);
#endif
}

static int round_upward(void *arg)
{
    int rc = 0;

    check_rounding(FE_TONEAREST);
    CHECK_NUMBER(fesetround(FE_UPWARD), 0);
    for (int i = 0; rc == 0; i++) {
        check_rounding(FE_UPWARD);
        CHECK_CODE(i % 2 ? horo_yield() : horo_sleep(1), 0);
        check_rounding(FE_UPWARD);
        rc = horo_generator_yield(arg, NULL);
    }
    check_rounding(FE_UPWARD);
    return rc;
}

static int keep_rounding(void *arg)
{
    int mode = *(int *)arg;
    struct horo_generator *g = create(round_upward, &mode);

    CHECK_NUMBER(fesetround(mode), 0);
    for (int i = 0; i < 10; i++) {
        CHECK(horo_generator_next(g) == &mode);
        check_rounding(mode);
        CHECK_CODE(horo_yield(), 0);
        check_rounding(mode);
    }
    CHECK_CODE(horo_generator_close(g), 0);
    check_rounding(mode);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    return 0;
}

static void body_and_caller_keep_their_rounding(void)
{
    static int modes[] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD,
                           FE_TOWARDZERO };
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 4; i++) {
        CHECK_CODE(horo_spawn(&scope, keep_rounding, &modes[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    check_rounding(FE_TONEAREST);
}

/* What the body changes on its last way out stays with it, too. */
static int change_and_end(void *arg)
{
    (void)arg;
    CHECK_NUMBER(fesetround(FE_TOWARDZERO), 0);
    return 0;
}

static void an_ended_body_leaves_no_rounding_behind(void)
{
    struct horo_generator *g = create(change_and_end, NULL);

    CHECK(horo_generator_next(g) == NULL);
    check_rounding(FE_TONEAREST);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NUMBER(fesetround(FE_UPWARD), 0);
    g = create(change_and_end, NULL);
    CHECK_NUMBER(fesetround(FE_DOWNWARD), 0);
    CHECK(horo_generator_next(g) == NULL);
    check_rounding(FE_DOWNWARD);
    CHECK_CODE(horo_generator_destroy(&g), 0);
    CHECK_NUMBER(fesetround(FE_TONEAREST), 0);
}

/* Body and caller begin alike, and part in the body or in the caller. */
static int take_another_way(void *arg)
{
    check_rounding(FE_UPWARD);
    (void)horo_generator_yield(arg, NULL);
    check_rounding(FE_UPWARD);
    CHECK_NUMBER(fesetround(FE_DOWNWARD), 0);
    (void)horo_generator_yield(arg, NULL);
    check_rounding(FE_DOWNWARD);
    CHECK_NUMBER(fesetround(FE_TOWARDZERO), 0);
    (void)horo_generator_yield(arg, NULL);
    check_rounding(FE_TOWARDZERO);
    return 0;
}

static void a_body_begins_with_the_rounding_of_its_creation(void)
{
    struct horo_generator *g;
    int value;

    CHECK_NUMBER(fesetround(FE_UPWARD), 0);
    g = create(take_another_way, &value);
    CHECK(horo_generator_next(g) == &value);
    check_rounding(FE_UPWARD);
    CHECK(horo_generator_next(g) == &value);
    check_rounding(FE_UPWARD);
    CHECK_NUMBER(fesetround(FE_TONEAREST), 0);
    CHECK(horo_generator_next(g) == &value);
    check_rounding(FE_TONEAREST);
    CHECK(horo_generator_next(g) == NULL);
    check_rounding(FE_TONEAREST);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

#if defined(__x86_64__) && !defined(HORO_CONTEXT_UCONTEXT)

/* The SSE half alone, as an intrinsic changes it, goes in and out as with any
 * call. */
static int check_flush(void *arg)
{
    CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_ON);
    (void)horo_generator_yield(arg, NULL);
    CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_OFF);
    return 0;
}

static void mxcsr_alone_flows_as_through_a_call(void)
{
    int value;
    struct horo_generator *g = create(check_flush, &value);

    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    if (_MM_GET_FLUSH_ZERO_MODE() != _MM_FLUSH_ZERO_ON) {
        skip("Valgrind's processor has no such mode");
        CHECK_CODE(horo_generator_destroy(&g), 0);
        return;
    }
    CHECK(horo_generator_next(g) == &value);
    CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_ON);
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_OFF);
    CHECK(horo_generator_next(g) == NULL);
    CHECK_NUMBER(_MM_GET_FLUSH_ZERO_MODE(), _MM_FLUSH_ZERO_OFF);
    CHECK_CODE(horo_generator_destroy(&g), 0);
}

#endif

static uint64_t mix(uint64_t seed, uint64_t i)
{
    return (seed + i) * UINT64_C(0x9e3779b97f4a7c15);
}

/* More live values than there are registers, in body and caller. */
#define DECLARE(n) uint64_t v##n = mix(seed, i + n);
#define HIDE(n) __asm__ volatile("" : "+r"(v##n));
#define VERIFY(n) wrong += v##n != mix(seed, i + n);
#define EACH(what) what(0) what(1) what(2) what(3) what(4) what(5) what(6)

static int keep_registers_in_body(void *arg)
{
    uint64_t seed = *(uint64_t *)arg;
    uint64_t wrong = 0;
    int rc = 0;

    for (uint64_t i = 0; rc == 0; i++) {
        double d = (double)i * 1.5;

        EACH(DECLARE)
        EACH(HIDE)
        rc = horo_generator_yield(&wrong, NULL);
        EACH(HIDE)
        EACH(VERIFY)
        wrong += d != (double)i * 1.5;
        (void)(rc == 0 ? horo_yield() : 0);
    }
    return rc;
}

static int keep_registers(void *arg)
{
    uint64_t seed = *(uint64_t *)arg + 77;
    struct horo_generator *g = create(keep_registers_in_body, arg);
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < 50; i++) {
        double d = (double)i * 2.5;

        EACH(DECLARE)
        EACH(HIDE)
        wrong += *(uint64_t *)horo_generator_next(g);
        EACH(HIDE)
        EACH(VERIFY)
        wrong += d != (double)i * 2.5;
    }
    CHECK_NUMBER(wrong, 0);
    return horo_generator_destroy(&g);
}

static void registers_survive_the_steps(void)
{
    static uint64_t seeds[10];
    struct horo_scope scope;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (uint64_t i = 0; i < 10; i++) {
        seeds[i] = i;
        CHECK_CODE(horo_spawn(&scope, keep_registers, &seeds[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int check_alignment(void *arg)
{
    _Alignas(16) volatile char block[16];

    block[0] = 1;
    CHECK_NUMBER((uintptr_t)block % 16, 0);
    note("%.1f", 1.5 * block[0]);
    return horo_generator_yield(arg, NULL);
}

static void the_stack_is_aligned(void)
{
    struct horo_generator *all[5];
    int value;

    for (int i = 0; i < 5; i++) {
        all[i] = create(check_alignment, &value);
        CHECK(horo_generator_next(all[i]) == &value);
    }
    for (int i = 0; i < 5; i++) {
        CHECK_CODE(horo_generator_destroy(&all[i]), 0);
    }
    CHECK_NOTES("1.5 1.5 1.5 1.5 1.5");
}

/* --- what debuggers see --- */

enum { FRAMES_LIMIT = 64 };

/* Where calls on the way will go on, the innermost first. */
static struct {
    void *in_body;
    void *in_outer_body;
    void *in_task;
} places;

/* Every caller still has something to do after its call, so that none of the
 * calls becomes a jump. */
static volatile unsigned returned;

struct search {
    int frames;
    int found;
};

static _Unwind_Reason_Code look_at(struct _Unwind_Context *frame, void *arg)
{
    struct search *search = arg;
    void *const wanted[] = { places.in_body, places.in_outer_body,
                             places.in_task, NULL };

    search->frames++;
    search->found += (void *)_Unwind_GetIP(frame) == wanted[search->found];
    return search->frames < FRAMES_LIMIT && search->found < 3
               ? _URC_NO_REASON
               : _URC_END_OF_STACK;
}

/* What backtrace(3) does, which opens a library for it that tools take for
 * a leak. */
static __attribute__((noinline)) int look_back(void)
{
    struct search search = { 0 };

    places.in_body = __builtin_return_address(0);
    (void)_Unwind_Backtrace(look_at, &search);
    CHECK_NUMBER(search.found, 3);
    returned++;
    return horo_generator_yield(&places, NULL);
}

static int look_back_twice(void *arg)
{
    int rc = look_back();

    (void)arg;
    returned++;
    if (rc == 0) {
        rc = horo_sleep(1);
    }
    if (rc == 0) {
        rc = look_back();
    }
    returned++;
    return rc;
}

static __attribute__((noinline)) void *ask_from(void **ret_place,
                                                struct horo_generator *g)
{
    void *value;

    *ret_place = __builtin_return_address(0);
    value = horo_generator_next(g);
    returned++;
    return value;
}

static int hand_on(void *arg)
{
    void *value;
    int rc = 0;

    while (rc == 0 && (value = ask_from(&places.in_outer_body, arg))) {
        rc = horo_generator_yield(value, NULL);
    }
    return rc;
}

static void a_backtrace_goes_on_into_those_who_ask(void)
{
    struct horo_generator *inner = create(look_back_twice, NULL);
    struct horo_generator *outer = create(hand_on, inner);

#if defined(HORO_CONTEXT_UCONTEXT)
    skip("the C library's contexts have no way on");
#else
    CHECK(ask_from(&places.in_task, outer) == &places);
    CHECK(ask_from(&places.in_task, outer) == &places);
    CHECK(ask_from(&places.in_task, outer) == NULL);
#endif
    CHECK_CODE(horo_generator_destroy(&outer), 0);
    CHECK_CODE(horo_generator_destroy(&inner), 0);
}

/* --- overflow --- */

static volatile int frames;

static int recurse(int more, volatile char *above)
{
    volatile char frame[200];

    frame[0] = above ? above[0] : 0;
    frames++;
    return more == 0 ? frame[0] : recurse(more - 1, frame) + frame[0];
}

static int overflow_after_a_sleep(void *arg)
{
    (void)arg;
    (void)horo_sleep(HORO_MS(1));
    return recurse(INT32_MAX, NULL);
}

static int ask_the_deep_one(void *arg)
{
    struct horo_generator *g;

    return horo_generator_create(overflow_after_a_sleep, arg, NULL, &g) == 0 &&
           horo_generator_next(g);
}

static int run_the_deep_one(void *arg)
{
    return horo_run(ask_the_deep_one, arg, NULL);
}

static int recurse_beside_a_generator(void *arg)
{
    struct horo_generator *g = create(count_up, arg);

    (void)next(g);
    return recurse(INT32_MAX, NULL);
}

static int run_beside(void *arg)
{
    return horo_run(recurse_beside_a_generator, arg, NULL);
}

static void check_overflow(int (*fn)(void *arg), const char *expected)
{
    struct child_end end;

    run_child(fn, NULL, &end);
    CHECK(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGSEGV);
    if (!CHECK(strstr(end.errors, expected) != NULL)) {
        printf("# it said: %s\n", end.errors);
    }
}

static void an_overflow_is_reported_with_the_right_name(void)
{
    if (HARNESS_SANITIZED) {
        skip("the sanitizer handles SIGSEGV");
        return;
    }
    check_overflow(run_the_deep_one,
                   "stack overflow in generator 'overflow_after_a_sleep'");
    check_overflow(run_beside,
                   "stack overflow in task 'recurse_beside_a_generator'");
}

int main(void)
{
    RUN_IN_LOOP(a_body_may_sleep);
    RUN_IN_LOOP_ONCE(a_lock_in_a_body_is_the_asking_task_s,
                     "uses what it did not get");
    RUN_IN_LOOP(tasks_drive_generators_of_their_own_at_once);
    RUN_IN_LOOP(tasks_switch_between_the_steps_of_many);
    RUN_IN_LOOP(tasks_take_turns_with_one_generator);
    RUN_IN_LOOP_ONCE(a_generator_that_waits_is_busy_for_others,
                     "uses what it did not get");
    RUN_IN_LOOP(tasks_of_a_body_are_not_the_body);
    RUN_IN_LOOP(inner_generators_suspend_too);
    RUN_IN_LOOP(generator);
    RUN_IN_LOOP(a_deadline_reaches_into_the_body);
    RUN_IN_LOOP(cancellation_finds_a_task_inside_a_body);
    RUN_IN_LOOP(steps_that_do_not_wait_go_on_in_a_cancelled_scope);
    RUN_IN_LOOP(cleanup_on_close_may_wait_behind_a_shield);
    RUN_IN_LOOP(a_cancelled_task_closes_what_it_holds);
    RUN_IN_LOOP(no_yield_with_a_scope_open);
    RUN_IN_LOOP(the_asking_side_may_open_and_close_scopes_meanwhile);
    RUN(returning_with_a_scope_open_ends_the_program);
    RUN_IN_LOOP_ONCE(a_callback_may_ask_and_the_body_cannot_wait_then,
                     "uses what it did not get");
    RUN_IN_LOOP(body_and_caller_keep_their_rounding);
    RUN_IN_LOOP(an_ended_body_leaves_no_rounding_behind);
    RUN_IN_LOOP(a_body_begins_with_the_rounding_of_its_creation);
#if defined(__x86_64__) && !defined(HORO_CONTEXT_UCONTEXT)
    RUN_IN_LOOP(mxcsr_alone_flows_as_through_a_call);
#endif
    RUN_IN_LOOP(registers_survive_the_steps);
    RUN_IN_LOOP(the_stack_is_aligned);
    RUN_IN_LOOP(a_backtrace_goes_on_into_those_who_ask);
    RUN(an_overflow_is_reported_with_the_right_name);
    return tap_end();
}
