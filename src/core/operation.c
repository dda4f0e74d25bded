/* See operation.h: how tasks run operations, and the floor below. */
#include "core/operation.h"

#include "core/core.h"
#include "core/wait.h"
#include "sys/fault.h"

/* So many operations in a row may be done at once before others get a turn.
 * Each also counts as a task run, so that the kernel and the clock are looked
 * at in time when many tasks never have to wait. */
enum { IMMEDIATE_LIMIT = 16 };

static const char *site_of(enum horo__operation_kind kind)
{
    switch (kind) {
    case HORO__ACCEPT:
        return "operation accept";
    case HORO__CONNECT:
        return "operation connect";
    case HORO__RECEIVE:
        return "operation receive";
    case HORO__SEND:
        return "operation send";
    case HORO__READ:
        return "operation read";
    case HORO__WRITE:
        return "operation write";
    case HORO__POLL:
        return "operation poll";
    }
    return NULL;
}

static int injected_error(enum horo__operation_kind kind)
{
    switch (kind) {
    case HORO__ACCEPT:
        return -EMFILE;
    case HORO__CONNECT:
        return -ECONNREFUSED;
    case HORO__RECEIVE:
    case HORO__SEND:
        return -ECONNRESET;
    case HORO__READ:
    case HORO__WRITE:
        return -EIO;
    case HORO__POLL:
        return -ENOMEM;
    }
    return -EIO;
}

static void wake_owner(struct horo__operation *operation)
{
    horo__wake(operation->owner, operation->result);
}

static void interrupt_operation(struct horo_task *task)
{
    horo__operation_cancel(horo__awaited(task));
}

static const struct horo__wait_kind kinds[] = {
    [HORO__ACCEPT] = { "accept", interrupt_operation, NULL },
    [HORO__CONNECT] = { "connect", interrupt_operation, NULL },
    [HORO__RECEIVE] = { "receive", interrupt_operation, NULL },
    [HORO__SEND] = { "send", interrupt_operation, NULL },
    [HORO__READ] = { "read", interrupt_operation, NULL },
    [HORO__WRITE] = { "write", interrupt_operation, NULL },
    [HORO__POLL] = { "poll", interrupt_operation, NULL },
};

/* Lets others run when one task's operations never have to wait. */
static void take_turns(struct horo_loop *loop)
{
    loop->budget -= loop->budget > 0;
    if (++loop->immediate >= IMMEDIATE_LIMIT || horo__budget_is_used_up(loop)) {
        loop->immediate = 0;
        horo__schedule(loop->current);
        horo__switch_away(loop);
    }
}

int horo__operation_run(struct horo__operation *operation)
{
    int rc = horo__wait_check();
    struct horo_loop *loop = horo__loop;

    if (rc < 0) {
        return rc;
    }
    if (horo__fault_here(site_of(operation->kind))) {
        return injected_error(operation->kind);
    }
    operation->complete = wake_owner;
    operation->owner = loop->current;
    operation->abort_code = 0;
    if (loop->backend->class->start(loop->backend, operation)) {
        take_turns(loop);
        return operation->result;
    }
    loop->stats.operations_live++;
    rc = horo__wait(&kinds[operation->kind], operation);
    return rc == -ECANCELED && operation->abort_code ? operation->abort_code
                                                     : rc;
}

void horo__operation_abort(struct horo__operation *operation, int code)
{
    operation->abort_code = code;
    horo__operation_cancel(operation);
}

bool horo__operation_start(struct horo__operation *operation)
{
    struct horo_loop *loop = horo__loop;

    if (loop->backend->class->start(loop->backend, operation)) {
        return true;
    }
    loop->stats.operations_live++;
    return false;
}

void horo__operation_finish(struct horo__operation *operation, int result)
{
    operation->state = HORO__OPERATION_DONE;
    operation->result = result;
    horo__loop->stats.operations_live--;
    operation->complete(operation);
}

void horo__operation_cancel(struct horo__operation *operation)
{
    if (operation->state == HORO__OPERATION_ACTIVE) {
        operation->state = HORO__OPERATION_CANCELLING;
        horo__loop->backend->class->cancel(horo__loop->backend, operation);
    }
}

void horo__operation_forget(int fd, bool in_use)
{
    struct horo_loop *loop = horo__loop;

    if (loop) { /* without one there are no operations either */
        loop->backend->class->forget(loop->backend, fd, in_use);
    }
}

int horo__operation_socket_flags(void)
{
    return horo__loop ? horo__loop->backend->class->socket_flags : 0;
}
