/* What the condition asks of the lock. */
#ifndef HORO_SYNC_LOCK_H
#define HORO_SYNC_LOCK_H

#include <horo/lock.h>

#include "sync/waiters.h"

/* Gives the lock to `waiter`, which waits but stands in no line: now if it is
 * free, else in its turn. Its wait then ends with waiter->result. */
void horo__lock_give(struct horo_lock *lock, struct horo__waiter *waiter);

#endif
