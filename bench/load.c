/*
 * The load generator: one thread, epoll, closed loop. Each of N connections
 * sends a message, waits for the whole echo, checks every byte and sends the
 * next; in churn mode each echo has a connection of its own. It also reads the
 * server's CPU time at both ends of the measured window, because nobody else
 * knows so exactly when that window begins and ends.
 *
 * Prints one JSON object. Exits 0, or 1 when the server misbehaved, or 2 when
 * it was itself called wrongly.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"

enum {
    RECEIVE_MAX = 64 * 1024,
    MESSAGE_MAX = 16 * 1024 * 1024,
    CONNECTIONS_MAX = 20000,
    EVENTS_MAX = 512,
    STALL_LIMIT_S = 10, /* no progress for so long: the server is stuck */
    /* A closed connection keeps its port for a minute. Churn spreads over as
     * many source addresses as keep that minute from running out of ports. */
    CHURN_SOURCES = 200,
};

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

struct options {
    uint16_t port;
    unsigned connections;
    size_t size;
    double seconds;    /* of the measured window; 0: requests decide */
    uint64_t requests; /* of the measured window; 0: seconds decide */
    double warmup_seconds;
    double idle_seconds; /* after the load, connections open, nothing sent */
    pid_t server_pid;    /* 0: do not account CPU */
    bool churn;
    bool hold; /* READY, wait for a line; end, wait for EOF */
    bool spin; /* never sleep in epoll_wait */
};

struct connection {
    int fd;
    bool waits_to_send; /* registered for EPOLLOUT after a short send */
    size_t sent;
    size_t received;
    uint64_t start_ns;
    uint64_t sequence;      /* makes each message of a connection differ */
    uint64_t requests;      /* echoes completed in the measured window */
    unsigned char *message; /* options.size bytes, owned */
};

struct load {
    struct options options;
    int epoll_fd;
    bool draining; /* finish what is in flight, send nothing new */
    unsigned in_flight;
    unsigned next_source;
    uint64_t now_ns;
    uint64_t requests; /* echoes completed since the window began */
    struct connection *connections;
    struct histogram latency;
    unsigned char received[RECEIVE_MAX];
};

/* Clock readings at one end of the window, or their difference. */
struct clocks {
    uint64_t time_ns;
    uint64_t server_cpu_ns;
    uint64_t own_cpu_ns;
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;

    (void)clock_gettime(clock, &time); /* cannot fail for these clocks */
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static int fail(const char *what, int error)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(error));
    return -error;
}

/* ---- server CPU time ---- */

static uint64_t task_cpu_ns(int tasks_fd, const char *task)
{
    char path[64];
    char text[128];
    uint64_t cpu_ns = 0;

    snprintf(path, sizeof path, "%.32s/schedstat", task);
    int fd = openat(tasks_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0; /* the thread ended since the directory was read */
    }
    ssize_t length = read(fd, text, sizeof text - 1);
    if (length > 0) {
        text[length] = '\0';
        cpu_ns = strtoull(text, NULL, 10);
    }
    close(fd);
    return cpu_ns;
}

/* All threads count: io_uring's kernel workers are threads of the process. */
static uint64_t server_cpu_ns(pid_t pid)
{
    char path[64];
    uint64_t sum_ns = 0;

    if (pid == 0) {
        return 0;
    }
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        if (entry->d_name[0] != '.') {
            sum_ns += task_cpu_ns(dirfd(tasks), entry->d_name);
        }
    }
    closedir(tasks);
    return sum_ns;
}

/* ---- one connection ---- */

static int connection_watch(struct load *load, struct connection *connection,
                            int operation, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = connection };

    if (epoll_ctl(load->epoll_fd, operation, connection->fd, &event) < 0) {
        return fail("epoll_ctl", errno);
    }
    return 0;
}

static int churn_bind(struct load *load, int fd)
{
    struct sockaddr_in source = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(0x7f000002 + load->next_source),
    };
    int one = 1;

    load->next_source = (load->next_source + 1) % CHURN_SOURCES;
    int rc =
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (rc == 0) {
        rc = bind(fd, (struct sockaddr *)&source, sizeof source);
    }
    return rc < 0 ? -errno : 0;
}

/* The connect blocks: on loopback it is over before it could sleep. */
static int connection_open(struct load *load, struct connection *connection)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(load->options.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct timeval limit = { .tv_sec = STALL_LIMIT_S };
    int one = 1;
    int rc = 0;

    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return fail("socket", errno);
    }
    if (load->options.churn) {
        rc = churn_bind(load, fd);
    }
    if (rc == 0 &&
        (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0 ||
         setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
         connect(fd, (struct sockaddr *)&address, sizeof address) < 0)) {
        rc = -errno;
    }
    if (rc < 0) {
        close(fd);
        return fail("connect", -rc);
    }
    connection->fd = fd;
    return connection_watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
}

static int connection_send(struct load *load, struct connection *connection)
{
    size_t rest = load->options.size - connection->sent;
    ssize_t sent = send(connection->fd, connection->message + connection->sent,
                        rest, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        return fail("send", errno);
    }
    connection->sent += sent > 0 ? (size_t)sent : 0;
    bool blocked = connection->sent < load->options.size;
    if (blocked != connection->waits_to_send) {
        connection->waits_to_send = blocked;
        return connection_watch(load, connection, EPOLL_CTL_MOD,
                                EPOLLIN | (blocked ? EPOLLOUT : 0));
    }
    return 0;
}

/* Both ends of the message change, so a late or repeated echo is noticed. */
static void connection_stamp(struct connection *connection, size_t size)
{
    uint64_t stamp = ++connection->sequence;
    size_t length = size < sizeof stamp ? size : sizeof stamp;

    memcpy(connection->message, &stamp, length);
    memcpy(connection->message + size - length, &stamp, length);
}

static int connection_begin(struct load *load, struct connection *connection)
{
    connection_stamp(connection, load->options.size);
    connection->sent = 0;
    connection->received = 0;
    connection->start_ns = load->now_ns;
    load->in_flight++;
    if (load->options.churn) {
        int rc = connection_open(load, connection);
        if (rc < 0) {
            return rc;
        }
    }
    return connection_send(load, connection);
}

static int connection_complete(struct load *load, struct connection *connection)
{
    load->now_ns = clock_ns(CLOCK_MONOTONIC);
    histogram_record(&load->latency, load->now_ns - connection->start_ns);
    load->requests++;
    connection->requests++;
    load->in_flight--;
    if (load->options.churn) {
        close(connection->fd);
        connection->fd = -1;
    }
    return load->draining ? 0 : connection_begin(load, connection);
}

static int connection_receive(struct load *load, struct connection *connection)
{
    ssize_t length =
        recv(connection->fd, load->received, RECEIVE_MAX, MSG_DONTWAIT);
    if (length < 0) {
        return errno == EAGAIN ? 0 : fail("recv", errno);
    }
    if (length == 0) {
        fprintf(stderr, "load: the server closed a connection\n");
        return -EPIPE;
    }
    size_t rest = connection->sent - connection->received;
    if ((size_t)length > rest ||
        memcmp(connection->message + connection->received, load->received,
               (size_t)length) != 0) {
        fprintf(stderr, "load: the echo differs from what was sent\n");
        return -EBADMSG;
    }
    connection->received += (size_t)length;
    if (connection->received < load->options.size) {
        return 0;
    }
    return connection_complete(load, connection);
}

static int connection_event(struct load *load, struct connection *connection,
                            uint32_t events)
{
    if (events & EPOLLOUT) {
        int rc = connection_send(load, connection);
        if (rc < 0) {
            return rc;
        }
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        return connection_receive(load, connection);
    }
    return 0;
}

/* ---- the loop ---- */

static int load_turn(struct load *load, uint64_t until_ns)
{
    struct epoll_event events[EVENTS_MAX];
    uint64_t stall_ns = load->now_ns + STALL_LIMIT_S * NS_PER_S;
    uint64_t limit_ns = until_ns < stall_ns ? until_ns : stall_ns;
    int count;

    do {
        uint64_t left_ns = limit_ns - load->now_ns;
        int timeout_ms =
            load->options.spin ? 0 : (int)(left_ns / NS_PER_MS) + 1;
        count = epoll_wait(load->epoll_fd, events, EVENTS_MAX, timeout_ms);
        if (count < 0 && errno != EINTR) {
            return fail("epoll_wait", errno);
        }
        load->now_ns = clock_ns(CLOCK_MONOTONIC);
    } while (count <= 0 && load->now_ns < limit_ns);

    if (count <= 0 && limit_ns == stall_ns) {
        fprintf(stderr, "load: no echo for %d s, %u outstanding\n",
                STALL_LIMIT_S, load->in_flight);
        return -ETIMEDOUT;
    }
    for (int i = 0; i < count; i++) {
        int rc = connection_event(load, events[i].data.ptr, events[i].events);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

/* Until so many requests or so many seconds; zero means that other decides. */
static int load_run(struct load *load, uint64_t requests, double seconds)
{
    load->now_ns = clock_ns(CLOCK_MONOTONIC);
    uint64_t until_ns = UINT64_MAX;
    if (requests == 0) {
        requests = UINT64_MAX;
        until_ns = load->now_ns + (uint64_t)(seconds * (double)NS_PER_S);
    }
    while (load->requests < requests && load->now_ns < until_ns) {
        int rc = load_turn(load, until_ns);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int load_start(struct load *load)
{
    load->draining = false;
    for (unsigned i = 0; i < load->options.connections; i++) {
        load->now_ns = clock_ns(CLOCK_MONOTONIC);
        int rc = connection_begin(load, &load->connections[i]);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int load_drain(struct load *load)
{
    load->draining = true;
    while (load->in_flight > 0) {
        int rc = load_turn(load, UINT64_MAX);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int load_init(struct load *load)
{
    unsigned count = load->options.connections;

    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll_fd < 0) {
        return fail("epoll_create1", errno);
    }
    load->connections = calloc(count, sizeof *load->connections);
    if (load->connections == NULL) {
        return fail("connections", ENOMEM);
    }
    for (unsigned i = 0; i < count; i++) {
        struct connection *connection = &load->connections[i];
        connection->fd = -1;
        connection->message = malloc(load->options.size);
        if (connection->message == NULL) {
            return fail("messages", ENOMEM);
        }
        for (size_t k = 0; k < load->options.size; k++) {
            connection->message[k] = (unsigned char)(i * 31 + k * 7 + k / 256);
        }
        int rc = load->options.churn ? 0 : connection_open(load, connection);
        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static void load_fini(struct load *load)
{
    for (unsigned i = 0;
         load->connections != NULL && i < load->options.connections; i++) {
        if (load->connections[i].fd >= 0) {
            close(load->connections[i].fd);
        }
        free(load->connections[i].message);
    }
    free(load->connections);
    close(load->epoll_fd);
}

/* ---- the measurement ---- */

static struct clocks clocks_read(const struct load *load)
{
    return (struct clocks){
        .server_cpu_ns = server_cpu_ns(load->options.server_pid),
        .own_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
        .time_ns = clock_ns(CLOCK_MONOTONIC),
    };
}

static struct clocks clocks_since(const struct load *load,
                                  const struct clocks *start)
{
    struct clocks end = clocks_read(load);

    end.server_cpu_ns -= start->server_cpu_ns;
    end.own_cpu_ns -= start->own_cpu_ns;
    end.time_ns -= start->time_ns;
    return end;
}

static void forget_warmup(struct load *load)
{
    load->requests = 0;
    histogram_reset(&load->latency);
    for (unsigned i = 0; i < load->options.connections; i++) {
        load->connections[i].requests = 0;
    }
}

/* Share of a CPU that the server uses while nothing happens, in percent. The
 * first 100 ms are not idleness yet: a spinning loop may still hope. */
static double idle_percent(struct load *load)
{
    struct timespec settle = { .tv_nsec = 100 * 1000 * 1000 };
    double seconds = load->options.idle_seconds;
    struct timespec idle = { .tv_sec = (time_t)seconds };

    idle.tv_nsec = (long)((seconds - (double)idle.tv_sec) * (double)NS_PER_S);
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &settle, NULL);
    struct clocks start = clocks_read(load);
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &idle, NULL);
    struct clocks spent = clocks_since(load, &start);
    return 100.0 * (double)spent.server_cpu_ns / (double)spent.time_ns;
}

static void print_result(const struct load *load, const struct clocks *spent,
                         uint64_t requests, double idle)
{
    const struct histogram *latency = &load->latency;
    double seconds = (double)spent->time_ns / (double)NS_PER_S;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;

    for (unsigned i = 0; i < load->options.connections; i++) {
        uint64_t count = load->connections[i].requests;
        least = count < least ? count : least;
        most = count > most ? count : most;
    }
    printf("{\"requests\": %" PRIu64 ", \"seconds\": %.6f, "
           "\"requests_per_s\": %.1f",
           requests, seconds, (double)requests / seconds);
    printf(", \"p50_us\": %.2f, \"p90_us\": %.2f, \"p99_us\": %.2f, "
           "\"p999_us\": %.2f, \"max_us\": %.2f",
           (double)histogram_quantile_ns(latency, 0.5) / 1e3,
           (double)histogram_quantile_ns(latency, 0.9) / 1e3,
           (double)histogram_quantile_ns(latency, 0.99) / 1e3,
           (double)histogram_quantile_ns(latency, 0.999) / 1e3,
           (double)latency->max_ns / 1e3);
    printf(", \"connection_requests_min\": %" PRIu64
           ", \"connection_requests_max\": %" PRIu64,
           least, most);
    printf(", \"requests_with_drain\": %" PRIu64
           ", \"generator_cpu_ns\": %" PRIu64,
           load->requests, spent->own_cpu_ns);
    if (load->options.server_pid != 0) {
        printf(", \"server_cpu_ns\": %" PRIu64, spent->server_cpu_ns);
    }
    if (idle >= 0) {
        printf(", \"idle_cpu_percent\": %.3f", idle);
    }
    printf("}\n");
    (void)fflush(stdout); /* a closed stdout shows in the runner at once */
}

static void wait_for_input(int awaited)
{
    int byte;

    do {
        byte = getchar();
    } while (byte != awaited && byte != EOF);
}

/* Lets the runner attach its tracer between the warm-up and the window. */
static int hold_until_told(struct load *load)
{
    int rc = load_drain(load);
    if (rc < 0) {
        return rc;
    }
    printf("READY\n");
    fflush(stdout);
    wait_for_input('\n');
    return 0;
}

static int load_measure(struct load *load)
{
    const struct options *options = &load->options;
    double idle = -1;

    int rc = load_start(load);
    if (rc == 0) {
        rc = load_run(load, 0, options->warmup_seconds);
    }
    if (rc == 0 && options->hold) {
        rc = hold_until_told(load);
    }
    if (rc < 0) {
        return rc;
    }
    forget_warmup(load);
    struct clocks start = clocks_read(load);
    if (options->hold) {
        rc = load_start(load);
    }
    if (rc == 0) {
        rc = load_run(load, options->requests, options->seconds);
    }
    if (rc < 0) {
        return rc;
    }
    struct clocks spent = clocks_since(load, &start);
    uint64_t requests = load->requests;
    rc = load_drain(load);
    if (rc == 0 && options->idle_seconds > 0) {
        idle = idle_percent(load);
    }
    if (rc < 0) {
        return rc;
    }
    print_result(load, &spent, requests, idle);
    if (options->hold) {
        wait_for_input(EOF);
    }
    return 0;
}

/* ---- the command line ---- */

static const char usage[] =
    "usage: load --port N [option ...]\n"
    "  --connections N   how many at once (1)\n"
    "  --size BYTES      of each message (64)\n"
    "  --seconds S       length of the measured window (1)\n"
    "  --requests N      end the window after N echoes instead\n"
    "  --warmup S        before the window (0.2)\n"
    "  --server-pid PID  account this process's CPU time\n"
    "  --idle S          then measure an idle server for so long\n"
    "  --churn           a new connection for every echo\n"
    "  --spin            do not sleep while waiting for echoes\n"
    "  --hold            say READY, start on a line, leave on end of input\n";

static int parse_number(const char *name, const char *text, double minimum,
                        double maximum, double *ret_value)
{
    char *end;
    double value = strtod(text, &end);

    if (end == text || *end != '\0' ||
        !(value >= minimum && value <= maximum)) {
        fprintf(stderr, "load: --%s %s: not a number from %g to %g\n", name,
                text, minimum, maximum);
        return -EINVAL;
    }
    *ret_value = value;
    return 0;
}

static int option_set(struct options *options, int letter, double value)
{
    switch (letter) {
    case 'p':
        options->port = (uint16_t)value;
        return 0;
    case 'c':
        options->connections = (unsigned)value;
        return 0;
    case 's':
        options->size = (size_t)value;
        return 0;
    case 't':
        options->seconds = value;
        return 0;
    case 'n':
        options->requests = (uint64_t)value;
        return 0;
    case 'w':
        options->warmup_seconds = value;
        return 0;
    case 'P':
        options->server_pid = (pid_t)value;
        return 0;
    case 'i':
        options->idle_seconds = value;
        return 0;
    case 'x':
        options->churn = true;
        return 0;
    case 'S':
        options->spin = true;
        return 0;
    case 'h':
        options->hold = true;
        return 0;
    default:
        return -EINVAL; /* getopt has already said why */
    }
}

static int parse_option(int letter, const char *name, struct options *options)
{
    static const struct {
        int letter;
        double minimum, maximum;
    } ranges[] = {
        { 'p', 1, 65535 },       { 'c', 1, CONNECTIONS_MAX },
        { 's', 1, MESSAGE_MAX }, { 't', 0.001, 3600 },
        { 'n', 1, 1e12 },        { 'w', 0, 3600 },
        { 'P', 1, INT32_MAX },   { 'i', 0, 3600 },
    };
    double value = 0;

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (ranges[i].letter == letter &&
            parse_number(name, optarg, ranges[i].minimum, ranges[i].maximum,
                         &value) < 0) {
            return -EINVAL;
        }
    }
    return option_set(options, letter, value);
}

static int parse_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        { "port", required_argument, NULL, 'p' },
        { "connections", required_argument, NULL, 'c' },
        { "size", required_argument, NULL, 's' },
        { "seconds", required_argument, NULL, 't' },
        { "requests", required_argument, NULL, 'n' },
        { "warmup", required_argument, NULL, 'w' },
        { "server-pid", required_argument, NULL, 'P' },
        { "idle", required_argument, NULL, 'i' },
        { "churn", no_argument, NULL, 'x' },
        { "spin", no_argument, NULL, 'S' },
        { "hold", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int index = 0;

    for (int letter;
         (letter = getopt_long(argc, argv, "", names, &index)) != -1;) {
        if (parse_option(letter, names[index].name, options) < 0) {
            return -EINVAL;
        }
    }
    return optind == argc && options->port != 0 ? 0 : -EINVAL;
}

static int raise_file_limit(unsigned connections)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
        return fail("getrlimit", errno);
    }
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_cur < connections + 16) {
        fprintf(stderr,
                "load: %u connections need more than the %" PRIu64
                " open files allowed (ulimit -Hn)\n",
                connections, (uint64_t)limit.rlim_max);
        return -EMFILE;
    }
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? fail("setrlimit", errno) : 0;
}

int main(int argc, char **argv)
{
    static struct load load = {
        .options = {
            .connections = 1,
            .size = 64,
            .seconds = 1,
            .warmup_seconds = 0.2,
        },
    };

    if (parse_options(argc, argv, &load.options) < 0) {
        fputs(usage, stderr);
        return 2;
    }
    int rc = raise_file_limit(load.options.connections);
    if (rc == 0) {
        rc = load_init(&load);
    }
    if (rc == 0) {
        rc = load_measure(&load);
    }
    load_fini(&load);
    return rc < 0 ? 1 : 0;
}
