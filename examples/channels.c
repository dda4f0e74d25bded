/* A producer, two consumers, and a watcher who gets impatient.
 *
 * The channel of numbers holds two: the producer waits while it is full, the
 * consumers while it is empty. Closing it says that no more will come; they
 * still get what is inside. The channel of squares holds none: each goes from
 * hand to hand. The watcher selects: a square, or a second without one. */
#include <horo.h>
#include <stdio.h>

static int produce(void *arg)
{
    struct horo_channel *numbers = arg;
    int rc = 0;

    for (int i = 1; i <= 6 && rc == 0; i++) {
        rc = horo_channel_send(numbers, &i);
        printf("sent %d\n", i);
    }
    horo_channel_close(numbers);
    return rc;
}

static int consume(void *arg)
{
    struct horo_channel *numbers = arg;
    struct horo_channel *squares = numbers + 1;
    int number;
    int rc;

    while ((rc = horo_channel_receive(numbers, &number)) == 0) {
        rc = horo_sleep(HORO_MS(400) * number);
        if (rc == 0) {
            rc = horo_channel_send(squares, &(int){ number * number });
        }
        if (rc < 0) {
            return rc;
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int watch(struct horo_channel *squares)
{
    int square;
    int rc = 0;
    struct horo_case cases[] = {
        HORO_RECEIVE(squares, &square),
        HORO_AFTER(HORO_S(1)),
    };

    for (int seen = 0; seen < 6 && rc >= 0; seen += rc == 0) {
        rc = horo_select(cases, 2);
        if (rc == 0) {
            printf("a square: %d\n", square);
        } else if (rc == 1) {
            puts("nothing for a second");
        }
    }
    return rc;
}

static int run(void *arg)
{
    struct horo_channel *channels = arg;
    horo_task_fn *const tasks[] = { consume, consume, produce };
    struct horo_scope all;
    int rc = 0;

    horo_scope_open(&all, NULL);
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(&all, tasks[i], channels, NULL);
    }
    if (rc == 0) {
        rc = watch(channels + 1);
    }
    return horo_scope_close(&all, rc);
}

int main(void)
{
    struct horo_channel channels[2]; /* numbers, squares */
    struct horo_channel_options holds_two = { .item_size = sizeof(int),
                                              .capacity = 2 };
    struct horo_channel_options holds_none = { .item_size = sizeof(int) };
    int rc = horo_channel_init(&channels[0], &holds_two);

    if (rc == 0) {
        rc = horo_channel_init(&channels[1], &holds_none);
    }
    if (rc == 0) {
        rc = horo_run(run, channels, NULL);
        horo_channel_fini(&channels[1]);
    }
    horo_channel_fini(&channels[0]);
    if (rc < 0) {
        fprintf(stderr, "channels: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
