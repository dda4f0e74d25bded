/* A result that is still to come: a task's, asked for by its future, and one
 * that somebody promised. And a service that says when it is ready. */
#include <horo.h>
#include <stdio.h>

static int add_slowly(void *arg)
{
    const int *terms = arg;
    int rc = horo_sleep(HORO_S(1));

    return rc < 0 ? rc : terms[0] + terms[1];
}

static int keep_promise(void *arg)
{
    int rc = horo_sleep(HORO_S(2));

    return rc < 0 ? rc : horo_future_set(arg, "a letter");
}

static int serve(void *arg)
{
    static int port = 8080;
    int rc = horo_sleep(HORO_S(3)); /* so long it takes to be ready */

    (void)arg;
    if (rc == 0) {
        rc = horo_started(&port);
    }
    return rc < 0 ? rc : horo_sleep(HORO_S(3600));
}

static int await_all(void *arg)
{
    int terms[] = { 2, 3 };
    struct horo_future sum;
    struct horo_future promise;
    struct horo_scope scope;
    void *value;
    int rc;

    (void)arg;
    horo_future_init(&promise);
    horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, add_slowly, terms,
                    &(struct horo_spawn_options){ .future = &sum });
    if (rc == 0 && (rc = horo_future_wait(&sum, NULL)) >= 0) {
        printf("the sum is %d\n", rc);
        rc = horo_spawn(&scope, keep_promise, &promise, NULL);
    }
    if (rc == 0 && (rc = horo_future_wait(&promise, &value)) == 0) {
        printf("came: %s\n", (const char *)value);
        rc = horo_start(&scope, serve, NULL, NULL, &value);
    }
    if (rc == 0) {
        printf("ready at port %d\n", *(int *)value);
    }
    horo_scope_cancel(&scope); /* enough is served */
    rc = horo_scope_close(&scope, rc);
    horo_future_fini(&promise);
    return rc == -ECANCELED ? 0 : rc;
}

int main(void)
{
    int rc = horo_run(await_all, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "future: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
