/* The toy web, run by `horo toyweb` or beside a census. */
#ifndef TOOLS_TOYWEB_H
#define TOOLS_TOYWEB_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a running toy web is found. */
struct toyweb_place {
    char resolver[32]; /* "address:port" */
    uint16_t port;     /* of all its web servers */
};

struct toyweb_options {
    size_t healthy; /* sites of the healthy web; 0: the toy sites */
    /* Called once it serves. */
    void (*ready)(void *arg, const struct toyweb_place *place);
    void *ready_arg;
    /* A descriptor whose end of stream ends the toy web; -1: none. */
    int lifeline;
};

/* Serves until interrupted or until the lifeline ends. Returns 0 or a negative
 * code. */
int toyweb_serve(const struct toyweb_options *options);

/* A toy web in a process of its own. */
struct toyweb_child {
    pid_t process;
    int lifeline;
    struct toyweb_place place;
};

/* Starts it and waits until it serves. Must be called outside a loop. Returns
 * 0 or a negative code. */
int toyweb_start(struct toyweb_child *child);
void toyweb_stop(struct toyweb_child *child);

#endif
