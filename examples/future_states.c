/* The states of a future: pending, running, done, cancelled; and what asking
 * for the result gives in each of them.
 *
 * Recalls the theory behind task 1 of the Russian lecture. There is no
 * result before the future is done: asking too early is an error, as is giving
 * one that has been given. */
#include <horo.h>
#include <stdio.h>

static int fetch_ip(void *arg)
{
    int rc = horo_sleep(HORO_S(1));

    return rc < 0 ? rc : *(int *)arg; /* an error, or not */
}

static void show(const char *when, struct horo_future *future)
{
    static const char *const states[] = {
        [HORO_FUTURE_PENDING] = "pending",
        [HORO_FUTURE_RUNNING] = "running",
        [HORO_FUTURE_DONE] = "done",
        [HORO_FUTURE_CANCELLED] = "cancelled",
    };
    int rc = horo_future_result(future, NULL);

    printf("%s: %s, ", when, states[horo_future_state(future)]);
    if (rc < 0) {
        printf("%s\n", horo_strerror(rc));
    } else {
        printf("result %d\n", rc);
    }
}

static int show_states(void *arg)
{
    int outcomes[] = { 7, -ECONNREFUSED, 9 };
    struct horo_future futures[3], promise;
    struct horo_scope scope;
    int rc = 0;

    (void)arg;
    horo_scope_open(&scope, &(struct horo_scope_options){ .keep_going = true });
    for (int i = 0; i < 3 && rc == 0; i++) {
        rc = horo_spawn(&scope, fetch_ip, &outcomes[i],
                        &(struct horo_spawn_options){ .future = &futures[i] });
    }
    if (rc == 0) {
        show("spawned", &futures[0]);
        rc = horo_yield(); /* now they begin */
    }
    if (rc == 0) {
        show("begun", &futures[0]);
        horo_future_cancel(&futures[2]);
    }
    rc = horo_scope_close(&scope, rc);
    if (rc != -ECONNREFUSED) {
        return rc; /* no future may have been made */
    }
    show("success", &futures[0]);
    show("failure", &futures[1]);
    show("cancel", &futures[2]);

    horo_future_init(&promise); /* without a task: who promised it sets it */
    show("promise", &promise);
    horo_future_set(&promise, "a letter");
    show("kept", &promise);
    printf("kept twice: %s\n",
           horo_strerror(horo_future_set(&promise, "another one")));
    horo_future_fini(&promise);
    return 0;
}

int main(void)
{
    int rc = horo_run(show_states, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "future_states: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
