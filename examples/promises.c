/* A file's text, changed and written back by a chain of promises.
 *
 * Recalls readFileAsync().then().then().catch() of the Bulgarian lecture. Each
 * link is a task, so it may simply wait. The lecture's second step forgets to
 * return the promise of writeFile(), so that "Appended text!" may be printed
 * before anything was; a call that returns when it is done cannot be forgotten.
 * The chain hangs in a scope, which closes when all links have settled. */
#include <errno.h>
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct document {
    const char *path;
    char text[200];
};

static int read_file(void *arg, int result, void **value)
{
    struct document *document = arg;
    FILE *file = fopen(document->path, "r");

    if (!file) {
        return -errno;
    }
    result = (int)fread(document->text, 1, sizeof document->text - 1, file);
    document->text[result] = '\0';
    *value = document->text;
    fclose(file);
    return result;
}

static int append_and_write(void *arg, int result, void **value)
{
    struct document *document = arg;
    FILE *file = fopen(document->path, "w");

    if (!file) {
        return -errno;
    }
    result = fprintf(file, "%s\nAppended something!", (char *)*value);
    return fclose(file) == 0 ? result : -EIO;
}

static int tell(void *arg, int result, void **value)
{
    (void)value;
    puts(arg);
    return result;
}

static int tell_error(void *arg, int error, void **value)
{
    (void)arg;
    (void)value;
    puts(horo_strerror(error));
    return 0;
}

static int append(void *arg)
{
    struct horo_promise text, written, told, end;
    struct horo_scope scope;

    horo_scope_open(&scope, NULL);
    horo_future_then(NULL, &text, read_file, arg);
    horo_future_then(&text.future, &written, append_and_write, arg);
    horo_future_then(&written.future, &told, tell, "Appended text!");
    horo_future_catch(&told.future, &end, tell_error, NULL);
    horo_scope_close(&scope, 0);
    return horo_future_result(&end.future, NULL);
}

int main(void)
{
    char path[] = "/tmp/horo-promises-XXXXXX";
    struct document document = { .path = path };
    struct document missing = { .path = "/nowhere/at/all" };
    int fd = mkstemp(path);
    int rc = fd < 0 ? -errno : 0;

    if (rc == 0) {
        rc = horo_run(append, &document, NULL);
        close(fd);
        unlink(path);
    }
    if (rc >= 0) {
        rc = horo_run(append, &missing, NULL);
    }
    if (rc < 0) {
        fprintf(stderr, "promises: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
