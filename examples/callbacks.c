/* A text is read, extended and written back, by callbacks.
 *
 * Recalls "Define your functions beforehand", the Bulgarian lecture's first way
 * out of callback hell. Each step begins something and names the function that
 * goes on: the story is told backwards, and what it remembers has to live in
 * a struct. The disk pretends; it is a string that takes its time. */
#include <horo.h>
#include <stdio.h>
#include <string.h>

static char disk[64] = "Some text.";

struct edit {
    struct horo_callback done;
    char text[sizeof disk];
    int error; /* that a step could not begin */
};

static int read_file(struct edit *edit, horo_callback_fn *then)
{
    memcpy(edit->text, disk, sizeof disk);
    return horo_call_later(&edit->done, HORO_MS(10), then, edit);
}

static int write_file(struct edit *edit, horo_callback_fn *then)
{
    memcpy(disk, edit->text, sizeof disk);
    return horo_call_later(&edit->done, HORO_MS(10), then, edit);
}

static void notify_user(void *arg)
{
    const struct edit *edit = arg;

    if (edit->error == 0) {
        printf("Appended text!\n%s\n", disk);
    }
    horo_loop_stop(horo_loop_self());
}

static void append_text(void *arg)
{
    struct edit *edit = arg;

    strcat(edit->text, "\nAppended something!");
    edit->error = write_file(edit, notify_user);
    if (edit->error < 0) {
        notify_user(edit);
    }
}

int main(void)
{
    struct edit edit = { 0 };
    struct horo_loop *loop = NULL;
    int rc = horo_loop_create(NULL, &loop);

    if (rc == 0) {
        rc = read_file(&edit, append_text);
    }
    if (rc == 0) {
        puts("Reading...");
        rc = horo_loop_run_forever(loop);
    }
    horo_loop_destroy(&loop);
    rc = rc < 0 ? rc : edit.error;
    if (rc < 0) {
        fprintf(stderr, "callbacks: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
