/* Leaving one stack and going on with another.
 *
 * A context is what has to be remembered of a stack that is not running. The
 * switch is inlined where it happens and saves only the stack pointer, the
 * frame pointer and the place to resume; the compiler is told that every
 * other register is lost and saves what it needs itself. A jump of its own at
 * each call site is what the branch predictor wants; a shared one that ends
 * in `ret` costs ten times as much.
 *
 * Floating-point control (rounding, traps) belongs to each context, as the
 * calling convention demands. On x86-64 reading mxcsr costs more than the
 * whole switch, so the x87 control word, which fesetround(3) and
 * feenableexcept(3) always change along with it, tells whether to read it.
 * A task that changes mxcsr alone, by an intrinsic, never disturbs another
 * task, but finds its change undone when it resumes. */
#ifndef HORO_CORE_CONTEXT_H
#define HORO_CORE_CONTEXT_H

#include <stddef.h>

#if defined(HORO_CONTEXT_UCONTEXT)
#include "core/context_ucontext.h"
#elif defined(__x86_64__) && defined(__LP64__)
#include "core/context_x86_64.h"
#elif defined(__aarch64__)
#include "core/context_aarch64.h"
#else
#include "core/context_ucontext.h"
#endif

/* Each of the files above defines
 *
 *   struct horo__context;
 *
 *   The context of the stack that is running, to be switched away from:
 *   void horo__context_init_running(struct horo__context *context);
 *
 *   One that will call horo__context_start(context) on the stack that ends at
 *   `top`, with the floating-point control of `like`:
 *   void horo__context_init(struct horo__context *context, void *bottom,
 *                           void *top, const struct horo__context *like);
 *
 *   Saves the running context in `from` and goes on with `to`; returns when
 *   something switches to `from`:
 *   void horo__context_switch(struct horo__context *from,
 *                             struct horo__context *to);
 *
 * and, for a stack on which somebody's call goes on and comes back:
 *
 *   A context that will call horo__context_start_inside(context), with the
 *   floating-point control of the present. Unwinders go on with `caller` where
 *   they reach the end of the stack, if the processor's file tells them how:
 *   void horo__context_init_inside(struct horo__context *context,
 *                                  void *bottom, void *top,
 *                                  struct horo__context *caller);
 *
 *   Switch from the caller to such a context with a code, and from there to
 *   the caller with a value. Each returns what comes with the other:
 *   void *horo__context_pass_in(struct horo__context *caller,
 *                               struct horo__context *inside, int code);
 *   int horo__context_pass_out(struct horo__context *inside,
 *                              struct horo__context *caller, void *value);
 *
 * The two sides come from different calls, and the processor predicts a `ret`
 * by the last call: both would miss each time, for 9 ns. So these two are
 * functions that end in a jump, where that can be had; callers should end in
 * them, that no `ret` of theirs comes after. */

/* Where a new context begins; must not return. Defined in task.c. */
_Noreturn void horo__context_start(struct horo__context *context);

/* The same for one inside another. Defined in generator.c. */
_Noreturn void horo__context_start_inside(struct horo__context *context);

#endif
