/* The epoll backend: tries each operation at once, and waits for readiness
 * only when it must.
 *
 * Every descriptor is registered once, edge-triggered, for both directions,
 * and what is known of its readiness is remembered: in steady state there is
 * no epoll_ctl, and after a short read no recv that would find nothing. */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "backend/backends.h"
#include "base/check.h"
#include "sys/descriptor.h"
#include "sys/memory.h"
#include "sys/socket.h"

enum { EVENTS_AT_ONCE = 256, CHUNK_BITS = 8, CHUNK_SIZE = 1 << CHUNK_BITS };

/* What is known of one descriptor. */
struct entry {
    struct horo__link waiting; /* horo__operation::link */
    bool is_registered;
    bool is_foreign; /* someone else's, see horo_fd_wait() */
    bool may_read;   /* a read may find something; false: wait first */
    bool may_write;
    bool is_urgent; /* urgent data has come: reads may be cut short by it */
    uint32_t generation; /* of the number: events of older ones are stale */
    bool hung_up;        /* no further edge will come for reading */
};

struct epoll_backend {
    struct horo__backend base; /* must be first */
    int epoll_fd;
    size_t chunk_count;
    struct entry **chunks; /* by descriptor; stable, as lists point into them */
    struct epoll_event events[EVENTS_AT_ONCE];
};

_Static_assert(offsetof(struct epoll_backend, base) == 0, "cast from the base");

static struct epoll_backend *self_of(struct horo__backend *backend)
{
    return (struct epoll_backend *)backend;
}

/* --- the table of descriptors --- */

static struct entry *find_entry(const struct epoll_backend *self, int fd)
{
    size_t chunk = (size_t)fd >> CHUNK_BITS;

    if (fd < 0 || chunk >= self->chunk_count || !self->chunks[chunk]) {
        return NULL;
    }
    return &self->chunks[chunk][fd & (CHUNK_SIZE - 1)];
}

static void entry_reset(struct entry *entry)
{
    entry->is_registered = false;
    entry->is_foreign = false;
    entry->may_read = true;
    entry->may_write = true;
    entry->is_urgent = false;
    entry->hung_up = false;
    entry->generation++;
}

static int grow_table(struct epoll_backend *self, size_t chunk)
{
    size_t count = self->chunk_count ? self->chunk_count : 4;
    struct entry **chunks;

    while (count <= chunk) {
        count *= 2;
    }
    chunks = horo__realloc(self->chunks, count * sizeof(struct entry *));
    if (!chunks) {
        return -ENOMEM;
    }
    for (size_t i = self->chunk_count; i < count; i++) {
        chunks[i] = NULL;
    }
    self->chunks = chunks;
    self->chunk_count = count;
    return 0;
}

static int make_entry(struct epoll_backend *self, int fd,
                      struct entry **ret_entry)
{
    size_t chunk = (size_t)fd >> CHUNK_BITS;
    struct entry *entries;

    if (fd < 0) {
        return -EBADF;
    }
    if (chunk >= self->chunk_count && grow_table(self, chunk) < 0) {
        return -ENOMEM;
    }
    entries = self->chunks[chunk];
    if (!entries) {
        entries = horo__alloc(CHUNK_SIZE * sizeof(struct entry));
        if (!entries) {
            return -ENOMEM;
        }
        for (int i = 0; i < CHUNK_SIZE; i++) {
            horo__list_init(&entries[i].waiting);
            entry_reset(&entries[i]);
        }
        self->chunks[chunk] = entries;
    }
    *ret_entry = &entries[fd & (CHUNK_SIZE - 1)];
    return 0;
}

static int register_fd(struct epoll_backend *self, struct entry *entry, int fd)
{
    uint32_t all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
    uint64_t tag = (uint64_t)entry->generation << 32 | (uint32_t)fd;
    int rc;

    if (entry->is_registered) {
        return 0;
    }
    rc = horo__sys_epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, fd, all, tag);
    if (rc == -EEXIST) { /* registered under another number that was closed */
        rc = horo__sys_epoll_ctl(self->epoll_fd, EPOLL_CTL_MOD, fd, all, tag);
    }
    if (rc == 0) {
        entry->is_registered = true;
    }
    return rc;
}

static void unregister_fd(struct epoll_backend *self, struct entry *entry,
                          int fd)
{
    if (entry->is_registered) {
        /* It may be closed already: then there is nothing left to remove. */
        (void)horo__sys_epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, fd, 0, 0);
    }
    entry_reset(entry);
}

/* --- trying: each returns true when the operation is done --- */

static bool done(struct horo__operation *operation, ssize_t result)
{
    operation->result = (int)result;
    return true;
}

static bool try_accept(struct horo__operation *operation, struct entry *entry)
{
    int fd = horo__sys_accept(operation->fd, SOCK_NONBLOCK);

    if (fd == -EAGAIN) {
        entry->may_read = false;
        return false;
    }
    return done(operation, fd);
}

static bool try_connect(struct horo__operation *operation)
{
    int rc;

    if (operation->as.connect.is_under_way) {
        return done(operation, horo__sys_socket_error(operation->fd));
    }
    rc = horo__sys_connect(operation->fd, operation->as.connect.address,
                           operation->as.connect.size);
    operation->as.connect.is_under_way = rc == -EINPROGRESS;
    return rc != -EINPROGRESS && done(operation, rc);
}

static bool try_receive(struct horo__operation *operation, struct entry *entry)
{
    ssize_t got = horo__sys_recv(operation->fd, operation->as.io.buffer,
                                 operation->as.io.size, MSG_DONTWAIT);

    /* With TCP less than asked for means that the socket is empty, epoll(7),
     * and that the next byte will bring an edge, unless the last one has been,
     * or urgent data stands in between. Others keep messages apart. */
    if (got == -EAGAIN ||
        (got > 0 && got < operation->as.io.size && operation->as.io.is_tcp &&
         !entry->hung_up && !entry->is_urgent)) {
        entry->may_read = false;
    }
    return got != -EAGAIN && done(operation, got);
}

static bool try_send(struct horo__operation *operation, struct entry *entry)
{
    while (operation->as.io.done < operation->as.io.size) {
        ssize_t put = horo__sys_send(
            operation->fd, operation->as.io.buffer + operation->as.io.done,
            operation->as.io.size - operation->as.io.done, MSG_DONTWAIT);

        if (put == -EAGAIN) {
            entry->may_write = false;
            return false;
        }
        if (put < 0) {
            return done(operation, put);
        }
        operation->as.io.done += (uint32_t)put;
    }
    return done(operation, operation->as.io.done);
}

/* The descriptor may be in blocking mode, so look before leaping; and it may
 * be in non-blocking mode, and another process faster. */
static bool try_read(struct horo__operation *operation)
{
    ssize_t got = horo__sys_poll_now(operation->fd, POLLIN);

    if (got > 0) {
        got = horo__sys_read(operation->fd, operation->as.io.buffer,
                             operation->as.io.size);
    } else if (got == 0) {
        return false;
    }
    return got != -EAGAIN && done(operation, got);
}

static bool try_write(struct horo__operation *operation)
{
    size_t size = operation->as.io.size < HORO__SAFE_WRITE
                      ? operation->as.io.size
                      : HORO__SAFE_WRITE;
    ssize_t put = horo__sys_poll_now(operation->fd, POLLOUT);

    if (put > 0) {
        put = horo__sys_write(operation->fd, operation->as.io.buffer, size);
    } else if (put == 0) {
        return false;
    }
    return put != -EAGAIN && done(operation, put);
}

static bool try_poll(struct horo__operation *operation)
{
    int events = horo__sys_poll_now(operation->fd, operation->as.poll.events);

    return events != 0 && done(operation, events);
}

static bool try(struct horo__operation *operation, struct entry *entry)
{
    switch (operation->kind) {
    case HORO__ACCEPT:
        return entry->may_read && try_accept(operation, entry);
    case HORO__CONNECT:
        return try_connect(operation);
    case HORO__RECEIVE:
        return entry->may_read && try_receive(operation, entry);
    case HORO__SEND:
        return entry->may_write && try_send(operation, entry);
    case HORO__READ:
        return try_read(operation);
    case HORO__WRITE:
        return try_write(operation);
    case HORO__POLL:
        return try_poll(operation);
    }
    return done(operation, -ENOSYS);
}

/* --- operations --- */

static bool epoll_start(struct horo__backend *backend,
                        struct horo__operation *operation)
{
    struct epoll_backend *self = self_of(backend);
    struct entry *entry;
    int rc;

    /* What needs no entry comes first: the number may be nonsense. */
    if (operation->kind == HORO__POLL && try_poll(operation)) {
        return true;
    }
    rc = make_entry(self, operation->fd, &entry);
    if (rc < 0) {
        return done(operation, rc);
    }
    if (operation->kind != HORO__POLL && try(operation, entry)) {
        return true;
    }
    /* Registering reports what is ready at that moment, so nothing is lost
     * between the attempt and this. */
    rc = register_fd(self, entry, operation->fd);
    if (rc < 0) {
        return done(operation, rc);
    }
    if (operation->kind == HORO__POLL && operation->as.poll.is_foreign) {
        entry->is_foreign = true;
    }
    operation->state = HORO__OPERATION_ACTIVE;
    horo__list_append(&entry->waiting, &operation->link);
    return false;
}

/* Nothing is remembered of a descriptor that may be closed behind our back. */
static void settle(struct epoll_backend *self, struct entry *entry, int fd)
{
    if (entry->is_foreign && horo__list_is_empty(&entry->waiting)) {
        unregister_fd(self, entry, fd);
    }
}

static void epoll_cancel(struct horo__backend *backend,
                         struct horo__operation *operation)
{
    struct epoll_backend *self = self_of(backend);

    horo__list_remove(&operation->link);
    settle(self, find_entry(self, operation->fd), operation->fd);
    horo__operation_finish(operation, -ECANCELED);
}

static void epoll_forget(struct horo__backend *backend, int fd, bool in_use)
{
    (void)in_use; /* cancelling is immediate here */
    struct epoll_backend *self = self_of(backend);
    struct entry *entry = find_entry(self, fd);

    if (entry) {
        horo__check(horo__list_is_empty(&entry->waiting));
        /* Closing removes it from the epoll set, if no duplicate is open
         * elsewhere; events of a duplicate carry an old generation. */
        entry_reset(entry);
    }
}

/* --- events --- */

static void dispatch(struct epoll_backend *self, struct entry *entry, int fd,
                     uint32_t events)
{
    struct horo__link retry;
    struct horo__link *link;

    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        entry->may_read = true;
    }
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) {
        entry->may_write = true;
    }
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        entry->hung_up = true;
    }
    if (events & EPOLLPRI) {
        entry->is_urgent = true;
    }
    horo__list_init(&retry);
    while ((link = horo__list_pop(&entry->waiting))) {
        horo__list_append(&retry, link);
    }
    /* A completion may start and cancel others here: take one at a time. */
    while ((link = horo__list_pop(&retry))) {
        struct horo__operation *operation =
            horo__container(link, struct horo__operation, link);

        if (operation->kind == HORO__CONNECT &&
            !(events & (EPOLLOUT | EPOLLHUP | EPOLLERR))) {
            horo__list_append(&entry->waiting, link);
        } else if (try(operation, entry)) {
            horo__operation_finish(operation, operation->result);
        } else {
            horo__list_append(&entry->waiting, link);
        }
    }
    settle(self, entry, fd);
}

static bool epoll_poll(struct horo__backend *backend, int64_t timeout_ns)
{
    struct epoll_backend *self = self_of(backend);
    int count = horo__sys_epoll_wait(self->epoll_fd, self->events,
                                     EVENTS_AT_ONCE, timeout_ns);

    for (int i = 0; i < count; i++) {
        uint64_t tag = self->events[i].data.u64;
        int fd = (int)(uint32_t)tag;
        struct entry *entry = find_entry(self, fd);

        if (entry && entry->generation == tag >> 32) {
            dispatch(self, entry, fd, self->events[i].events);
        }
    }
    return count > 0;
}

/* --- beginning and end --- */

static int epoll_create_backend(struct horo__backend **ret_backend)
{
    struct epoll_backend *self = horo__alloc(sizeof *self);

    if (!self) {
        return -ENOMEM;
    }
    self->base.class = &horo__epoll_backend;
    self->epoll_fd = horo__sys_epoll_create();
    if (self->epoll_fd < 0) {
        int rc = self->epoll_fd;

        horo__free(self);
        return rc;
    }
    *ret_backend = &self->base;
    return 0;
}

static void epoll_destroy(struct horo__backend *backend)
{
    struct epoll_backend *self = self_of(backend);

    for (size_t i = 0; i < self->chunk_count; i++) {
        horo__free(self->chunks[i]);
    }
    horo__free(self->chunks);
    horo__sys_close(self->epoll_fd);
    horo__free(self);
}

const struct horo__backend_class horo__epoll_backend = {
    .name = "epoll",
    .socket_flags = SOCK_NONBLOCK,
    .create = epoll_create_backend,
    .destroy = epoll_destroy,
    .start = epoll_start,
    .cancel = epoll_cancel,
    .poll = epoll_poll,
    .forget = epoll_forget,
};
