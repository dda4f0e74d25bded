/* Two loops on two threads, and channels between them: one asks for squares,
 * the other one computes. A channel is for several threads when it is made
 * `shared`; nothing else changes for those who send and receive. The end of
 * the work is told by a post, which any thread may send to any loop. */
#include <horo.h>
#include <pthread.h>
#include <stdio.h>

struct office {
    struct horo_channel questions, answers; /* of int */
    struct horo_loop *asking;
    int result; /* of the thread that computes */
};

static void tell(void *arg)
{
    puts(arg);
}

static int compute(void *arg)
{
    struct office *office = arg;
    int number;
    int rc;

    while ((rc = horo_channel_receive(&office->questions, &number)) == 0) {
        number *= number;
        rc = horo_channel_send(&office->answers, &number);
        if (rc < 0) {
            return rc;
        }
    }
    rc = rc == -ESHUTDOWN ? 0 : rc; /* no more questions: well done */
    horo_loop_post(office->asking, tell, "the other thread is done");
    horo_channel_close(&office->answers);
    return rc;
}

static void *run_thread(void *arg)
{
    struct office *office = arg;
    struct horo_loop_options options = { .keep_sigint = true };

    office->result = horo_run(compute, office, &options);
    horo_channel_close(&office->questions); /* if it could not begin */
    horo_channel_close(&office->answers);
    return NULL;
}

static int ask(void *arg)
{
    struct office *office = arg;
    pthread_t thread;
    int square;
    int rc;

    office->asking = horo_loop_self();
    rc = -pthread_create(&thread, NULL, run_thread, office);
    if (rc < 0) {
        return rc;
    }
    for (int i = 1; i <= 5 && rc == 0; i++) {
        rc = horo_channel_send(&office->questions, &i);
        if (rc == 0) {
            rc = horo_channel_receive(&office->answers, &square);
        }
        if (rc == 0) {
            printf("%d * %d = %d\n", i, i, square);
        }
    }
    horo_channel_close(&office->questions);
    if (rc == 0) { /* the post, and then the end of the answers */
        rc = horo_channel_receive(&office->answers, &square);
    }
    horo_channel_close(&office->answers); /* after Ctrl-C it may be sending */
    pthread_join(thread, NULL);
    return rc == -ESHUTDOWN ? office->result : rc;
}

int main(void)
{
    struct office office = { .result = 0 };
    struct horo_channel_options options = { .item_size = sizeof(int),
                                            .shared = true };
    int rc = horo_channel_init(&office.questions, &options);

    if (rc == 0 && (rc = horo_channel_init(&office.answers, &options)) == 0) {
        rc = horo_run(ask, &office, NULL);
        horo_channel_fini(&office.answers);
    }
    horo_channel_fini(&office.questions);
    if (rc < 0) {
        fprintf(stderr, "threads: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
