/* Operations: what a task asks the kernel for and waits for.
 *
 * One type with two faces. The ring backend turns an operation into
 * a submission; the epoll backend tries the system call first and waits for
 * readiness when it must. An operation lives on the stack of the task that
 * waits for it; it is not left before the kernel has let go of it, cancelled
 * or not. */
#ifndef HORO_CORE_OPERATION_H
#define HORO_CORE_OPERATION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/list.h"

struct horo_task;

enum horo__operation_kind {
    HORO__ACCEPT, /* result: the new descriptor */
    HORO__CONNECT,
    HORO__RECEIVE, /* from a socket; result: bytes, 0 at the end */
    HORO__SEND,    /* to a socket, all of it; result: bytes */
    HORO__READ,    /* from any descriptor; result: bytes, 0 at the end */
    HORO__WRITE,   /* to any descriptor; result: bytes, maybe fewer */
    HORO__POLL     /* result: the events that hold */
};

enum horo__operation_state {
    HORO__OPERATION_IDLE = 0,
    HORO__OPERATION_ACTIVE,     /* with the backend, which will complete it */
    HORO__OPERATION_CANCELLING, /* still with the backend */
    HORO__OPERATION_DONE
};

struct horo__operation {
    enum horo__operation_kind kind;
    enum horo__operation_state state;
    int fd;
    int result;
    union {
        struct {
            char *buffer;
            uint32_t size;
            uint32_t done;    /* SEND: bytes that have gone out */
            bool expect_wait; /* RECEIVE: nothing has arrived yet, probably */
            bool is_tcp;      /* RECEIVE: a plain stream of bytes */
            bool by_hand;     /* WRITE: wait for room, then call write(2) */
        } io;
        struct {
            const struct sockaddr *address;
            socklen_t size;
            bool is_under_way;
        } connect;
        struct {
            short events;
            bool is_foreign; /* may be closed without telling us */
        } poll;
    } as;

    /* Called by the backend, between tasks, when `result` is there. */
    void (*complete)(struct horo__operation *operation);
    void *owner;    /* for `complete` */
    int abort_code; /* what an aborted operation returns instead */

    /* For the backend: its place among those that wait, and whether it waits
     * for readiness before it tries again. */
    struct horo__link link;
    bool awaits_readiness;
};

/* So much may be written at once to what may block: poll(2) promises room for
 * it in a pipe (PIPE_BUF), not for more. */
enum { HORO__SAFE_WRITE = 4096 };

/* Runs an operation for the current task. Suspends when it has to wait.
 * Returns its result; -ECANCELED in a cancelled scope, at once and without
 * touching anything; -HORO_ENOTASK outside a task; what the backend says. */
int horo__operation_run(struct horo__operation *operation);

/* Makes another task's running operation return `code` soon. */
void horo__operation_abort(struct horo__operation *operation, int code);

/* The floor below: has `complete` called when the operation is done, no task
 * involved. Returns true when it is done already, `result` in place and
 * `complete` not called; it is never called before this returns. */
bool horo__operation_start(struct horo__operation *operation);

/* For backends: `operation`, which was ACTIVE, is done. */
void horo__operation_finish(struct horo__operation *operation, int result);

/* Asks a started operation to end; `complete` still follows. */
void horo__operation_cancel(struct horo__operation *operation);

/* Must be called before a descriptor that had operations is closed; `in_use`:
 * some have been cancelled and are not back yet. */
void horo__operation_forget(int fd, bool in_use);

/* SOCK_NONBLOCK or 0: what new sockets need for this loop's backend. */
int horo__operation_socket_flags(void);

#endif
