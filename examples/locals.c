/* A request's name, known to all that is done for it, without being handed on:
 * in the functions that it calls and in the tasks that these spawn. */
#include <horo.h>
#include <stdio.h>

static const struct horo_local request = { .fallback = "-" };

static void report(const char *what)
{
    printf("[%s] %s\n", (const char *)horo_local_get(&request), what);
}

static int ask_database(void *arg)
{
    int rc = horo_sleep(HORO_MS(20));

    report(arg);
    return rc;
}

static int build_page(void)
{
    struct horo_call calls[] = { HORO_CALL(ask_database, "user found"),
                                 HORO_CALL(ask_database, "letters found") };
    int rc;

    report("begins");
    rc = horo_gather(calls, 2, NULL); /* in tasks of their own */
    report("ends");
    return rc;
}

static int handle(void *arg)
{
    struct horo_local_binding binding;
    struct horo_scope scope;
    int rc;

    horo_scope_open(&scope, NULL);
    rc = horo_local_bind(&binding, &request, arg); /* until the close */
    if (rc == 0) {
        rc = build_page();
    }
    return horo_scope_close(&scope, rc);
}

static int serve(void *arg)
{
    struct horo_call calls[] = { HORO_CALL(handle, "GET /ana"),
                                 HORO_CALL(handle, "GET /boris") };
    int rc;

    (void)arg;
    report("serving");
    rc = horo_gather(calls, 2, NULL);
    report("done");
    return rc;
}

int main(void)
{
    int rc = horo_run(serve, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "locals: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
