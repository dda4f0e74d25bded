/* Three workers share what is in a queue.
 *
 * Recalls the example of Python's asyncio.Queue: the main task fills the queue,
 * waits in join() until everything is done, and then cancels the workers, who
 * would wait for more. */
#include <horo.h>
#include <stdio.h>

struct worker {
    const char *name;
    struct horo_channel *queue;
    horo_time *slept;
};

static int work(void *arg)
{
    const struct worker *worker = arg;
    horo_time sleep_for;
    int rc;

    while ((rc = horo_channel_receive(worker->queue, &sleep_for)) == 0) {
        rc = horo_sleep(sleep_for);
        if (rc < 0) {
            break;
        }
        *worker->slept += sleep_for;
        printf("%s has slept for %d ms\n", worker->name,
               (int)(sleep_for / HORO_MS(1)));
        horo_channel_done(worker->queue);
    }
    return rc;
}

static int fill(struct horo_channel *queue)
{
    int rc = 0;

    for (int i = 1; i <= 8 && rc == 0; i++) {
        rc = horo_channel_send(queue, &(horo_time){ HORO_MS(100 + 37 * i) });
    }
    return rc;
}

static int share(void *arg)
{
    struct horo_channel *queue = arg;
    horo_time slept = 0;
    struct worker workers[] = { { "worker-0", queue, &slept },
                                { "worker-1", queue, &slept },
                                { "worker-2", queue, &slept } };
    struct horo_scope scope;
    horo_time began = horo_now();
    int rc = fill(queue);
    int end;

    horo_scope_open(&scope, NULL);
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(&scope, work, &workers[i], NULL);
    }
    if (rc == 0) {
        rc = horo_channel_join(queue);
    }
    if (rc == 0) {
        printf("3 workers slept for %d ms, "
               "one by one it would have been %d ms\n",
               (int)((horo_now() - began) / HORO_MS(1)),
               (int)(slept / HORO_MS(1)));
        horo_scope_cancel(&scope); /* the workers wait for more */
    }
    end = horo_scope_close(&scope, rc);
    return rc == 0 && end == -ECANCELED ? 0 : end; /* that was us */
}

int main(void)
{
    struct horo_channel queue;
    struct horo_channel_options options = { .item_size = sizeof(horo_time),
                                            .capacity = 20 };
    int rc = horo_channel_init(&queue, &options);

    if (rc == 0) {
        rc = horo_run(share, &queue, NULL);
        horo_channel_fini(&queue);
    }
    if (rc < 0) {
        fprintf(stderr, "work_queue: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
