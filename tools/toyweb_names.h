/* The toy web's name server, over UDP and TCP (RFC 1035). */
#ifndef TOOLS_TOYWEB_NAMES_H
#define TOOLS_TOYWEB_NAMES_H

#include <horo/scope.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct horo_listener;

#define TOYWEB_NAMES_ADDRESS "127.77.0.53"

struct toyweb_names {
    size_t healthy; /* sites of the healthy web; 0: the toy sites */
    int udp;
    struct horo_listener *tcp;
    uint16_t port; /* of both */
};

/* Opens a free port. Returns 0 or a negative code. */
int toyweb_names_open(struct toyweb_names *names, size_t healthy);
void toyweb_names_close(struct toyweb_names *names);

/* Starts answering, in tasks of `scope`. */
int toyweb_names_serve(struct toyweb_names *names, struct horo_scope *scope);

/* Room for any answer. */
#define TOYWEB_ANSWER_SIZE 512

/* Answers a query. Returns the answer's size; 0 for silence, which malformed
 * queries are given too. */
size_t toyweb_names_answer(const struct toyweb_names *names,
                           const unsigned char *query, size_t size,
                           bool is_over_tcp,
                           unsigned char answer[static TOYWEB_ANSWER_SIZE]);

#endif
