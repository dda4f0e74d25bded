/* See mutex.h: the threads library's. */
#include "sys/mutex.h"

#include <errno.h>
#include <pthread.h>

#include "base/check.h"
#include "sys/memory.h"

struct horo__mutex {
    pthread_mutex_t mutex;
};

int horo__mutex_create(struct horo__mutex **ret_mutex)
{
    struct horo__mutex *mutex = horo__alloc(sizeof *mutex);

    if (!mutex) {
        return -ENOMEM;
    }
    if (pthread_mutex_init(&mutex->mutex, NULL) != 0) {
        horo__free(mutex);
        return -ENOMEM;
    }
    *ret_mutex = mutex;
    return 0;
}

void horo__mutex_destroy(struct horo__mutex *mutex)
{
    if (mutex) {
        horo__check(pthread_mutex_destroy(&mutex->mutex) == 0);
        horo__free(mutex);
    }
}

void horo__mutex_lock(struct horo__mutex *mutex)
{
    horo__check(pthread_mutex_lock(&mutex->mutex) == 0);
}

void horo__mutex_unlock(struct horo__mutex *mutex)
{
    horo__check(pthread_mutex_unlock(&mutex->mutex) == 0);
}
