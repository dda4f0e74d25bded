/* Eight pages, three at a time; and of these no more than one from the slow
 * mirror, which has the even ones. The map's limit is for this work alone. A limiter is for a resource,
 * whoever uses it. */
#include <horo.h>
#include <stdio.h>

struct download {
    struct horo_limiter mirror; /* one token */
    int sizes[8];
    int at_once, most;
};

static int fetch(struct download *download, size_t page)
{
    int rc = horo_sleep(HORO_MS(100) * (horo_time)(1 + page % 3));

    if (rc == 0) {
        download->sizes[page] = 1000 + 10 * (int)page;
        printf("page %zu\n", page);
    }
    return rc;
}

static int fetch_page(void *arg, size_t page)
{
    struct download *download = arg;
    int rc;

    download->at_once++;
    if (download->at_once > download->most) {
        download->most = download->at_once;
    }
    if (page % 2 == 0) {
        HORO_WITH(limiter, &download->mirror, rc) {
            rc = fetch(download, page);
        }
    } else {
        rc = fetch(download, page);
    }
    download->at_once--;
    return rc;
}

static int fetch_all(void *arg)
{
    struct download *download = arg;
    struct horo_gather_options three = { .limit = 3 };
    int sum = 0;
    int rc = horo_map(8, fetch_page, download, &three);

    for (int i = 0; i < 8; i++) {
        sum += download->sizes[i];
    }
    printf("%d bytes, at most %d pages at once\n", sum, download->most);
    return rc;
}

int main(void)
{
    struct download download = { .most = 0 };
    int rc = horo_limiter_init(&download.mirror, 1);

    if (rc == 0) {
        rc = horo_run(fetch_all, &download, NULL);
        horo_limiter_fini(&download.mirror);
    }
    if (rc < 0) {
        fprintf(stderr, "bounded_map: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
