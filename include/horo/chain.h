/* Chains of futures: what is to be done with a result once it is there, as with
 * the promises of other languages.
 *
 *     horo_scope_open(&scope, NULL);
 *     horo_future_then(NULL, &text, read_text, "notes.txt");
 *     horo_future_then(&text.future, &saved, append_and_save, "notes.txt");
 *     horo_future_catch(&saved.future, &end, tell_the_error, NULL);
 *     horo_scope_close(&scope, 0);
 *     rc = horo_future_result(&end.future, NULL);
 *
 * Each link is a task, so that its function may wait like any other; it belongs
 * to the caller's innermost scope, which does not close before all its links
 * have settled, and whose cancellation ends them: open one where their memory
 * is. The errors of a chain travel along it, and concern no scope. */
#ifndef HORO_CHAIN_H
#define HORO_CHAIN_H

#include <horo/future.h>

HORO__BEGIN

/* What a link does, given the outcome of its source: `result`, and for >= 0 the
 * source's value in `*value`. It may replace the value. What it returns is the
 * outcome of the link: >= 0, or the code of an error. */
typedef int horo_chain_fn(void *arg, int result, void **value);

/* A link. In the caller's memory, with its source, until its future, which can
 * be used as any task's can, has settled. The other fields are private. */
struct horo_promise {
    struct horo_future future;
    struct horo_future *source; /* NULL: none */
    horo_chain_fn *fn;
    void *arg;
    unsigned char kind;
};

/* Make `promise` the outcome of `source`, or of nothing for NULL, changed by
 * fn(arg, result, &value), which is called in a task:
 *  - then: after a success; an error passes, fn is not called;
 *  - catch: after an error, which the link's own outcome replaces; a success
 *    passes;
 *  - finally: in any case; the outcome passes, value and all, unless fn fails.
 * A source that was cancelled makes the link cancelled, too: only `finally`
 * hears of it. Cancelling the link, by horo_future_cancel(), leaves the source
 * alone and ends the waiting for it, or fn's own, as of any task.
 *
 * A link reads its source's error; a task's has told its scope as well, so
 * what may fail harmlessly is better begun as a link without source. For the
 * last link, use horo_future_fini() on its future in the end: an error that
 * nobody has read until then, and no scope was told of, goes to the loop's
 * error handler, once.
 *
 * Never suspend; fn is called when the caller has. Return 0; -EINVAL without
 * function; -EDEADLK for the caller's own future; -HORO_EOTHERLOOP;
 * -HORO_ENOTASK outside a task; errors of horo_spawn(), like -ENOMEM. After an
 * error the link has failed with it, so that a chain may be checked at its end
 * alone. -EDEADLK, with nothing done, for a source that is the link itself. */
HORO__API int horo_future_then(struct horo_future *source,
                               struct horo_promise *promise, horo_chain_fn *fn,
                               void *arg);
HORO__API int horo_future_catch(struct horo_future *source,
                                struct horo_promise *promise, horo_chain_fn *fn,
                                void *arg);
HORO__API int horo_future_finally(struct horo_future *source,
                                  struct horo_promise *promise,
                                  horo_chain_fn *fn, void *arg);

/* A future that follows another one, in the caller's memory. All but the
 * future, which is a plain one, is private. */
struct horo_shield {
    struct horo_future future;
    struct horo__listener listener;
};

/* Makes `shield` follow `source`, and settle as it does: but whoever cancels
 * the shield's future leaves the source alone, which keeps its outcome, error
 * unread. Never suspends. Returns 0, or -HORO_EOTHERLOOP with the shield failed
 * likewise. */
HORO__API int horo_future_shield(struct horo_future *source,
                                 struct horo_shield *shield);

/* Ends the use of a shield, which cancels its future if that is pending; both
 * it and the source may then go. Reports an error that nobody has read, as
 * horo_future_fini(). Never suspends. */
HORO__API void horo_shield_fini(struct horo_shield *shield);

/* Settles the plain future that `future` points to, with `value` or, for
 * a negative `result`, with that error. It has the shape of the callbacks with
 * which many libraries deliver: what calls back with an error or a result will
 * settle a future, when given this function and a pointer to it. Of several
 * calls the first counts. For the thread of the future's loop. (The other way
 * round, a future calls back: horo_future_on_done().) Never suspends. */
HORO__API void horo_future_resolve(void *future, int result, void *value);

HORO__END

#endif
