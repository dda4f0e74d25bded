/* Names by c-ares, driven by our loop: its sockets are watched by operations,
 * its time-outs by an alarm, its memory and system calls go through sys.
 *
 * c-ares can cancel all queries or none. A query whose task has gone away is
 * therefore left to run out, and its answer dropped. */
#include <ares.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "base/list.h"
#include "core/alarm.h"
#include "core/attach.h"
#include "core/operation.h"
#include "core/wait.h"
#include "net/names.h"
#include "sys/descriptor.h"
#include "sys/memory.h"
#include "sys/socket.h"

enum {
    SOCKETS = 64,           /* c-ares opens two at most for each server */
    LONGEST_SERVERS = 1024, /* bytes of the server list */
    DEFAULT_MAX_QUERIES = 65536,
    /* Room for answers, of which each takes 768 bytes: the default has room
     * for those to 138 look-ups at once. The kernel cuts this to its limit,
     * net.core.rmem_max. */
    RECEIVE_ROOM = 4 << 20,
    /* RFC 1035 section 4.1.1 */
    RCODE_SERVFAIL = 2,
    RCODE_NOTIMP = 4,
    RCODE_REFUSED = 5,
    /* c-ares counts its time-outs in milliseconds; nothing notices a tenth of
     * a second in a retry, while asking it for the next one costs a walk over
     * all queries. */
    TICK_NS = 100000000
};

struct resolver;

/* One socket of c-ares and the operation that waits for it. */
struct watch {
    struct resolver *resolver;
    int fd;       /* -1: free */
    short events; /* wanted now; 0: c-ares is closing it */
    bool is_active;
    struct horo__operation operation;
};

struct resolver {
    struct horo__attachment attachment;
    ares_channel channel;
    struct horo__timer tick;
    unsigned queries; /* under way, awaited or not */
    unsigned max_queries;
    unsigned response_code; /* of the datagram that c-ares is reading; or 0 */
    bool is_inside; /* called by c-ares, which must not be entered again */
    bool is_stale;  /* some watch is not what c-ares wants */
    bool is_gone;   /* destroyed, but for operations that are not back */
    struct watch watches[SOCKETS];
};

/* A call of horo__names_look_up(), on its task's stack. */
struct look_up {
    struct query *query;
    struct horo_task *task;
    bool is_waiting;
    bool is_answered;
    int result;
    uint16_t port;
    size_t capacity;
    struct horo_address *addresses;
};

/* What c-ares holds on to until it has an answer. */
struct query {
    struct resolver *resolver;
    struct look_up *look_up; /* NULL: nobody waits any more */
};

static const char attachment_key;

/* --- its system calls --- */

static int fail(ssize_t rc)
{
    errno = (int)-rc;
    return -1;
}

static ares_socket_t open_socket(int family, int type, int protocol, void *data)
{
    int fd = horo__sys_socket(family, type, protocol, SOCK_NONBLOCK);

    (void)data;
    if (fd < 0) {
        return fail(fd);
    }
    if (type == SOCK_DGRAM) {
        (void)horo__sys_set_option(fd, SOL_SOCKET, SO_RCVBUF,
                                   RECEIVE_ROOM); /* or less */
    }
    return fd;
}

static int close_socket(ares_socket_t fd, void *data)
{
    (void)data;
    horo__sys_close(fd);
    return 0;
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *address,
                          ares_socklen_t size, void *data)
{
    int rc = horo__sys_connect(fd, address, size);

    (void)data;
    return rc < 0 ? fail(rc) : 0;
}

static ares_ssize_t receive(ares_socket_t fd, void *buffer, size_t size,
                            int flags, struct sockaddr *address,
                            ares_socklen_t *address_size, void *data)
{
    struct resolver *resolver = data;
    ssize_t got =
        horo__sys_recvfrom(fd, buffer, size, flags, address, address_size);

    /* Only for datagrams does c-ares ask where they came from. */
    if (address) {
        resolver->response_code =
            got > 3 ? ((unsigned char *)buffer)[3] & 15 : 0;
    }
    return got < 0 ? fail(got) : got;
}

static ares_ssize_t send_parts(ares_socket_t fd, const struct iovec *parts,
                               int count, void *data)
{
    ssize_t put = horo__sys_send_parts(fd, parts, count);

    (void)data;
    return put < 0 ? fail(put) : put;
}

static const struct ares_socket_functions socket_functions = {
    .asocket = open_socket,
    .aclose = close_socket,
    .aconnect = connect_socket,
    .arecvfrom = receive,
    .asendv = send_parts,
};

/* --- its sockets --- */

static struct watch *find_watch(struct resolver *resolver, int fd)
{
    for (int i = 0; i < SOCKETS; i++) {
        struct watch *watch = &resolver->watches[i];

        if (watch->fd == fd && (fd < 0 || watch->events)) {
            return watch;
        }
    }
    return NULL;
}

/* Called by c-ares when it opens, uses differently, or is about to close
 * a socket. It must not be entered again from here. */
static void socket_changed(void *data, ares_socket_t fd, int readable,
                           int writable)
{
    struct resolver *resolver = data;
    struct watch *watch = find_watch(resolver, fd);
    short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));

    if (!watch && events) {
        watch = find_watch(resolver, -1);
    }
    if (!watch) {
        return; /* no room: unwatched, so its queries will time out */
    }
    watch->fd = fd;
    if (watch->events != events) {
        watch->events = events;
        resolver->is_inside = true;
        horo__operation_cancel(&watch->operation);
        resolver->is_inside = false;
        resolver->is_stale = true;
    }
    if (!events) {
        horo__operation_forget(fd, watch->is_active);
        if (!watch->is_active) {
            watch->fd = -1;
        }
    }
}

/* Hands events to c-ares; negative ones are errors, which it finds itself. */
static void process(struct watch *watch, int events)
{
    bool is_readable = events < 0 || (events & ~POLLOUT);
    bool is_writable = events < 0 || (events & POLLOUT);

    watch->resolver->response_code = 0;
    ares_process_fd(watch->resolver->channel,
                    is_readable ? watch->fd : ARES_SOCKET_BAD,
                    is_writable ? watch->fd : ARES_SOCKET_BAD);
}

/* The operations of a resolver that is gone may still look at their watches:
 * the memory goes with the last of them. */
static void free_when_idle(struct resolver *resolver)
{
    if (!resolver->is_gone) {
        return;
    }
    for (int i = 0; i < SOCKETS; i++) {
        if (resolver->watches[i].is_active) {
            return;
        }
    }
    horo__free(resolver);
}

static void update_watches(struct resolver *resolver);

static void watch_fired(struct horo__operation *operation)
{
    struct watch *watch = operation->owner;
    struct resolver *resolver = watch->resolver;

    watch->is_active = false;
    resolver->is_stale = true;
    if (!watch->events) { /* closed meanwhile */
        watch->fd = -1;
        free_when_idle(resolver);
    } else if (operation->result != -ECANCELED) {
        process(watch, operation->result);
        update_watches(resolver);
    } else if (!resolver->is_inside) {
        update_watches(resolver);
    }
}

/* Returns false when c-ares had to be entered, after which all may differ. */
static bool watch_start(struct watch *watch)
{
    struct horo__operation *operation = &watch->operation;

    *operation = (struct horo__operation){
        .kind = HORO__POLL,
        .fd = watch->fd,
        .as.poll.events = watch->events,
        .complete = watch_fired,
        .owner = watch,
    };
    if (!horo__operation_start(operation)) {
        watch->is_active = true;
        return true;
    }
    if (operation->result < 0) {
        return true; /* unwatched, so its queries will time out */
    }
    process(watch, operation->result);
    return false;
}

/* Called after c-ares has been entered, from outside of it. */
static void update_watches(struct resolver *resolver)
{
    while (resolver->is_stale) {
        resolver->is_stale = false;
        for (int i = 0; i < SOCKETS; i++) {
            struct watch *watch = &resolver->watches[i];

            if (watch->fd >= 0 && watch->events && !watch->is_active &&
                !watch_start(watch)) {
                resolver->is_stale = true;
            }
        }
    }
}

/* --- its time-outs --- */

static void tick(struct horo__timer *timer)
{
    struct resolver *resolver = horo__container(timer, struct resolver, tick);

    horo__alarm_set(timer, TICK_NS);
    resolver->response_code = 0;
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    update_watches(resolver);
    if (resolver->queries == 0) {
        horo__alarm_clear(timer);
    }
}

/* --- queries --- */

/* When all servers have refused, failed or been unreachable, c-ares calls that
 * "connection refused"; what the last of them said tells which it was. */
static int code_of_servers(unsigned response_code)
{
    switch (response_code) {
    case RCODE_SERVFAIL:
    case RCODE_NOTIMP:
        return -HORO_ENAME_SERVFAIL;
    case RCODE_REFUSED:
        return -HORO_ENAME_REFUSED;
    }
    return -HORO_ENAME_UNREACHABLE;
}

static int code_of(int status, unsigned response_code)
{
    switch (status) {
    case ARES_SUCCESS:
        return 0;
    case ARES_ENODATA:
        return -HORO_ENAME_NODATA;
    case ARES_ENOTFOUND:
    case ARES_ENONAME:
        return -HORO_ENAME_NOTFOUND;
    case ARES_ESERVFAIL:
    case ARES_ENOTIMP:
        return -HORO_ENAME_SERVFAIL;
    case ARES_EREFUSED:
        return -HORO_ENAME_REFUSED;
    case ARES_ETIMEOUT:
        return -HORO_ENAME_TIMEOUT;
    case ARES_ECONNREFUSED:
        return code_of_servers(response_code);
    case ARES_EBADNAME:
    case ARES_EBADQUERY:
        return -HORO_ENAME_INVALID;
    case ARES_ENOMEM:
        return -ENOMEM;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
        return -ECANCELED;
    default:
        return -HORO_ENAME_GARBAGE;
    }
}

static bool copy_address(const struct ares_addrinfo_node *node, uint16_t port,
                         struct horo_address *ret_address)
{
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) {
        return false;
    }
    ret_address->size = node->ai_addrlen;
    memcpy(&ret_address->as, node->ai_addr, node->ai_addrlen);
    if (node->ai_family == AF_INET) {
        ret_address->as.v4.sin_port = htons(port);
    } else {
        ret_address->as.v6.sin6_port = htons(port);
    }
    return true;
}

static int copy_addresses(const struct look_up *look_up,
                          const struct ares_addrinfo *answer)
{
    size_t count = 0;

    for (const struct ares_addrinfo_node *node = answer->nodes;
         node && count < look_up->capacity; node = node->ai_next) {
        if (copy_address(node, look_up->port, &look_up->addresses[count])) {
            count++;
        }
    }
    return count ? (int)count : -HORO_ENAME_NODATA;
}

/* Called by c-ares once for each query, perhaps before it is even sent. */
static void answered(void *data, int status, int timeouts,
                     struct ares_addrinfo *answer)
{
    struct query *query = data;
    struct look_up *look_up = query->look_up;

    (void)timeouts;
    query->resolver->queries--;
    if (look_up) {
        look_up->is_answered = true;
        look_up->result = code_of(status, query->resolver->response_code);
        if (look_up->result == 0) {
            look_up->result = copy_addresses(look_up, answer);
        }
        if (look_up->is_waiting) {
            horo__wake(look_up->task, look_up->result);
        }
    }
    horo__free(query);
    ares_freeaddrinfo(answer);
}

static void interrupt_look_up(struct horo_task *task)
{
    struct look_up *look_up = horo__awaited(task);

    look_up->query->look_up = NULL;
    horo__wake(task, -ECANCELED);
}

static void send_query(struct query *query, const char *name)
{
    static const struct ares_addrinfo_hints hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    struct resolver *resolver = query->resolver;

    if (resolver->queries++ == 0) {
        horo__alarm_clear(&resolver->tick);
        horo__alarm_set(&resolver->tick, TICK_NS);
    }
    resolver->response_code = 0;
    ares_getaddrinfo(resolver->channel, name, NULL, &hints, answered, query);
    update_watches(resolver);
}

/* --- the resolver of a loop --- */

static void init_library(void)
{
    (void)ares_library_init_mem(ARES_LIB_INIT_ALL, horo__alloc, horo__free,
                                horo__realloc);
}

static void resolver_destroy(struct horo__attachment *attachment)
{
    struct resolver *resolver =
        horo__container(attachment, struct resolver, attachment);

    horo__alarm_clear(&resolver->tick);
    ares_destroy(resolver->channel); /* all its queries are answered by this */
    resolver->is_gone = true;
    free_when_idle(resolver);
}

static int read_options(const struct horo_resolver_options *options,
                        struct resolver *resolver,
                        struct ares_options *ret_options)
{
    int mask = ARES_OPT_FLAGS | ARES_OPT_SOCK_STATE_CB;

    *ret_options = (struct ares_options){
        .flags = options->no_search ? ARES_FLAG_NOSEARCH : 0,
        .sock_state_cb = socket_changed,
        .sock_state_cb_data = resolver,
    };
    if (options->timeout > 0) {
        ret_options->timeout = (int)(options->timeout / HORO_MS(1)) + 1;
        mask |= ARES_OPT_TIMEOUTMS;
    }
    if (options->tries > 0) {
        ret_options->tries = (int)options->tries;
        mask |= ARES_OPT_TRIES;
    }
    if (options->no_hosts_file) {
        ret_options->lookups = (char *)"b"; /* c-ares copies it */
        mask |= ARES_OPT_LOOKUPS;
    }
    return mask;
}

static int open_channel(struct resolver *resolver,
                        const struct horo_resolver_options *options)
{
    struct ares_options ares;
    int mask = read_options(options, resolver, &ares);
    int status = ares_init_options(&resolver->channel, &ares, mask);

    if (status != ARES_SUCCESS) {
        return -ENOMEM; /* the options are valid: nothing else can fail */
    }
    ares_set_socket_functions(resolver->channel, &socket_functions, resolver);
    if (options->servers) {
        status =
            ares_set_servers_ports_csv(resolver->channel, options->servers);
        if (status == ARES_SUCCESS && !*options->servers) {
            status = ARES_EBADSTR;
        }
    }
    if (status != ARES_SUCCESS) {
        ares_destroy(resolver->channel);
        return status == ARES_ENOMEM ? -ENOMEM : -EINVAL;
    }
    return 0;
}

static int resolver_create(const struct horo_resolver_options *options,
                           struct resolver **ret_resolver)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct resolver *resolver;
    int rc;

    (void)pthread_once(&once, init_library);
    resolver = horo__alloc(sizeof *resolver);
    if (!resolver) {
        return -ENOMEM;
    }
    resolver->attachment.key = &attachment_key;
    resolver->attachment.destroy = resolver_destroy;
    resolver->tick.fire = tick;
    resolver->max_queries =
        options->max_queries ? options->max_queries : DEFAULT_MAX_QUERIES;
    for (int i = 0; i < SOCKETS; i++) {
        resolver->watches[i].resolver = resolver;
        resolver->watches[i].fd = -1;
    }
    rc = open_channel(resolver, options);
    if (rc < 0) {
        horo__free(resolver);
        return rc;
    }
    *ret_resolver = resolver;
    return 0;
}

static int get_resolver(struct resolver **ret_resolver)
{
    static const struct horo_resolver_options defaults;
    struct horo__attachment *found = horo__attachment_find(&attachment_key);
    int rc;

    if (found) {
        *ret_resolver = horo__container(found, struct resolver, attachment);
        return 0;
    }
    rc = resolver_create(&defaults, ret_resolver);
    if (rc == 0) {
        horo__attachment_add(&(*ret_resolver)->attachment);
    }
    return rc;
}

int horo__names_configure(const struct horo_resolver_options *options)
{
    struct horo__attachment *found = horo__attachment_find(&attachment_key);
    struct resolver *resolver;
    int rc = resolver_create(options, &resolver);

    if (rc < 0) {
        return rc;
    }
    if (found) {
        horo__attachment_remove(found);
        found->destroy(found);
    }
    horo__attachment_add(&resolver->attachment);
    return 0;
}

static const struct horo__wait_kind looking_up = { "name", interrupt_look_up,
                                                   NULL };

int horo__names_look_up(const char *name, uint16_t port,
                        struct horo_address *ret_addresses, size_t capacity)
{
    struct look_up look_up = {
        .task = horo_task_self(),
        .port = port,
        .capacity = capacity,
        .addresses = ret_addresses,
    };
    struct resolver *resolver;
    int rc = get_resolver(&resolver);

    if (rc < 0) {
        return rc;
    }
    if (resolver->queries >= resolver->max_queries) {
        return -EAGAIN;
    }
    look_up.query = horo__alloc(sizeof *look_up.query);
    if (!look_up.query) {
        return -ENOMEM;
    }
    *look_up.query =
        (struct query){ .resolver = resolver, .look_up = &look_up };
    send_query(look_up.query, name);
    if (look_up.is_answered) {
        return look_up.result;
    }
    look_up.is_waiting = true;
    return horo__wait(&looking_up, &look_up);
}
