/* A file's text, changed and written back by a chain of promises.
 *
 * Recalls readFileAsync().then().then().catch() of the Bulgarian lecture. Each
 * link is a task, so it may simply wait. The lecture's second step forgets to
 * return the promise of writeFile(), so that "Appended text!" may be printed
 * before anything was; a call that returns when it is done cannot be forgotten.
 * The chain hangs in a scope, which closes when all links have settled. */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char my_file[] = "/tmp/horo-promises-XXXXXX";

static int read_file(void *text, int result, void **value)
{
    FILE *file = fopen(my_file, "r");

    if (!file) {
        return -errno;
    }
    result = (int)fread(text, 1, 99, file);
    *value = text; /* for the next link; zeroed, so the end is there */
    return fclose(file) == 0 ? result : -EIO;
}

static int append_and_write(void *arg, int result, void **value)
{
    FILE *file = fopen(my_file, "w");

    if (!file) {
        return -errno;
    }
    result = fprintf(file, "%s%s", (char *)*value, (char *)arg);
    return fclose(file) == 0 ? result : -EIO;
}

static int tell(void *arg, int result, void **value)
{
    (void)value;
    return puts(result < 0 ? horo_strerror(result) : arg);
}

static int append(void *arg)
{
    struct horo_promise read, written, told, end;
    struct horo_scope scope;
    char text[100] = "";

    horo_scope_open(&scope, NULL);
    horo_future_then(NULL, &read, read_file, text);
    horo_future_then(&read.future, &written, append_and_write, arg);
    horo_future_then(&written.future, &told, tell, "Appended text!");
    horo_future_catch(&told.future, &end, tell, NULL);
    return horo_scope_close(&scope, 0);
}

int main(void)
{
    int fd = mkstemp(my_file);
    int rc = fd < 0 ? -errno : horo_run(append, "\nAppended something!", NULL);

    close(fd);
    unlink(my_file);
    if (rc == 0) { /* once more: now the file is missing */
        rc = horo_run(append, "\nAppended something!", NULL);
    }
    if (rc < 0) {
        fprintf(stderr, "promises: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
