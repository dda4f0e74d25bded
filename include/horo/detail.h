/* Shapes of values that live in the caller's memory. Everything here is
 * private: the fields are visible only so that the compiler knows the sizes. */
#ifndef HORO_DETAIL_H
#define HORO_DETAIL_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define HORO__API __attribute__((visibility("default")))
#define HORO__PRINTF(text, first) __attribute__((format(printf, text, first)))
#define HORO__MUST_USE __attribute__((warn_unused_result))
#else
#define HORO__API
#define HORO__PRINTF(text, first)
#define HORO__MUST_USE
#endif

#ifdef __cplusplus
#define HORO__BEGIN extern "C" {
#define HORO__END }
#else
#define HORO__BEGIN
#define HORO__END
#endif

/* A place in a circular doubly linked list. */
struct horo__link {
    struct horo__link *next;
    struct horo__link *prev;
};

/* Tasks in line, see src/sync/waiters.h. All zeros: nobody waits. */
struct horo__waiter;
struct horo__waiters {
    struct horo__waiter *first; /* whose turn it is; on its task's stack */
    struct horo__waiter *last;
};

/* A point in time at which `fire` is called, see src/base/timers.h. */
struct horo__timer {
    int64_t deadline_ns;
    uint64_t order;             /* ties fire in the order they were armed */
    struct horo__timer *link_a; /* wheel: next;  heap: first child */
    struct horo__timer *link_b; /* wheel: prev;  heap: next sibling */
    struct horo__timer *link_c; /* wheel: -;     heap: parent or elder */
    void (*fire)(struct horo__timer *timer);
    unsigned char state;
    unsigned char slot;
    unsigned char level;
};

struct horo_future;

/* Someone to be told when a future settles; in the listener's memory. */
struct horo__listener {
    struct horo__link link; /* in horo_future::listeners, or alone */
    /* Called once, from within the call that settles the future, with the
     * listener off the list already and the result in place. It may wake
     * tasks and touch other listeners; it must not suspend, nor rely on the
     * future's memory once it has returned. */
    void (*notify)(struct horo__listener *listener, struct horo_future *future);
};

/* Items of one size, ordered as a 4-ary heap, see src/base/heap.h. */
struct horo__heap {
    char *entries;
    size_t item_size;
    size_t entry_size;
    size_t count;
    uint64_t arrivals; /* so many have been pushed */
    int (*compare)(const void *one, const void *other);
};

/* The items in a channel, see src/sync/store.h. */
struct horo__store {
    char *items; /* a ring; or the entries of the heap */
    size_t item_size;
    size_t capacity;
    size_t count;
    size_t head; /* where the oldest item is in the ring */
    struct horo__heap heap;
    unsigned char order; /* enum horo_channel_order */
};

/* Where a task stands in line at a channel, see src/sync/selection.h. */
struct horo__place {
    struct horo__link link;
    struct horo__selection *selection;
    void *item; /* to send, or where to put what is received */
    int result; /* once it is SETTLED */
    unsigned char state;
};

#endif
