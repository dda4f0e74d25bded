/* What happens when a thread ends. */
#ifndef HORO_SYS_THREAD_H
#define HORO_SYS_THREAD_H

/* A call to be made then, in the caller's memory. */
struct horo__thread_end {
    void (*fn)(struct horo__thread_end *end);
};

/* Has fn(end) called when this thread ends, by itself: not when the program
 * does. One for each thread: a later one takes its place. Returns 0 or
 * -ENOMEM. */
int horo__thread_end_call(struct horo__thread_end *end,
                          void (*fn)(struct horo__thread_end *end));

/* Undoes that, on the same thread; nothing happens when it is being called. */
void horo__thread_end_cancel(const struct horo__thread_end *end);

#endif
