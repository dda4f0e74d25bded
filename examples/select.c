/* A shop that waits for three things at once: orders, the message that it is
 * to close, and the end of its patience. */
#include <horo.h>
#include <stdio.h>

struct shop {
    struct horo_channel orders; /* of const char * */
    struct horo_future closing;
};

static int visit(void *arg)
{
    static const char *const orders[] = { "bread", "milk", "tea" };
    struct shop *shop = arg;
    int rc = 0;

    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_channel_send(&shop->orders, &orders[i]);
        if (rc == 0) {
            rc = horo_sleep(HORO_S(2) * (i + 1)); /* visits become rare */
        }
    }
    return rc < 0 ? rc : horo_future_set(&shop->closing, "the holidays");
}

static int serve(struct shop *shop)
{
    const char *order;
    struct horo_case cases[] = { HORO_DONE(&shop->closing),
                                 HORO_RECEIVE(&shop->orders, &order),
                                 HORO_AFTER(HORO_S(5)) };

    for (;;) {
        int rc = horo_select(cases, 3); /* the index of what has happened */

        switch (rc) {
        case 0:
            printf("closed: %s\n", (const char *)cases[0].value);
            return 0;
        case 1:
            printf("sold: %s\n", order);
            break;
        case 2:
            puts("nobody for five seconds");
            break;
        default:
            return rc; /* cancelled */
        }
    }
}

static int open_shop(void *arg)
{
    struct shop *shop = arg;
    struct horo_scope scope;
    int rc;

    horo_future_init(&shop->closing);
    horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, visit, shop, NULL);
    if (rc == 0) {
        rc = serve(shop);
    }
    rc = horo_scope_close(&scope, rc);
    horo_future_fini(&shop->closing);
    return rc;
}

int main(void)
{
    struct shop shop;
    struct horo_channel_options options = { .item_size = sizeof(char *) };
    int rc = horo_channel_init(&shop.orders, &options);

    if (rc == 0) {
        rc = horo_run(open_shop, &shop, NULL);
        horo_channel_fini(&shop.orders);
    }
    if (rc < 0) {
        fprintf(stderr, "select: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
