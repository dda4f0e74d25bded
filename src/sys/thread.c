/* See thread.h. */
#include "sys/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "sys/fault.h"

static pthread_key_t key;
static bool has_key;

static void thread_ends(void *end)
{
    ((struct horo__thread_end *)end)->fn(end);
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, thread_ends) == 0;
}

int horo__thread_end_call(struct horo__thread_end *end,
                          void (*fn)(struct horo__thread_end *end))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    end->fn = fn;
    if (horo__fault_here("thread_end")) {
        return -ENOMEM;
    }
    (void)pthread_once(&once, make_key);
    return has_key && pthread_setspecific(key, end) == 0 ? 0 : -ENOMEM;
}

void horo__thread_end_cancel(const struct horo__thread_end *end)
{
    if (pthread_getspecific(key) == end) {
        (void)pthread_setspecific(key, NULL);
    }
}
