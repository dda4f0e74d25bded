/* The toy web as a process: everything it serves, in one loop. */
#include "toyweb.h"

#include <errno.h>
#include <horo/loop.h>
#include <horo/stream.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "toyweb_names.h"
#include "toyweb_web.h"

struct toyweb {
    const struct toyweb_options *options;
    struct toyweb_names names;
    struct toyweb_web web;
};

/* Suspends until the toy web shall end: by the lifeline, or by Ctrl-C. */
static int wait_for_the_end(int lifeline)
{
    struct horo_stream *stream;
    char byte;
    ssize_t rc;

    if (lifeline < 0) {
        return horo_sleep_until(INT64_MAX);
    }
    rc = horo_stream_open_fd(lifeline, &stream);
    if (rc < 0) {
        return (int)rc;
    }
    do {
        rc = horo_stream_read(stream, &byte, 1);
    } while (rc > 0);
    horo_stream_close(&stream);
    return (int)rc;
}

static void announce(const struct toyweb *toyweb)
{
    struct toyweb_place place = { .port = toyweb->web.port };

    snprintf(place.resolver, sizeof place.resolver, "%s:%u",
             TOYWEB_NAMES_ADDRESS, (unsigned)toyweb->names.port);
    toyweb->options->ready(toyweb->options->ready_arg, &place);
}

static int serve_until_the_end(struct toyweb *toyweb)
{
    const struct horo_scope_options keep_going = { .keep_going = true };
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, &keep_going);

    if (rc == 0) {
        rc = toyweb_names_serve(&toyweb->names, &scope);
    }
    if (rc == 0) {
        rc = toyweb_web_serve(&toyweb->web, &scope);
    }
    if (rc == 0) {
        announce(toyweb);
        rc = wait_for_the_end(toyweb->options->lifeline);
        horo_scope_cancel(&scope);
    }
    return horo_scope_close(&scope, rc);
}

static int serve(void *arg)
{
    struct toyweb *toyweb = arg;
    size_t healthy = toyweb->options->healthy;
    int rc = toyweb_names_open(&toyweb->names, healthy);

    if (rc == 0) {
        rc = toyweb_web_open(&toyweb->web, healthy > 0);
    }
    if (rc == 0) {
        rc = serve_until_the_end(toyweb);
    }
    toyweb_web_close(&toyweb->web);
    toyweb_names_close(&toyweb->names);
    return rc;
}

int toyweb_serve(const struct toyweb_options *options)
{
    struct toyweb toyweb = { .options = options, .names.udp = -1 };
    int rc = horo_run(serve, &toyweb, NULL);

    return rc == -ECANCELED ? 0 : rc; /* Ctrl-C is how it ends */
}

/* Tells the parent. If it is gone, so will the lifeline be. */
static void send_place(void *arg, const struct toyweb_place *place)
{
    (void)send(*(int *)arg, place, sizeof *place, MSG_NOSIGNAL);
}

static _Noreturn void live_as_child(int lifeline)
{
    const struct toyweb_options options = {
        .ready = send_place,
        .ready_arg = &lifeline,
        .lifeline = lifeline,
    };

    signal(SIGINT, SIG_IGN); /* the parent's to handle */
    _exit(toyweb_serve(&options) == 0 ? 0 : 1);
}

/* Waits for the word that it serves; the first start is slow under Valgrind. */
static int receive_place(struct toyweb_child *child)
{
    struct pollfd ready = { .fd = child->lifeline, .events = POLLIN };
    ssize_t got;

    if (poll(&ready, 1, 30000) != 1) {
        return -ETIMEDOUT;
    }
    got = recv(child->lifeline, &child->place, sizeof child->place, 0);
    return got == sizeof child->place ? 0 : -EADDRNOTAVAIL;
}

int toyweb_start(struct toyweb_child *child)
{
    int ends[2], rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
        return -errno;
    }
    fflush(NULL); /* or the child has the parent's text to print as well */
    child->process = fork();
    if (child->process < 0) {
        rc = -errno;
        close(ends[0]);
        close(ends[1]);
        return rc;
    }
    if (child->process == 0) {
        close(ends[0]);
        live_as_child(ends[1]);
    }
    close(ends[1]);
    child->lifeline = ends[0];
    rc = receive_place(child);
    if (rc < 0) {
        toyweb_stop(child);
    }
    return rc;
}

void toyweb_stop(struct toyweb_child *child)
{
    close(child->lifeline);
    while (waitpid(child->process, NULL, 0) < 0 && errno == EINTR) {
        continue;
    }
}
