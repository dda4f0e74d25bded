/* The one door to the kernel's waiting. A backend carries out operations and
 * waits for them, for time, and for wake-ups, in one place. */
#ifndef HORO_CORE_BACKEND_H
#define HORO_CORE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/operation.h"

/* The beginning of every backend's own struct. */
struct horo__backend {
    const struct horo__backend_class *class;
};

struct horo__backend_class {
    const char *name;

    /* What new sockets need: SOCK_NONBLOCK or 0. */
    int socket_flags;

    /* Returns 0; -ENOSYS, -EPERM when the system does not offer it. */
    int (*create)(struct horo__backend **ret_backend);

    /* No operation may be active. */
    void (*destroy)(struct horo__backend *backend);

    /* Begins an operation. Returns true when it is done already, its result
     * in place and `complete` not called; false when `complete` follows, never
     * before this returns. */
    bool (*start)(struct horo__backend *backend,
                  struct horo__operation *operation);

    /* Asks an ACTIVE operation to end. `complete` still follows, perhaps from
     * within this call, with -ECANCELED or with what happened first. */
    void (*cancel)(struct horo__backend *backend,
                   struct horo__operation *operation);

    /* Lets the kernel begin what was started, waits at most `timeout_ns` (< 0:
     * no limit) for anything to complete, and completes all that has. True
     * when anything did. */
    bool (*poll)(struct horo__backend *backend, int64_t timeout_ns);

    /* A descriptor that had operations is about to be closed; `in_use`: some
     * have been cancelled just now and are not back yet. */
    void (*forget)(struct horo__backend *backend, int fd, bool in_use);
};

#endif
