/* What others of the core and the layers above build callbacks of: a call that
 * waits for something of theirs first. */
#ifndef HORO_CORE_CALLBACK_H
#define HORO_CORE_CALLBACK_H

#include <horo/callback.h>

/* Claims `callback` for a call of fn(arg). It is then pending, its `link` in
 * no list: the caller puts that into one of its own, from which
 * horo_call_cancel() takes it. Returns what horo_call_soon() does. */
int horo__callback_claim(struct horo_callback *callback, horo_callback_fn *fn,
                         void *arg);

/* Has a claimed callback called soon; takes it out of its list, if any. */
void horo__callback_release(struct horo_callback *callback);

#endif
