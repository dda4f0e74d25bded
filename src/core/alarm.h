/* Calls at a later time, on the loop of this thread. For the layers above. */
#ifndef HORO_CORE_ALARM_H
#define HORO_CORE_ALARM_H

#include <horo/time.h>

/* Has timer->fire(timer) called between tasks, `delay` nanoseconds from now.
 * The timer must not be set; a loop must be running. Cannot fail. */
void horo__alarm_set(struct horo__timer *timer, horo_time delay);

/* Undoes that; nothing happens when it is not set. */
void horo__alarm_clear(struct horo__timer *timer);

#endif
