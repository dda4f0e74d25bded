/* What a generator is, for the files of the core. */
#ifndef HORO_CORE_GENERATOR_H
#define HORO_CORE_GENERATOR_H

#include <horo/generator.h>

#include "core/core.h"
#include "sys/thread.h"

enum horo__generator_state {
    HORO__GENERATOR_NEW = 0,
    HORO__GENERATOR_FROZEN, /* at a yield */
    HORO__GENERATOR_RUNNING,
    HORO__GENERATOR_ENDED
};

/* What a thread that uses generators has. */
struct horo__generators {
    struct horo_task thread; /* who runs outside tasks; as a loop's idle */
    struct horo__stacks stacks;
    size_t live;
    void *signal_stack; /* see overflow.c; NULL if a loop has one */
    bool has_tried_to_watch;
    bool is_attached; /* to the thread's loop */
    struct horo__attachment attachment;
    struct horo__thread_end thread_end;
};

/* Lives at the top of its own stack, as a task does. */
struct horo_generator {
    struct horo__context
        context;                 /* must be first: a new stack begins with it */
    struct horo__context caller; /* whoever asks, while RUNNING */
    unsigned char state;
    bool is_closing;
    unsigned short overruns; /* yields although it was closed */
    /* Neither `outer` and `scope` nor where they come from are neighbours, or
     * compilers would move both as one: reading two words as one that were
     * written singly has to wait until they are in the cache. */
    struct horo_generator *outer;   /* while RUNNING: whose body has asked */
    void **ret_sent;                /* where the yield wants what is sent */
    const struct horo_scope *scope; /* while RUNNING: the asking task's */
    struct horo__generators *home;  /* of its thread */

    int result;
    horo_generator_fn *fn;
    void *arg;
    const char *name;
    struct horo__stack stack;
    struct horo__annotation annotation;
    struct horo__annotation caller_annotation;
};

_Static_assert(offsetof(struct horo_generator, context) == 0,
               "see horo__context_start_inside");

/* The innermost generator whose body runs here, in this task or outside of
 * tasks; NULL when none does. */
struct horo_generator *horo__generator_running(void);

#endif
