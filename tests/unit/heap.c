/* The heap, against a model that looks at all items each time. */
#include "base/heap.h"

#include <stdlib.h>

#include "harness.h"

enum { MOST = 300, STEPS = 200000 };

/* The size of an item is not a multiple of eight, and most keys are equal. */
struct item {
    int key;
    int number;
    int twice;
};

static struct item model[MOST]; /* in order of arrival */
static size_t model_count;
static uint64_t seed;

/* SplitMix64, so that every run is the same everywhere. */
static uint64_t random_word(void)
{
    uint64_t word = seed += UINT64_C(0x9e3779b97f4a7c15);

    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

static int compare_items(const void *one, const void *other)
{
    const struct item *first = one;
    const struct item *second = other;

    return (first->key > second->key) - (first->key < second->key);
}

static struct item model_pop(void)
{
    size_t least = 0;
    struct item item;

    for (size_t i = 1; i < model_count; i++) {
        if (model[i].key < model[least].key) {
            least = i;
        }
    }
    item = model[least];
    model_count--;
    memmove(&model[least], &model[least + 1],
            (model_count - least) * sizeof(struct item));
    return item;
}

static void push_one(struct horo__heap *heap, int range)
{
    struct item item = { .key = (int)(random_word() % (unsigned)range),
                         .number = (int)random_word() };

    item.twice = item.number ^ 1;
    model[model_count++] = item;
    horo__heap_push(heap, &item);
}

static bool pop_one(struct horo__heap *heap)
{
    struct item wanted = model_pop();
    struct item got;

    horo__heap_pop(heap, &got);
    return CHECK_NUMBER(got.key, wanted.key) &&
           CHECK_NUMBER(got.number, wanted.number) &&
           CHECK_NUMBER(got.twice, wanted.twice);
}

static void run_against_the_model(int range)
{
    struct horo__heap heap;
    size_t size = 0;
    void *entries;
    bool fine = true;

    CHECK(horo__heap_entry_size(sizeof(struct item), &size));
    entries = malloc(MOST * size);
    horo__heap_init(&heap, entries, sizeof(struct item), size, compare_items);
    for (size_t i = 0; fine && i < scaled(STEPS, STEPS / 20); i++) {
        if (model_count > 0 &&
            (model_count == MOST || random_word() % 64 < 31 + i / 1000 % 4)) {
            fine = pop_one(&heap);
        } else {
            push_one(&heap, range);
        }
    }
    while (fine && model_count > 0) {
        fine = pop_one(&heap);
    }
    CHECK_NUMBER(heap.count, 0);
    free(entries);
}

static void the_least_comes_first_and_among_equals_the_oldest(void)
{
    static const int ranges[] = { 1, 3, 20, 1000000 };

    for (int i = 0; i < 4; i++) {
        run_against_the_model(ranges[i]);
    }
}

static void entries_are_aligned_as_items_are(void)
{
    static const size_t sizes[][2] = { { 1, 16 },  { 4, 16 },  { 8, 16 },
                                       { 9, 24 },  { 12, 24 }, { 16, 32 },
                                       { 24, 32 }, { 32, 48 }, { 48, 64 } };
    size_t size = 7;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CHECK(horo__heap_entry_size(sizes[i][0], &size));
        CHECK_NUMBER(size, sizes[i][1]);
    }
}

static void a_size_that_does_not_fit_is_refused(void)
{
    size_t size = 7;

    CHECK(!horo__heap_entry_size(SIZE_MAX, &size));
    CHECK(!horo__heap_entry_size(SIZE_MAX - 8, &size));
    CHECK_NUMBER(size, 7);
}

int main(void)
{
    RUN(the_least_comes_first_and_among_equals_the_oldest);
    RUN(entries_are_aligned_as_items_are);
    RUN(a_size_that_does_not_fit_is_refused);
    return tap_end();
}
