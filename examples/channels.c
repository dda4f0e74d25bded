/* A producer, two consumers and a channel between them.
 *
 * The channel holds two items: the producer waits while it is full, the
 * consumers while it is empty. Closing it says that no more will come; they
 * still get what is inside. */
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
    int number;
    int rc;

    while ((rc = horo_channel_receive(numbers, &number)) == 0) {
        printf("received %d\n", number);
        rc = horo_sleep(HORO_S(1));
        if (rc < 0) {
            break;
        }
    }
    return rc == -ESHUTDOWN ? 0 : rc;
}

static int produce_and_consume(void *arg)
{
    struct horo_channel numbers;
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .capacity = 2 };
    struct horo_scope all;
    int rc = horo_channel_init(&numbers, &options);

    (void)arg;
    horo_scope_open(&all, NULL);
    if (rc == 0) {
        rc = horo_spawn(&all, consume, &numbers, NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&all, consume, &numbers, NULL);
    }
    if (rc == 0) {
        rc = horo_spawn(&all, produce, &numbers, NULL);
    }
    rc = horo_scope_close(&all, rc);
    horo_channel_fini(&numbers);
    return rc;
}

int main(void)
{
    int rc = horo_run(produce_and_consume, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "channels: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
