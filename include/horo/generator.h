/* Generators: functions that hand out values one by one, and are frozen in
 * between. Each has a stack of its own, so that it may yield from any depth of
 * calls; nothing of it runs before the first value is asked for.
 *
 *     static int lazy_range(void *arg)
 *     {
 *         const int *up_to = arg;
 *         int rc = 0;
 *
 *         for (int index = 0; rc == 0 && index < *up_to; index++) {
 *             rc = horo_generator_yield(&index, NULL);
 *         }
 *         return rc;
 *     }
 *
 * They need no loop. The body runs as whoever asks for the value: when that is
 * a task, the body may suspend, which suspends the task (asynchronous
 * iteration), is reached by the cancellation of the task's scopes and sees its
 * local values. Asking for the next value is a few nanoseconds, not a visit to
 * the scheduler; it suspends only where the body does.
 *
 * So what knows its task, such as a lock or a limiter's token, is that task's
 * when the body takes it, not the generator's: another task that asks next
 * cannot release it there, and HORO_WITH() does not tell. Let a body hold such
 * a thing across a yield only where one task asks from beginning to end.
 *
 * A generator belongs to the thread that has made it, not to a task or loop:
 * one task after another may ask it, and it may outlive the loop. */
#ifndef HORO_GENERATOR_H
#define HORO_GENERATOR_H

#include <stddef.h>

#include <horo/detail.h>

HORO__BEGIN

struct horo_generator;

/* The body. Its return value is the generator's result: >= 0 for success,
 * a negative code for failure. It must close the scopes that it opens before
 * it yields, and before it returns, as they belong to whoever asks. */
typedef int horo_generator_fn(void *arg);

/* A zeroed struct means the defaults; pass NULL for all of them. */
struct horo_generator_options {
    /* Shown in reports and in the debugger; must outlive the generator.
     * Default: the text of the `fn` argument. */
    const char *name;
    /* Stack, in bytes, of which about 1 KiB is the library's own: rounded up
     * as for tasks, see horo/task.h. 0: 256 KiB, of which only the pages that
     * are touched exist. */
    size_t stack_size;
};

/* Makes a generator that will call fn(arg) when it is first asked. `arg` stays
 * the caller's. Never suspends. Returns 0; -ENOMEM; -EINVAL for a stack_size
 * over 8 MiB. (The `...` stands for `arg, options, ret_generator`, see
 * horo_spawn() in horo/task.h.) */
#define horo_generator_create(fn, ...) \
    horo__generator_create(#fn, fn, __VA_ARGS__)
HORO__API int
horo__generator_create(const char *fn_name, horo_generator_fn *fn, void *arg,
                       const struct horo_generator_options *options,
                       struct horo_generator **ret_generator);

/* Closes the generator, frees it and nulls the pointer; NULL and a pointer to
 * NULL are fine. Returns what horo_generator_close() does. Where that refuses,
 * for a generator that is running or another thread's, nothing is freed and
 * the pointer stays. Suspends if the body does. */
HORO__API int horo_generator_destroy(struct horo_generator **generator);

/* --- for those who ask --- */

/* Runs the body up to its next yield and returns the value yielded there;
 * NULL when the body has returned instead, now or before, and for misuse:
 * horo_generator_result() tells which. The value is the body's own, usually a
 * pointer into its frame: good until the next call. Suspends if the body
 * does. */
HORO__API void *horo_generator_next(struct horo_generator *generator);

/* The same, with `value` for the yield at which the body is frozen. A body
 * that has not begun is at no yield: it can only be sent NULL, and for another
 * value nothing happens and NULL is returned. */
HORO__API void *horo_generator_send(struct horo_generator *generator,
                                    void *value);

/* The same, with the failure `code` for that yield: any negative number that
 * the body understands (another is thrown as -EINVAL). Returns what the body
 * yields next, if it goes on. A body that has not begun never will: its result
 * is `code`. */
HORO__API void *horo_generator_throw(struct horo_generator *generator,
                                     int code);

/* Ends the body: the yield at which it is frozen returns -ECANCELED, and the
 * body is expected to free what it holds and return. One that has not begun
 * never will. Suspends if the body does.
 *
 * Returns 0, also for one that had ended before; the body's result, if it is
 * negative and not -ECANCELED; -HORO_EDONE if the body yielded once more, which
 * nobody was there to take; and, with nothing done, -EDEADLK from inside the
 * body, -EBUSY while another task waits in it, -HORO_EOTHERLOOP on another
 * thread than its own. */
HORO__API int horo_generator_close(struct horo_generator *generator);

/* What the body has returned; the code thrown into a body that had not begun,
 * -ECANCELED for closing one. -HORO_EINVALIDSTATE while it can still be asked;
 * the codes of misuse as for horo_generator_close(). Never suspends. */
HORO__API int horo_generator_result(const struct horo_generator *generator);

/* --- for the body, at any depth of calls --- */

/* Hands `value` to whoever asked and freezes the body until somebody asks
 * again; what they send goes to `ret_sent` (may be NULL; NULL is sent by
 * horo_generator_next). NULL may be yielded, but looks like the end.
 *
 * Returns 0; the code thrown; -ECANCELED when the generator is being closed,
 * and -HORO_EDONE, at once, for each yield after that; -EINVAL outside a body,
 * and with a scope open that the body has opened since it was asked. So a body
 * has to return when a yield fails: one that goes on yielding after it has been
 * closed, a thousand times, ends the program with a report. */
HORO__API int horo_generator_yield(void *value, void **ret_sent);

/* Yields all that `inner` yields, and passes on to it what is sent and thrown
 * meanwhile. `inner` stays the caller's. Returns its result when it has ended;
 * -ECANCELED when the generator is being closed, with `inner` closed, or the
 * negative code of closing it; otherwise as horo_generator_yield(). */
HORO__API int horo_generator_yield_from(struct horo_generator *inner);

/* --- memory --- */

/* Stacks are kept for the next generators of the thread, until its loop or the
 * thread itself ends. This gives them back early; it does nothing while a loop
 * runs or a generator of the thread lives. Never suspends, never fails. */
HORO__API void horo_generator_trim(void);

HORO__END

#endif
