/* A letter that is being written: whoever waits for it may lose patience, the
 * letter is finished all the same. And tasks seen from outside: who is there,
 * and what each waits for. */
#include <horo.h>
#include <stdio.h>

static int write_letter(void *arg)
{
    int rc;

    puts("the letter is begun"); /* eager: before horo_spawn() returns */
    rc = horo_sleep(HORO_S(3));
    if (rc == 0) {
        printf("the letter to %s is written\n", (const char *)arg);
    }
    return rc;
}

static void list_tasks(void)
{
    struct horo_task_info tasks[8];
    size_t count = horo_loop_tasks(tasks, 8);

    for (size_t i = 0; i < count && i < 8; i++) {
        printf("task %s %s\n", tasks[i].name,
               tasks[i].waits_for ? tasks[i].waits_for : "runs");
    }
}

static int put_the_pen_away(void *arg, int result, void **value)
{
    (void)value;
    puts(arg); /* whether it was written or not */
    return result;
}

static int wait_for_shield(void *arg)
{
    return horo_future_wait(arg, NULL);
}

static int correspond(void *arg)
{
    struct horo_future letter;
    struct horo_spawn_options options = { .future = &letter,
                                          .name = "letter",
                                          .eager = true };
    struct horo_shield shield;
    struct horo_promise end;
    struct horo_scope scope;
    int rc;

    horo_scope_open(&scope, NULL);
    rc = horo_spawn(&scope, write_letter, arg, &options);
    if (rc == 0) {
        list_tasks();
        horo_future_finally(&letter, &end, put_the_pen_away, "the pen is away");
        horo_future_shield(&letter, &shield);
        rc = horo_wait_for(wait_for_shield, &shield.future, HORO_S(1));
        puts(rc == -ETIMEDOUT ? "waited for long enough" : "it is there");
        horo_future_cancel(&shield.future); /* the letter does not notice */
        horo_shield_fini(&shield);
        rc = rc == -ETIMEDOUT ? 0 : rc;
    }
    return horo_scope_close(&scope, rc);
}

int main(void)
{
    int rc = horo_run(correspond, "Vera", NULL);

    if (rc < 0) {
        fprintf(stderr, "shield: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
