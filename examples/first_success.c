/* Many services that tell the same thing: the first one to succeed is enough.
 *
 * Recalls task 1 of the Russian lecture: ask all of them at once what one's IP
 * address is, since nobody knows which of them works today. It asks for
 * asyncio.wait() with FIRST_COMPLETED; but the first to complete may have
 * failed. A race waits for a success, and cancels who is still running. The
 * services are in here, too: they answer, or fail, after their delay. */
#include <horo.h>
#include <stdio.h>

struct service {
    const char *name;
    horo_time delay;
    const char *ip;     /* what it would answer; NULL: it is out of order */
    const char *answer; /* set by fetch_ip() */
};

static int fetch_ip(void *arg)
{
    struct service *service = arg;
    int rc = horo_sleep(service->delay);

    if (rc == 0 && !service->ip) {
        rc = -ECONNREFUSED;
    }
    if (rc < 0) {
        printf("%s: %s\n", service->name, horo_strerror(rc));
        return rc;
    }
    service->answer = service->ip;
    return 0;
}

static int ask_all(void *arg)
{
    struct service services[] = {
        { .name = "ipify", .delay = HORO_MS(500), .ip = "192.0.2.7" },
        { .name = "ip-api", .delay = HORO_MS(300) },
        { .name = "my-ip", .delay = HORO_MS(900), .ip = "192.0.2.7" },
    };
    struct horo_call calls[] = { HORO_CALL(fetch_ip, &services[0]),
                                 HORO_CALL(fetch_ip, &services[1]),
                                 HORO_CALL(fetch_ip, &services[2]) };
    size_t first;
    int rc = horo_race(calls, 3, NULL, &first);

    (void)arg;
    if (rc == 0) {
        printf("%s: my IP address is %s\n", services[first].name,
               services[first].answer);
    }
    return rc;
}

int main(void)
{
    int rc = horo_run(ask_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "first_success: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
