/* See attach.h. */
#include "core/attach.h"

#include "core/core.h"

struct horo__attachment *horo__attachment_find(const void *key)
{
    struct horo__attachment *at = horo__loop ? horo__loop->attachments : NULL;

    while (at && at->key != key) {
        at = at->next;
    }
    return at;
}

int horo__attachment_add(struct horo__attachment *attachment)
{
    struct horo_loop *loop = horo__loop;

    if (!loop) {
        return -HORO_ENOTASK;
    }
    attachment->next = loop->attachments;
    loop->attachments = attachment;
    return 0;
}

void horo__attachment_remove(struct horo__attachment *attachment)
{
    struct horo__attachment **at = &horo__loop->attachments;

    while (*at != attachment) {
        at = &(*at)->next;
    }
    *at = attachment->next;
}
