/* Stacks: sizes, reuse, guards. */
#include "core/stack.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "harness.h"

enum { MANY = 1000 };

static const size_t sizes[HORO__STACK_CLASSES] = {
    (size_t)16 << 10, (size_t)64 << 10, (size_t)256 << 10,
    (size_t)1 << 20,  (size_t)8 << 20,
};

static struct horo__stacks stacks;
static struct horo__stack taken[MANY];

static size_t usable(const struct horo__stack *stack)
{
    return (size_t)(stack->top - stack->bottom);
}

/* The top is moved down by less than a page, see stack.c. */
static void check_size(const struct horo__stack *stack, size_t size_class)
{
    CHECK_NUMBER(stack->size_class, size_class);
    CHECK(usable(stack) <= sizes[size_class]);
    CHECK(usable(stack) > sizes[size_class] - stacks.page_size);
}

static void each_size_gets_the_smallest_class_that_holds_it(void)
{
    struct horo__stack stack;

    horo__stacks_init(&stacks);
    for (size_t i = 0; i < HORO__STACK_CLASSES; i++) {
        CHECK_CODE(horo__stack_take(&stacks, sizes[i], &stack), 0);
        check_size(&stack, i);
        CHECK_CODE(horo__stack_take(&stacks, sizes[i] - 1, &stack), 0);
        check_size(&stack, i);
    }
    CHECK_CODE(horo__stack_take(&stacks, 0, &stack), 0);
    check_size(&stack, 0);
    CHECK_CODE(horo__stack_take(&stacks, sizes[0] + 1, &stack), 0);
    check_size(&stack, 1);
    horo__stacks_fini(&stacks);
}

static void more_than_the_largest_class_is_refused(void)
{
    struct horo__stack stack = { .valgrind_id = 7 };

    horo__stacks_init(&stacks);
    CHECK_CODE(horo__stack_take(&stacks, ((size_t)8 << 20) + 1, &stack),
               -EINVAL);
    CHECK_CODE(horo__stack_take(&stacks, SIZE_MAX, &stack), -EINVAL);
    CHECK_NUMBER(stack.valgrind_id, 7);
    CHECK_NUMBER(stacks.live, 0);
    horo__stacks_fini(&stacks);
}

static void the_stack_given_last_is_taken_first(void)
{
    struct horo__stack one;
    struct horo__stack other;
    struct horo__stack again;

    horo__stacks_init(&stacks);
    CHECK_CODE(horo__stack_take(&stacks, sizes[2], &one), 0);
    CHECK_CODE(horo__stack_take(&stacks, sizes[2], &other), 0);
    horo__stack_give(&stacks, &one);
    horo__stack_give(&stacks, &other);
    CHECK_CODE(horo__stack_take(&stacks, sizes[2], &again), 0);
    CHECK(again.bottom == other.bottom && again.top == other.top);
    CHECK_CODE(horo__stack_take(&stacks, sizes[2], &again), 0);
    CHECK(again.bottom == one.bottom && again.top == one.top);
    CHECK_NUMBER(stacks.live, 2);
    horo__stacks_fini(&stacks);
}

/* Each writes its whole length; nobody's bytes may change. */
static void stacks_do_not_overlap(void)
{
    size_t count = scaled(MANY, 100);

    horo__stacks_init(&stacks);
    for (size_t i = 0; i < count; i++) {
        if (!CHECK_CODE(horo__stack_take(&stacks, sizes[i % 2], &taken[i]),
                        0)) {
            return;
        }
        memset(taken[i].bottom, (int)(i % 251), usable(&taken[i]));
    }
    for (size_t i = 0; i < count; i++) {
        size_t wrong = 0;

        for (const char *at = taken[i].bottom; at < taken[i].top; at++) {
            wrong += (unsigned char)*at != i % 251;
        }
        CHECK_NUMBER(wrong, 0);
    }
    CHECK_NUMBER(stacks.live, count);
    CHECK(stacks.reserved_bytes > count / 2 * (sizes[0] + sizes[1]));
    horo__stacks_fini(&stacks);
}

static void reuse_reserves_nothing_new(void)
{
    uint64_t reserved = 0;

    horo__stacks_init(&stacks);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 100; i++) {
            CHECK_CODE(horo__stack_take(&stacks, sizes[2], &taken[i]), 0);
        }
        reserved = round == 0 ? stacks.reserved_bytes : reserved;
        for (size_t i = 0; i < 100; i++) {
            horo__stack_give(&stacks, &taken[i]);
        }
    }
    CHECK_NUMBER(stacks.live, 100);
    CHECK_NUMBER(stacks.reserved_bytes, reserved);
    horo__stacks_fini(&stacks);
}

/* A slab of its own for each, one after another. */
static void the_largest_stacks_grow_their_slabs(void)
{
    horo__stacks_init(&stacks);
    for (size_t i = 0; i < 20; i++) {
        CHECK_CODE(horo__stack_take(&stacks, sizes[4], &taken[i]), 0);
        taken[i].bottom[0] = 1;
        taken[i].top[-1] = 1;
    }
    horo__stacks_fini(&stacks);
}

/* --- guards --- */

struct place {
    size_t size_class;
    size_t neighbours; /* taken before */
    size_t below;      /* bytes below the bottom */
};

static int touch_guard(void *arg)
{
    const struct place *place = arg;
    struct horo__stack stack;

    horo__stacks_init(&stacks);
    for (size_t i = 0; i <= place->neighbours; i++) {
        if (horo__stack_take(&stacks, sizes[place->size_class], &stack) < 0) {
            return 1;
        }
    }
    (void)signal(SIGSEGV, SIG_DFL); /* sanitizers handle it */
    *(volatile char *)stack.bottom = 1;
    *(volatile char *)(stack.bottom - place->below) = 1;
    return 0;
}

static void check_guard(struct place place)
{
    struct child_end end;

    run_child(touch_guard, &place, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGSEGV);
}

static void touching_the_guard_is_fatal(void)
{
    for (size_t i = 0; i < HORO__STACK_CLASSES; i++) {
        check_guard((struct place){ .size_class = i, .below = 1 });
        check_guard((struct place){ .size_class = i, .below = 4096 });
        check_guard((struct place){ i, 3, 1 });
    }
}

static int touch_guard_of_reused(void *arg)
{
    struct horo__stack stack;

    (void)arg;
    horo__stacks_init(&stacks);
    if (horo__stack_take(&stacks, sizes[2], &stack) < 0) {
        return 1;
    }
    horo__stack_give(&stacks, &stack);
    if (horo__stack_take(&stacks, sizes[2], &stack) < 0) {
        return 1;
    }
    (void)signal(SIGSEGV, SIG_DFL);
    *(volatile char *)(stack.bottom - 1) = 1;
    return 0;
}

static void the_guard_of_a_reused_stack_still_stands(void)
{
    struct child_end end;

    run_child(touch_guard_of_reused, NULL, &end);
    CHECK(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGSEGV);
}

int main(void)
{
    RUN(each_size_gets_the_smallest_class_that_holds_it);
    RUN(more_than_the_largest_class_is_refused);
    RUN(the_stack_given_last_is_taken_first);
    RUN(stacks_do_not_overlap);
    RUN(reuse_reserves_nothing_new);
    RUN(the_largest_stacks_grow_their_slabs);
    RUN(touching_the_guard_is_fatal);
    RUN(the_guard_of_a_reused_stack_still_stands);
    return tap_end();
}
