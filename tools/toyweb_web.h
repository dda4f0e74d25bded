/* The toy web's web servers: one for each address, each with its behaviour. */
#ifndef TOOLS_TOYWEB_WEB_H
#define TOOLS_TOYWEB_WEB_H

#include <horo/scope.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct toyweb_server;

struct toyweb_web {
    struct toyweb_server *servers;
    size_t count;
    uint16_t port; /* the same at every address */
};

/* Listens at all addresses: of the toy sites, or of the healthy web. Returns 0
 * or a negative code. */
int toyweb_web_open(struct toyweb_web *web, bool is_healthy);
void toyweb_web_close(struct toyweb_web *web);

/* Starts serving, in tasks of `scope`, which must keep going. */
int toyweb_web_serve(struct toyweb_web *web, struct horo_scope *scope);

#endif
