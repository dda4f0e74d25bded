/* Three services asked at once: the answers that come within a second count.
 *
 * Recalls task 1 of the Russian lecture, which asks many services for the same
 * thing because nobody knows which of them works today. The services are in
 * here, too: each takes one connection and answers after its delay. */
#include <horo.h>
#include <stdio.h>

struct service {
    const char *answer;
    horo_time delay;
    struct horo_address address; /* set by serve() */
};

static int serve(void *arg)
{
    struct service *service = arg;
    struct horo_listener *listener = NULL;
    struct horo_stream *client = NULL;
    int rc = horo_tcp_listen("127.0.0.1", 0, NULL, &listener);

    if (rc == 0 &&
        (rc = horo_listener_address(listener, &service->address)) == 0 &&
        (rc = horo_tcp_accept(listener, &client)) == 0 &&
        (rc = horo_sleep(service->delay)) == 0) {
        rc = (int)horo_stream_printf(client, "%s\n", service->answer);
    }
    horo_stream_close(&client);
    horo_listener_close(&listener);
    return rc;
}

static int ask(void *arg)
{
    const struct service *service = arg;
    struct horo_stream *stream = NULL;
    char answer[80];
    ssize_t rc = horo_tcp_connect_address(&service->address, &stream);

    if (rc == 0) {
        rc = horo_stream_read_until(stream, answer, sizeof answer, "\n");
    }
    if (rc > 0) {
        printf("%.*s", (int)rc, answer);
    }
    horo_stream_close(&stream);
    return (int)rc;
}

static int spawn_each(struct horo_scope *scope, horo_task_fn *fn,
                      struct service *services)
{
    int rc = 0;

    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(scope, fn, &services[i], NULL);
    }
    return rc;
}

static int fan_out(void *arg)
{
    struct service services[] = {
        { .answer = "late, but in time", .delay = HORO_MS(600) },
        { .answer = "too late", .delay = HORO_MS(2000) },
        { .answer = "early", .delay = HORO_MS(300) },
    };
    struct horo_scope_options limit = { .timeout = HORO_S(1),
                                        .keep_going = true };
    struct horo_scope running;
    struct horo_scope asking;
    int rc;

    (void)arg;
    horo_scope_open(&running, NULL);
    rc = spawn_each(&running, serve, services);
    horo_scope_open(&asking, &limit);
    if (rc == 0) {
        rc = spawn_each(&asking, ask, services);
    }
    rc = horo_scope_close(&asking, rc);
    puts(rc == -ETIMEDOUT ? "time is up" : "that is all");
    horo_scope_cancel(&running); /* services that nobody waits for */
    return horo_scope_close(&running, rc);
}

int main(void)
{
    int rc = horo_run(fan_out, NULL, NULL);

    if (rc < 0 && rc != -ETIMEDOUT) {
        fprintf(stderr, "fan_out: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
