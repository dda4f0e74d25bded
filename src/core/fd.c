/* Waiting for a descriptor that someone else reads and writes. */
#include <horo/fd.h>

#include "core/operation.h"

int horo_fd_wait(int fd, short events)
{
    struct horo__operation operation = {
        .kind = HORO__POLL,
        .fd = fd,
        .as.poll = { .events = events, .is_foreign = true },
    };

    return horo__operation_run(&operation);
}
