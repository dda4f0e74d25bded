/* State of a higher layer that lives as long as a loop, one for each key. */
#ifndef HORO_CORE_ATTACH_H
#define HORO_CORE_ATTACH_H

struct horo__attachment {
    struct horo__attachment *next; /* in horo_loop::attachments */
    const void *key;               /* its own address, usually */
    /* Called on this thread while the loop still runs operations, after the
     * last task has ended. Must free the attachment. */
    void (*destroy)(struct horo__attachment *attachment);
};

/* This thread's attachment with that key; NULL without one, or without loop. */
struct horo__attachment *horo__attachment_find(const void *key);

/* Gives the attachment to this thread's loop. Returns 0 or -HORO_ENOTASK. */
int horo__attachment_add(struct horo__attachment *attachment);

/* Takes it away again, without destroying it. */
void horo__attachment_remove(struct horo__attachment *attachment);

#endif
