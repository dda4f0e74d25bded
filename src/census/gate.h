/* A gate at which one task at a time waits for others of its loop. */
#ifndef HORO_CENSUS_GATE_H
#define HORO_CENSUS_GATE_H

#include <stdbool.h>

struct horo_task;

/* All zeros: shut, nobody waits. */
struct horo__gate {
    struct horo_task *waiter; /* NULL: nobody */
    bool is_open;             /* opened while nobody waited */
};

/* Waits until the gate has been opened since the last wait, and shuts it.
 * Suspends. Returns 0, -ECANCELED in a cancelled scope, -EBUSY when another
 * task waits, -HORO_ENOTASK outside a task. */
int horo__gate_wait(struct horo__gate *gate);

/* Lets the waiting task, or the next one to wait, pass. Never suspends. */
void horo__gate_open(struct horo__gate *gate);

#endif
