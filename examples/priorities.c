/* The same four jobs out of three channels: the oldest first, the newest
 * first, the most urgent first. */
#include <horo.h>
#include <stdio.h>

struct job {
    int urgency; /* less is more */
    const char *name;
};

static int compare(const void *one, const void *other)
{
    return ((const struct job *)one)->urgency -
           ((const struct job *)other)->urgency;
}

static int fill_and_empty(struct horo_channel *jobs)
{
    static const struct job list[] = {
        { 3, "sweep" }, { 1, "put out the fire" }, { 2, "cook" }, { 3, "read" }
    };
    const char *before = "";
    struct job job;
    int rc = 0;

    for (int i = 0; i < 4 && rc == 0; i++) {
        rc = horo_channel_send(jobs, &list[i]);
    }
    horo_channel_close(jobs); /* what is inside can still be received */
    while (rc == 0 && (rc = horo_channel_receive(jobs, &job)) == 0) {
        printf("%s%s", before, job.name);
        before = ", ";
    }
    puts("");
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int try_orders(void *arg)
{
    static const enum horo_channel_order orders[] = { HORO_CHANNEL_FIFO,
                                                      HORO_CHANNEL_LIFO,
                                                      HORO_CHANNEL_PRIORITY };
    struct horo_channel jobs;
    int rc = 0;

    (void)arg;
    for (int i = 0; i < 3 && rc == 0; i++) {
        struct horo_channel_options options = { .item_size = sizeof(struct job),
                                                .capacity = 4,
                                                .order = orders[i],
                                                .compare = compare };

        rc = horo_channel_init(&jobs, &options);
        if (rc == 0) {
            rc = fill_and_empty(&jobs);
            horo_channel_fini(&jobs);
        }
    }
    return rc;
}

int main(void)
{
    int rc = horo_run(try_orders, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "priorities: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
