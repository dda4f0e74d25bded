/* Calls from other threads in memory of the caller's. For the layers above;
 * users have horo_loop_post(). */
#ifndef HORO_CORE_POST_H
#define HORO_CORE_POST_H

#include <stdbool.h>

struct horo_loop;

/* A call asked for, in a stack of them, newest first. */
struct horo__post {
    struct horo__post *next;
    void (*fn)(void *arg);
    void *arg;
    bool is_embedded; /* not to be freed */
};

/* Puts a post in the loop's inbox; any thread, any signal handler. `fn` is
 * called between two tasks, when the memory of the post is free again. The
 * loop must not end before this returns. */
void horo__loop_deliver(struct horo_loop *loop, struct horo__post *post);

#endif
