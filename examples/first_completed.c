/* Many services that tell the same thing: asked at once, heard one by one.
 *
 * Recalls task 1 of the Russian lecture as it is set there: futures for the
 * services, asyncio.wait() with FIRST_COMPLETED, and cancel() for those that
 * are not needed any more. first_success.c does the same with a race. */
#include <horo.h>
#include <stdio.h>

enum { SERVICES = 3 };

struct service {
    const char *name;
    horo_time delay;
    const char *ip;            /* what it answers; NULL: it is out of order */
    struct horo_future future; /* of fetch_ip() */
};

static int fetch_ip(void *arg)
{
    const struct service *service = arg;
    int rc = horo_sleep(service->delay);

    return rc == 0 && !service->ip ? -ECONNREFUSED : rc;
}

/* The index of a service that has answered; -1 when none can any more. */
static int wait_for_first(struct service *services)
{
    struct horo_wait_options first = { .until = HORO_WAIT_FIRST_COMPLETED };
    struct horo_future *pending[SERVICES];
    int count;

    do {
        count = 0;
        for (int i = 0; i < SERVICES; i++) {
            int rc = horo_future_result(&services[i].future, NULL);

            if (rc == 0) {
                return i;
            }
            if (rc == -HORO_EINVALIDSTATE) { /* not yet */
                pending[count++] = &services[i].future;
            }
        }
    } while (count > 0 && horo_wait(pending, (size_t)count, &first) > 0);
    return -1;
}

static int ask_all(void *arg)
{
    struct service services[SERVICES] = {
        { .name = "ipify", .delay = HORO_MS(500), .ip = "192.0.2.7" },
        { .name = "ip-api", .delay = HORO_MS(300) },
        { .name = "my-ip", .delay = HORO_MS(900), .ip = "192.0.2.7" },
    };
    struct horo_scope scope;
    int first = -1;
    int rc = 0;

    (void)arg;
    horo_scope_open(&scope, &(struct horo_scope_options){ .keep_going = true });
    for (int i = 0; i < SERVICES && rc == 0; i++) {
        rc = horo_spawn(
            &scope, fetch_ip, &services[i],
            &(struct horo_spawn_options){ .future = &services[i].future });
    }
    if (rc == 0) {
        first = wait_for_first(services);
        for (int i = 0; i < SERVICES; i++) {
            horo_future_cancel(&services[i].future);
        }
    }
    horo_scope_close(&scope, rc); /* its result is that some have failed */
    for (int i = 0; i < SERVICES && first >= 0; i++) {
        rc = horo_future_result(&services[i].future, NULL);
        printf("%s: %s\n", services[i].name,
               rc < 0 ? horo_strerror(rc) : services[i].ip);
    }
    return first < 0 ? -ENOENT : 0;
}

int main(void)
{
    int rc = horo_run(ask_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "first_completed: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
