/* What all who wait for several futures have to ask first. */
#ifndef HORO_SYNC_WAIT_H
#define HORO_SYNC_WAIT_H

#include <horo/future.h>
#include <stddef.h>

/* 0; -HORO_EOTHERLOOP for a future of another loop; -EDEADLK for that of the
 * current task. */
int horo__wait_check_futures(struct horo_future *const *futures, size_t count);

#endif
