/* Mutual exclusion between threads, for moments: whoever holds a mutex neither
 * suspends nor waits for anything else. */
#ifndef HORO_SYS_MUTEX_H
#define HORO_SYS_MUTEX_H

struct horo__mutex;

/* Returns 0 or -ENOMEM. */
int horo__mutex_create(struct horo__mutex **ret_mutex);

/* Nobody may hold it. NULL is fine. */
void horo__mutex_destroy(struct horo__mutex *mutex);

void horo__mutex_lock(struct horo__mutex *mutex);
void horo__mutex_unlock(struct horo__mutex *mutex);

#endif
