/* Every fault point of programs with channels, one after another. */
#include <errno.h>
#include <stdlib.h>

#include "harness.h"
#include "sweep.h"

enum { ITEMS = 5 };

static struct horo_channel one;
static struct horo_channel other;

static int run(horo_task_fn *fn)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    return horo_run(fn, NULL, &options);
}

/* --- items that own memory: each is freed once, whatever fails --- */

static int live;

static int *make_item(int number)
{
    int *item = malloc(sizeof *item);

    if (item) {
        *item = number;
        live++;
    }
    return item;
}

static void free_item(int *item)
{
    free(item);
    live--;
}

static int compare_pointers(const void *left, const void *right)
{
    int *const *first = left;
    int *const *second = right;

    return **first - **second;
}

static void discard(void *item)
{
    free_item(*(int **)item);
}

static int make(struct horo_channel *channel, size_t capacity,
                enum horo_channel_order order, bool shared)
{
    struct horo_channel_options options = { .item_size = sizeof(int *),
                                            .capacity = capacity,
                                            .order = order,
                                            .compare = compare_pointers,
                                            .discard = discard,
                                            .shared = shared };

    return horo_channel_init(channel, &options);
}

/* A result that no function documents, when an item is left. */
static int count_live(int rc)
{
    return live == 0 ? rc : -EPROTO;
}

/* --- one channel --- */

static int send_all(void *arg)
{
    int rc = 0;

    for (int i = 0; i < ITEMS && rc == 0; i++) {
        int *item = make_item(ITEMS - i);

        if (!item) {
            return -ENOMEM;
        }
        rc = horo_channel_send(arg, &item);
        if (rc < 0) {
            free_item(item);
        }
    }
    return rc < 0 ? rc : horo_channel_close(arg);
}

static int receive_all(void *arg)
{
    int *item;
    int rc;

    while ((rc = horo_channel_receive(arg, &item)) == 0) {
        free_item(item);
        rc = horo_sleep(HORO_MS(1));
        if (rc < 0) {
            return rc;
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int send_and_receive(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, receive_all, &one, NULL);
    if (rc == 0) {
        rc = horo_spawn(&scope, send_all, &one, NULL);
    }
    return horo_scope_close(&scope, rc);
}

static int run_with(size_t capacity, enum horo_channel_order order, bool shared)
{
    int rc = make(&one, capacity, order, shared);
    int *item;

    if (rc == 0 && capacity > 0 && (item = make_item(0))) {
        rc = horo_channel_try_send(&one, &item); /* left when the rest fails */
    }
    if (rc == 0) {
        rc = run(send_and_receive);
    }
    horo_channel_fini(&one);
    return count_live(rc);
}

static int items_through_a_queue(void)
{
    return run_with(2, HORO_CHANNEL_FIFO, false);
}

static int items_through_a_shared_priority_queue(void)
{
    return run_with(3, HORO_CHANNEL_PRIORITY, true);
}

static int items_from_hand_to_hand(void)
{
    return run_with(0, HORO_CHANNEL_FIFO, false);
}

/* --- select --- */

static int select_items(void *arg)
{
    int *item;
    struct horo_case cases[] = { HORO_RECEIVE(&one, &item),
                                 HORO_RECEIVE(&other, &item),
                                 HORO_AFTER(HORO_MS(3)) };
    int rc = 0;

    (void)arg;
    for (int closed = 0; closed < 2 && rc >= 0;) {
        rc = horo_select(cases, 3);
        if (rc < 0 || rc == 2) {
            continue;
        }
        if (cases[rc].result == 0) {
            free_item(item);
        } else {
            closed++;
            cases[rc] = HORO_RECEIVE(NULL, &item);
        }
    }
    return rc < 0 ? rc : 0;
}

static int select_between(void *arg)
{
    struct horo_scope scope;
    int rc;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, select_items, NULL, NULL);
    if (rc == 0) {
        rc = horo_spawn(&scope, send_all, &one, NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&scope, send_all, &other, NULL);
    }
    return horo_scope_close(&scope, rc);
}

static int items_from_either_of_two(void)
{
    int rc = make(&one, 0, HORO_CHANNEL_FIFO, true);

    if (rc == 0) {
        rc = make(&other, 2, HORO_CHANNEL_LIFO, false);
        if (rc == 0) {
            rc = run(select_between);
        }
        horo_channel_fini(&other);
    }
    horo_channel_fini(&one);
    return count_live(rc);
}

int main(void)
{
    SWEEP(items_through_a_queue, EMFILE);
    SWEEP(items_through_a_shared_priority_queue, EMFILE);
    SWEEP(items_from_hand_to_hand, EMFILE);
    SWEEP(items_from_either_of_two, EMFILE);
    sweep_report();
    return tap_end();
}
