/* Shapes of values that live in the caller's memory. Everything here is
 * private: the fields are visible only so that the compiler knows the sizes. */
#ifndef HORO_DETAIL_H
#define HORO_DETAIL_H

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

#endif
