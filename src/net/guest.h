/* Objects on which one task may wait while another closes them: a stream, a
 * listener. Who is inside an object leaves it in order; the last one out, if
 * it is closed, frees it. */
#ifndef HORO_NET_GUEST_H
#define HORO_NET_GUEST_H

#include <errno.h>
#include <stdbool.h>

#include "core/operation.h"
#include "core/wait.h"

/* One direction of use, for one task at a time. */
struct horo__lane {
    bool is_taken;
    struct horo__operation *operation; /* running now, for those who close */
};

struct horo__house {
    int fd;
    unsigned guests; /* tasks inside */
    bool is_closed;
};

/* Lets the current task in. Returns 0, -EBUSY, -ECANCELED, -HORO_ENOTASK. */
static inline int horo__house_enter(struct horo__house *house,
                                    struct horo__lane *lane)
{
    int rc = horo__wait_check();

    if (rc < 0) {
        return rc;
    }
    if (lane->is_taken) {
        return -EBUSY;
    }
    lane->is_taken = true;
    house->guests++;
    return 0;
}

/* True when the caller has to free the object. */
static inline bool horo__house_leave(struct horo__house *house,
                                     struct horo__lane *lane)
{
    lane->is_taken = false;
    house->guests--;
    return house->is_closed && house->guests == 0;
}

/* Runs an operation on the object's descriptor. */
static inline int horo__house_run(struct horo__house *house,
                                  struct horo__lane *lane,
                                  struct horo__operation *operation)
{
    int rc;

    if (house->is_closed) {
        return -ECONNABORTED;
    }
    lane->operation = operation;
    rc = horo__operation_run(operation);
    lane->operation = NULL;
    return rc;
}

#endif
