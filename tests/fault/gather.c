/* Every fault point of programs that gather, wait and chain, one after
 * another. What calls make must be freed once, whatever fails. */
#include <errno.h>
#include <stdlib.h>

#include "harness.h"
#include "sweep.h"

enum { CALLS = 12 }; /* more than horo_wait() awaits without memory */

static int live;

static int run(horo_task_fn *fn)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };
    int rc;

    live = 0;
    rc = horo_run(fn, NULL, &options);
    /* A result that no function documents, when something is left. */
    return live == 0 ? rc : -EPROTO;
}

/* --- calls, each of which makes something that is the caller's --- */

static void *things[CALLS];

static int make_thing(void *arg)
{
    int rc = horo_sleep(HORO_MS(1));

    if (rc < 0) {
        return rc;
    }
    *(void **)arg = malloc(1);
    live++;
    return 0;
}

static int make_thing_at(void *arg, size_t index)
{
    (void)arg;
    return make_thing(&things[index]);
}

static void free_things(void)
{
    for (int i = 0; i < CALLS; i++) {
        live -= things[i] != NULL;
        free(things[i]);
        things[i] = NULL;
    }
}

/* A gathering of gatherings. */
static int gather(void *arg)
{
    struct horo_call calls[CALLS];
    int rc;

    for (int i = 0; i < CALLS; i++) {
        calls[i] = (struct horo_call){ .fn = make_thing, .arg = &things[i] };
    }
    rc = horo_gather(calls, CALLS, arg);
    for (int i = 0; i < CALLS; i++) {
        if (rc >= 0 && calls[i].result < 0) {
            rc = calls[i].result;
        }
    }
    free_things();
    return rc;
}

static int gather_gathering(void *arg)
{
    struct horo_call calls[] = { HORO_CALL(gather, arg) };

    return horo_gather(calls, 1, NULL);
}

static int collect(void *arg)
{
    struct horo_gather_options options = { .collect = true, .limit = 5 };

    (void)arg;
    return gather(&options);
}

static int race(void *arg)
{
    struct horo_call calls[CALLS];
    int rc;

    (void)arg;
    for (int i = 0; i < CALLS; i++) {
        calls[i] = (struct horo_call){ .fn = make_thing, .arg = &things[i] };
    }
    rc = horo_race(calls, CALLS, NULL, NULL);
    free_things();
    return rc;
}

static int map(void *arg)
{
    struct horo_gather_options options = { .limit = 5, .stack_size = 16 << 10 };
    int rc = horo_map(CALLS, make_thing_at, arg, &options);

    free_things();
    return rc;
}

static int calls_gathered(void)
{
    return run(gather_gathering);
}

static int calls_collected(void)
{
    return run(collect);
}

static int calls_raced(void)
{
    return run(race);
}

static int items_mapped(void)
{
    return run(map);
}

/* --- futures --- */

static int wait_for_first(struct horo_future *const *futures)
{
    struct horo_wait_options first = { .until = HORO_WAIT_FIRST_COMPLETED };

    return horo_wait(futures, CALLS, &first);
}

static int take_all(struct horo_future *const *futures)
{
    struct horo_as_completed completed;
    size_t index;
    int rc = horo_as_completed_open(&completed, futures, CALLS);

    if (rc < 0) {
        return rc;
    }
    while ((rc = horo_as_completed_next(&completed, &index)) == 0) {}
    horo_as_completed_close(&completed);
    return rc == -HORO_EDONE ? 0 : rc;
}

static int spawn_and_wait(void *arg)
{
    struct horo_future results[CALLS];
    struct horo_future *futures[CALLS];
    struct horo_scope scope;
    int rc = 0;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    for (int i = 0; i < CALLS && rc == 0; i++) {
        futures[i] = &results[i];
        rc = horo_spawn(&scope, make_thing, &things[i],
                        &(struct horo_spawn_options){ .future = futures[i] });
    }
    if (rc == 0) {
        rc = wait_for_first(futures);
    }
    if (rc >= 0) {
        rc = take_all(futures);
    }
    rc = horo_scope_close(&scope, rc);
    free_things();
    return rc;
}

static int futures_awaited(void)
{
    return run(spawn_and_wait);
}

/* --- chains --- */

static int make_value(void *arg, int result, void **value)
{
    (void)result;
    *value = arg;
    return make_thing(arg);
}

static int pass_on(void *arg, int result, void **value)
{
    (void)arg;
    return *value == &things[0] ? result : -EPROTO;
}

static int free_value(void *arg, int result, void **value)
{
    (void)arg;
    (void)result;
    (void)value;
    free_things();
    return 0;
}

/* Checked at its end alone, as chains may be. */
static int chain(void *arg)
{
    struct horo_promise made;
    struct horo_promise passed;
    struct horo_promise end;
    struct horo_scope scope;

    (void)arg;
    (void)horo_scope_open(&scope, NULL);
    (void)horo_future_then(NULL, &made, make_value, &things[0]);
    (void)horo_future_then(&made.future, &passed, pass_on, NULL);
    (void)horo_future_finally(&passed.future, &end, free_value, NULL);
    (void)horo_scope_close(&scope, 0);
    free_things(); /* if the last link could not be made */
    return horo_future_result(&end.future, NULL);
}

static int links_chained(void)
{
    return run(chain);
}

int main(void)
{
    SWEEP(calls_gathered, EMFILE);
    SWEEP(calls_collected, EMFILE);
    SWEEP(calls_raced, EMFILE);
    SWEEP(items_mapped, EMFILE);
    SWEEP(futures_awaited, EMFILE);
    SWEEP(links_chained, EMFILE);
    sweep_report();
    return tap_end();
}
