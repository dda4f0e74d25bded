/* HORO_WITH() where a compiler may object: nested, in every language. */
#include <horo/with.h>

int use_with(struct horo_lock *lock, struct horo_semaphore *semaphore,
             struct horo_limiter *limiter, struct horo_rwlock *rwlock);

int use_with(struct horo_lock *lock, struct horo_semaphore *semaphore,
             struct horo_limiter *limiter, struct horo_rwlock *rwlock)
{
    int rc = 0;

    HORO_WITH(lock, lock, rc) {
        HORO_WITH(semaphore, semaphore, rc) {
            HORO_WITH(limiter, limiter, rc) {
                return 1;
            }
        }
        HORO_WITH(read_lock, rwlock, rc) {
            break;
        }
        HORO_WITH(write_lock, rwlock, rc) {
            continue;
        }
    }
    return rc;
}
