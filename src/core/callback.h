/* What others of the core and the layers above build callbacks of: a call that
 * waits for something of theirs first. */
#ifndef HORO_CORE_CALLBACK_H
#define HORO_CORE_CALLBACK_H

#include <horo/callback.h>

/* Claims `callback` for a call of fn(arg), pending, and puts its `link` into
 * `list`, one of the caller's own, from which horo_call_cancel() takes it, and
 * so does the end of the loop. Returns what horo_call_soon() does. */
int horo__callback_hold(struct horo_callback *callback, struct horo__link *list,
                        horo_callback_fn *fn, void *arg);

/* Has a callback that is held called soon; takes it out of its list. */
void horo__callback_release(struct horo_callback *callback);

#endif
