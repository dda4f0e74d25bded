/* The io_uring backend: operations become submissions, which one system call
 * hands over by the batch, waiting for completions at the same time. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "backend/backends.h"
#include "base/check.h"
#include "core/annotate.h"
#include "sys/descriptor.h"
#include "sys/memory.h"
#include "sys/ring.h"

enum {
    SUBMISSIONS = 512,
    TRIES = 16,        /* of a hand-over that the kernel is too short for */
    COMPLETIONS = 8192 /* more than that at once wait in the kernel */
};

struct uring_backend {
    struct horo__backend base; /* must be first */
    struct io_uring ring;
    struct horo__link unsubmitted; /* operations that found no room */
    struct horo__link uncancelled; /* and those still to be cancelled */
};

_Static_assert(offsetof(struct uring_backend, base) == 0, "cast from the base");

static struct uring_backend *self_of(struct horo__backend *backend)
{
    return (struct uring_backend *)backend;
}

/* --- submitting --- */

/* Room for a submission, made by handing over what is there; NULL when the
 * kernel takes nothing now. */
static struct io_uring_sqe *get_submission(struct uring_backend *self)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&self->ring);

    if (!entry && horo__ring_hand_over(&self->ring) > 0) {
        entry = io_uring_get_sqe(&self->ring);
    }
    return entry;
}

static short readiness_for(enum horo__operation_kind kind)
{
    return kind == HORO__SEND || kind == HORO__WRITE || kind == HORO__CONNECT
               ? POLLOUT
               : POLLIN;
}

static void prepare_io(struct io_uring_sqe *entry,
                       struct horo__operation *operation)
{
    char *buffer = operation->as.io.buffer + operation->as.io.done;
    uint32_t size = operation->as.io.size - operation->as.io.done;

    switch (operation->kind) {
    case HORO__RECEIVE:
        io_uring_prep_recv(entry, operation->fd, buffer, size, 0);
        if (operation->as.io.expect_wait) {
            entry->ioprio |= IORING_RECVSEND_POLL_FIRST;
        }
        break;
    case HORO__SEND:
        io_uring_prep_send(entry, operation->fd, buffer, size,
                           MSG_WAITALL | MSG_NOSIGNAL);
        break;
    case HORO__READ:
        io_uring_prep_read(entry, operation->fd, buffer, size, (uint64_t)-1);
        break;
    default:
        io_uring_prep_write(entry, operation->fd, buffer, size, (uint64_t)-1);
        break;
    }
}

static void prepare(struct io_uring_sqe *entry,
                    struct horo__operation *operation)
{
    if (operation->awaits_readiness) {
        io_uring_prep_poll_add(entry, operation->fd,
                               (unsigned)readiness_for(operation->kind));
        io_uring_sqe_set_data(entry, operation);
        return;
    }
    switch (operation->kind) {
    case HORO__ACCEPT:
        io_uring_prep_accept(entry, operation->fd, NULL, NULL, SOCK_CLOEXEC);
        break;
    case HORO__CONNECT:
        io_uring_prep_connect(entry, operation->fd,
                              operation->as.connect.address,
                              operation->as.connect.size);
        break;
    case HORO__RECEIVE:
    case HORO__SEND:
    case HORO__READ:
    case HORO__WRITE:
        prepare_io(entry, operation);
        break;
    case HORO__POLL:
        io_uring_prep_poll_add(entry, operation->fd,
                               (unsigned short)operation->as.poll.events);
        break;
    }
    io_uring_sqe_set_data(entry, operation);
}

static void submit(struct uring_backend *self,
                   struct horo__operation *operation)
{
    struct io_uring_sqe *entry = get_submission(self);

    if (entry) {
        prepare(entry, operation);
    } else {
        horo__list_append(&self->unsubmitted, &operation->link);
    }
}

/* The kernel would raise SIGPIPE: such writes are only waited for here. */
static bool is_by_hand(const struct horo__operation *operation)
{
    return operation->kind == HORO__WRITE && operation->as.io.by_hand;
}

static int write_by_hand(const struct horo__operation *operation)
{
    size_t size = operation->as.io.size;

    return (int)horo__sys_write(operation->fd, operation->as.io.buffer,
                                size < HORO__SAFE_WRITE ? size
                                                        : HORO__SAFE_WRITE);
}

static bool uring_start(struct horo__backend *backend,
                        struct horo__operation *operation)
{
    operation->state = HORO__OPERATION_ACTIVE;
    operation->awaits_readiness = is_by_hand(operation);
    horo__list_init(&operation->link);
    submit(self_of(backend), operation);
    return false;
}

static bool submit_cancel(struct uring_backend *self,
                          struct horo__operation *operation)
{
    struct io_uring_sqe *entry = get_submission(self);

    if (!entry) {
        return false;
    }
    /* Its own completion says nothing that the operation's will not say. */
    io_uring_prep_cancel(entry, operation, 0);
    io_uring_sqe_set_data(entry, NULL);
    return true;
}

static void uring_cancel(struct horo__backend *backend,
                         struct horo__operation *operation)
{
    struct uring_backend *self = self_of(backend);

    if (!horo__list_is_empty(&operation->link)) { /* the kernel never saw it */
        horo__list_remove(&operation->link);
        horo__operation_finish(operation, -ECANCELED);
    } else if (!submit_cancel(self, operation)) {
        horo__list_append(&self->uncancelled, &operation->link);
    }
}

static void uring_forget(struct horo__backend *backend, int fd, bool in_use)
{
    struct uring_backend *self = self_of(backend);

    (void)fd;
    /* A submission names its descriptor by number: the kernel has to see it
     * before the number can come to mean another file. */
    for (int i = 0; in_use && i < TRIES; i++) {
        /* Running what the cancelling caused lets go of the file, so that its
         * address, if it is a listener's, is free at once. */
        (void)horo__ring_submit(&self->ring);
        if (io_uring_sq_ready(&self->ring) == 0) {
            break;
        }
    }
}

/* What found no room before may find it now. */
static void submit_leftovers(struct uring_backend *self)
{
    struct horo__link *link;

    while ((link = horo__list_pop(&self->uncancelled))) {
        if (!submit_cancel(
                self, horo__container(link, struct horo__operation, link))) {
            horo__list_append(&self->uncancelled, link);
            return;
        }
    }
    while ((link = horo__list_pop(&self->unsubmitted))) {
        struct horo__operation *operation =
            horo__container(link, struct horo__operation, link);
        struct io_uring_sqe *entry = get_submission(self);

        if (!entry) {
            horo__list_append(&self->unsubmitted, link);
            return;
        }
        prepare(entry, operation);
    }
}

/* --- completing --- */

/* Whether the kernel's answer is only a step on the way, and the next step. */
static bool next_step(struct horo__operation *operation, int result)
{
    if (operation->state == HORO__OPERATION_CANCELLING) {
        return false;
    }
    if (operation->awaits_readiness && result >= 0) {
        operation->awaits_readiness = false;
        return true;
    }
    if (result == -EAGAIN) { /* the descriptor is in non-blocking mode */
        operation->awaits_readiness = true;
        return operation->kind != HORO__POLL;
    }
    if (result == -EINTR) {
        return true;
    }
    if (operation->kind == HORO__SEND && result > 0 &&
        operation->as.io.done + (uint32_t)result < operation->as.io.size) {
        operation->as.io.done += (uint32_t)result;
        return true;
    }
    return false;
}

/* The result of an operation whose last step ended with `result`. */
static int result_of(struct horo__operation *operation, int result)
{
    bool is_cancelling = operation->state == HORO__OPERATION_CANCELLING;

    if (result < 0) {
        return result;
    }
    if (operation->awaits_readiness) {
        return -ECANCELED; /* ready, but nothing has been done */
    }
    if (operation->kind == HORO__RECEIVE || operation->kind == HORO__READ) {
        horo__annotate_filled(operation->as.io.buffer, (size_t)result);
    }
    if (operation->kind == HORO__SEND) {
        operation->as.io.done += (uint32_t)result;
        return is_cancelling && operation->as.io.done < operation->as.io.size
                   ? -ECANCELED
                   : (int)operation->as.io.done;
    }
    return result;
}

static void complete(struct uring_backend *self,
                     struct horo__operation *operation, int result)
{
    if (is_by_hand(operation) && result >= 0 &&
        operation->state == HORO__OPERATION_ACTIVE) {
        result = write_by_hand(operation);
        operation->awaits_readiness = result == -EAGAIN;
    }
    if (next_step(operation, result)) {
        submit(self, operation);
        return;
    }
    result = result_of(operation, result);
    if (operation->state == HORO__OPERATION_CANCELLING) {
        horo__list_remove(&operation->link); /* of `uncancelled`, perhaps */
    }
    horo__operation_finish(operation, result);
}

static bool reap(struct uring_backend *self)
{
    struct io_uring_cqe *completion;
    unsigned head;
    unsigned count = 0;

    io_uring_for_each_cqe(&self->ring, head, completion)
    {
        struct horo__operation *operation = io_uring_cqe_get_data(completion);

        count++;
        if (operation) {
            complete(self, operation, completion->res);
        }
    }
    io_uring_cq_advance(&self->ring, count);
    return count > 0;
}

static bool uring_poll(struct horo__backend *backend, int64_t timeout_ns)
{
    struct uring_backend *self = self_of(backend);
    bool is_pending;

    submit_leftovers(self);
    if (!horo__list_is_empty(&self->unsubmitted) ||
        !horo__list_is_empty(&self->uncancelled)) {
        timeout_ns = 0; /* nothing would end the wait for those */
    }
    is_pending =
        io_uring_sq_ready(&self->ring) > 0 || horo__ring_has_news(&self->ring);
    if (timeout_ns == 0 || io_uring_cq_ready(&self->ring) > 0) {
        /* A shortage of kernel memory passes; what was not taken stays. */
        if (is_pending) {
            (void)horo__ring_submit(&self->ring);
        }
    } else {
        (void)horo__ring_wait(&self->ring, timeout_ns);
    }
    return reap(self);
}

/* --- beginning and end --- */

static int uring_create(struct horo__backend **ret_backend)
{
    struct uring_backend *self = horo__alloc(sizeof *self);
    int rc;

    if (!self) {
        return -ENOMEM;
    }
    self->base.class = &horo__uring_backend;
    horo__list_init(&self->unsubmitted);
    horo__list_init(&self->uncancelled);
    rc = horo__ring_open(&self->ring, SUBMISSIONS, COMPLETIONS);
    if (rc < 0) {
        horo__free(self);
        return rc;
    }
    *ret_backend = &self->base;
    return 0;
}

static void uring_destroy(struct horo__backend *backend)
{
    struct uring_backend *self = self_of(backend);

    horo__ring_close(&self->ring);
    horo__free(self);
}

const struct horo__backend_class horo__uring_backend = {
    .name = "uring",
    .create = uring_create,
    .destroy = uring_destroy,
    .start = uring_start,
    .cancel = uring_cancel,
    .poll = uring_poll,
    .forget = uring_forget,
};
