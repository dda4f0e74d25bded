/* Many calls at once: gather, race and map, which differ in when it is over.
 *
 * One scope holds them all, and a few hands do the work: tasks that take call
 * after call. A hand is spawned eagerly, so it goes on until one of its calls
 * has to wait; only then the next hand is needed. Thus each call that waits has
 * a stack of its own, and thousands that need not wait cost one. */
#include <horo/gather.h>
#include <stdint.h>

#include "core/wait.h"

/* So many calls are made before others who are ready get their turn. */
enum { CALLS_PER_TURN = 64 };

enum goal {
    EVERY_SUCCESS, /* over at the first failure */
    EVERY_RESULT,
    FIRST_SUCCESS
};

/* Lives on the stack of the task that waits for all. */
struct crowd {
    struct horo_scope scope; /* cancelled when it is over */
    enum goal goal;
    struct horo_call *calls; /* of gather and race; else `fn` and `arg` */
    horo_map_fn *fn;
    void *arg;
    size_t count;
    size_t next;       /* the call whose turn it is */
    size_t hands;      /* at work */
    bool is_beginning; /* while begin() sends more */
    size_t winner;     /* SIZE_MAX while there is none */
    int failure;       /* the first one, -ECANCELED aside */
    bool is_short;     /* a call was cancelled, or never began */
};

/* Whatever a call leaves in its scope ends before it counts as ended. */
static int run_call(struct crowd *crowd, size_t index)
{
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, NULL);

    if (rc == 0) {
        rc = crowd->calls ? crowd->calls[index].fn(crowd->calls[index].arg)
                          : crowd->fn(crowd->arg, index);
    }
    return horo_scope_close(&scope, rc);
}

static void note_result(struct crowd *crowd, size_t index, int result)
{
    if (crowd->calls) {
        crowd->calls[index].result = result;
    }
    if (result == -ECANCELED) {
        crowd->is_short = true;
    } else if (result < 0 && crowd->failure == 0) {
        crowd->failure = result;
    }
    if (crowd->goal == FIRST_SUCCESS && result >= 0 &&
        crowd->winner == SIZE_MAX) {
        crowd->winner = index;
        horo_scope_cancel(&crowd->scope);
    }
    if (crowd->goal == EVERY_SUCCESS && result < 0) {
        horo_scope_cancel(&crowd->scope);
    }
}

static bool has_more(const struct crowd *crowd)
{
    return crowd->next < crowd->count &&
           !horo_scope_is_cancelled(&crowd->scope);
}

/* A hand. Before all calls have begun it does not go on for ever, but leaves
 * the rest to another one, which begin() sends when others had their turn. */
static int work(void *arg)
{
    struct crowd *crowd = arg;

    for (int calls = 0; has_more(crowd); calls++) {
        size_t index = crowd->next;

        if (crowd->is_beginning && calls == CALLS_PER_TURN) {
            break;
        }
        crowd->next++;
        note_result(crowd, index, run_call(crowd, index));
        if (!crowd->is_beginning && has_more(crowd)) {
            (void)horo__wait_politely(); /* a cancellation is seen above */
        }
    }
    crowd->hands--;
    return 0;
}

/* Sends hands until every call has begun, or as many run as may. */
static int begin(struct crowd *crowd, const char *name,
                 const struct horo_gather_options *options)
{
    const struct horo_spawn_options hand = { .stack_size = options->stack_size,
                                             .eager = true };
    size_t limit = options->limit ? options->limit : SIZE_MAX;
    size_t turn_ends = CALLS_PER_TURN;
    int rc = 0;

    crowd->is_beginning = true;
    while (rc == 0 && crowd->hands < limit && has_more(crowd)) {
        crowd->hands++;
        rc = horo__spawn(&crowd->scope, name, work, crowd, &hand);
        if (crowd->next >= turn_ends) {
            (void)horo_yield(); /* has_more() will know of a cancellation */
            turn_ends = crowd->next + CALLS_PER_TURN;
        }
    }
    crowd->is_beginning = false;
    return rc;
}

/* Once all have ended, without a winner. */
static int verdict(const struct crowd *crowd)
{
    int rc;

    if (crowd->goal == EVERY_SUCCESS && crowd->failure) {
        return crowd->failure;
    }
    rc = crowd->is_short ? horo__wait_check() : 0; /* credits who is to blame */
    if (rc < 0 || crowd->goal == EVERY_RESULT) {
        return rc;
    }
    if (crowd->failure) {
        return crowd->failure;
    }
    return crowd->is_short ? -ECANCELED : 0;
}

/* `crowd` says what to do; the rest of it is filled in here. */
static int run_crowd(struct crowd *crowd, const char *name,
                     const struct horo_gather_options *options)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    crowd->winner = SIZE_MAX;
    (void)horo_scope_open(&crowd->scope, NULL); /* there is a task: checked */
    rc = begin(crowd, name, options);
    if (rc < 0) {
        horo_scope_cancel(&crowd->scope);
    }
    /* Its own cancellation is no news for anybody. */
    (void)horo_scope_close(&crowd->scope, 0);
    if (crowd->winner != SIZE_MAX) {
        return 0;
    }
    crowd->is_short = crowd->is_short || crowd->next < crowd->count;
    return rc < 0 ? rc : verdict(crowd);
}

/* 0, or -EINVAL for a call without function. */
static int prepare(struct horo_call *calls, size_t count)
{
    if (count > 0 && !calls) {
        return -EINVAL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!calls[i].fn) {
            return -EINVAL;
        }
        calls[i].result = -ECANCELED;
    }
    return 0;
}

static const struct horo_gather_options defaults;

int horo_gather(struct horo_call *calls, size_t count,
                const struct horo_gather_options *options)
{
    struct crowd crowd = { .calls = calls, .count = count };
    int rc = prepare(calls, count);

    options = options ? options : &defaults;
    crowd.goal = options->collect ? EVERY_RESULT : EVERY_SUCCESS;
    return rc < 0 ? rc : run_crowd(&crowd, "gather", options);
}

int horo_race(struct horo_call *calls, size_t count,
              const struct horo_gather_options *options, size_t *ret_winner)
{
    struct crowd crowd = { .goal = FIRST_SUCCESS,
                           .calls = calls,
                           .count = count };
    int rc = prepare(calls, count);

    options = options ? options : &defaults;
    if (rc < 0 || count == 0 || options->collect) {
        return -EINVAL;
    }
    rc = run_crowd(&crowd, "race", options);
    if (rc < 0) {
        return rc;
    }
    if (ret_winner) {
        *ret_winner = crowd.winner;
    }
    return calls[crowd.winner].result;
}

int horo_map(size_t count, horo_map_fn *fn, void *arg,
             const struct horo_gather_options *options)
{
    struct crowd crowd = { .fn = fn, .arg = arg, .count = count };

    options = options ? options : &defaults;
    crowd.goal = options->collect ? EVERY_RESULT : EVERY_SUCCESS;
    return fn ? run_crowd(&crowd, "map", options) : -EINVAL;
}
