/* Suspension points: a test can be told of each one that tasks come to, and
 * cancel there, so that every wait is seen to end well at every time.
 *
 * Whoever asks whether he may wait pays nothing for it: a flag of the task
 * that is looked at anyway leads here, too, see horo_task::is_reached. */
#ifndef HORO_CORE_POINTS_H
#define HORO_CORE_POINTS_H

#include "base/check.h"

enum horo__point {
    HORO__POINT_BEFORE, /* a call asks whether it may wait */
    HORO__POINT_DURING, /* the task waits, and has not left the processor */
    HORO__POINT_AFTER   /* its wait is over, and its result not yet read */
};

/* Called by the running task at each point; NULL for nobody. One for the
 * process and guarded by nothing: a test sets it while no loop runs. */
extern void (*horo__on_point)(enum horo__point point);

static inline void horo__point_here(enum horo__point point)
{
    if (horo__unlikely(horo__on_point)) {
        horo__on_point(point);
    }
}

#endif
