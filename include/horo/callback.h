/* Callbacks: the floor below tasks. A program needs none of it; other loops,
 * bindings and libraries that call back stand on it.
 *
 * A callback is called by the loop, between two tasks. It must not suspend:
 * calls that would return -HORO_ENOTASK. It may spawn, cancel, ask for further
 * calls, and reuse or free its own struct. */
#ifndef HORO_CALLBACK_H
#define HORO_CALLBACK_H

#include <horo/time.h>

HORO__BEGIN

struct horo_loop;

typedef void horo_callback_fn(void *arg);

/* One call to come. Lives in the caller's memory until the call has begun, has
 * been cancelled, or the loop has been destroyed; must be zeroed before its
 * first use. The fields are private. */
struct horo_callback {
    struct horo__link link; /* in a list of those in the same state */
    union {
        struct horo__timer timer;
        struct horo__link held; /* while a future has it: beside others */
    };
    uint64_t place; /* the tasks ready before it, since the loop began */
    horo_callback_fn *fn;
    void *arg;
    struct horo_loop *loop;
    unsigned char state;
};

/* Has fn(arg) called soon: never from within this call, but after the tasks
 * and callbacks that are ready already, in their order. What a callback asks
 * for comes after the next look at timers and the kernel, so that callbacks
 * that go on for ever stop nobody. Needs a loop on this thread, running or not
 * (horo_loop_create), and no memory. From other threads: horo_loop_post().
 * Never suspends. Returns 0; -EBUSY while `callback` is pending; -HORO_ENOTASK
 * without a loop; -ESHUTDOWN once that is being destroyed; -EINVAL without
 * function. */
HORO__API int horo_call_soon(struct horo_callback *callback,
                             horo_callback_fn *fn, void *arg);

/* The same after `delay` nanoseconds, never earlier; at once, when that is
 * negative. Calls for one moment come in the order they were asked for. */
HORO__API int horo_call_later(struct horo_callback *callback, horo_time delay,
                              horo_callback_fn *fn, void *arg);

/* The same when horo_now() reads `moment`. */
HORO__API int horo_call_at(struct horo_callback *callback, horo_time moment,
                           horo_callback_fn *fn, void *arg);

/* Takes the call back; `callback` may then be used anew, or go. Never suspends.
 * Returns 1 when the call was pending and will not come, 0 when there was none;
 * -HORO_EOTHERLOOP, with nothing done, on any other thread than its loop's. */
HORO__API int horo_call_cancel(struct horo_callback *callback);

/* --- descriptors --- */

/* A descriptor that is watched; the library's memory. */
struct horo_watch;

/* `events` are those that hold, POLLERR and POLLHUP among them; or, negative,
 * why the watch has ended by itself: -EBADF, -ENOMEM. */
typedef void horo_watch_fn(void *arg, int events);

/* Has fn(arg, events) called, as a callback, whenever one of `events` (POLLIN,
 * POLLOUT, POLLPRI, POLLRDHUP of poll(2)) holds for `fd`: again and again, once
 * in a turn, until what holds has been read, written, or is watched no more.
 * One descriptor may be watched several times, for reading and for writing say;
 * which watch is then called first, is for the kernel to say. It stays the
 * caller's, and open until horo_unwatch(). The number of watches is limited by
 * memory alone, of which each takes less than half a KiB.
 *
 * Never suspends. Returns 0; -EBADF; -EPERM for a regular file or a directory,
 * which are ready always; -EINVAL without events or function; -ENOMEM;
 * -HORO_ENOTASK without a loop; -ESHUTDOWN once that is being destroyed. */
HORO__API int horo_watch_fd(int fd, short events, horo_watch_fn *fn, void *arg,
                            struct horo_watch **ret_watch);

/* Ends a watch and nulls `*watch`: `fn` is not called again, and `fd` may be
 * closed. Also to be called after the watch has ended by itself; destroying the
 * loop frees what is left. NULL does nothing. Never suspends, never fails. */
HORO__API void horo_unwatch(struct horo_watch **watch);

HORO__END

#endif
