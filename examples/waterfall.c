/* A file's text, changed and written back in steps, the first error ends them.
 *
 * Recalls async.waterfall() of the Bulgarian lecture, by which Async.js keeps
 * callbacks from nesting. What callbacks need a library for is a list of calls
 * here, one after another. */
#include <errno.h>
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct document {
    const char *path;
    char text[200];
};

static int read_file(void **value)
{
    struct document *document = *value;
    FILE *file = fopen(document->path, "r");
    size_t size;

    if (!file) {
        return -errno;
    }
    size = fread(document->text, 1, sizeof document->text - 1, file);
    document->text[size] = '\0';
    fclose(file);
    return 0;
}

static int append_and_write(void **value)
{
    struct document *document = *value;
    FILE *file = fopen(document->path, "w");

    if (!file) {
        return -errno;
    }
    fprintf(file, "%s\nAppended something!", document->text);
    return fclose(file) == 0 ? 0 : -EIO;
}

static int append(void *arg)
{
    static horo_step_fn *const steps[] = { read_file, append_and_write };
    int rc = horo_waterfall(steps, 2, &arg);

    puts(rc < 0 ? horo_strerror(rc) : "Appended text!");
    return 0;
}

int main(void)
{
    char path[] = "/tmp/horo-waterfall-XXXXXX";
    struct document document = { .path = path };
    struct document missing = { .path = "/nowhere/at/all" };
    int fd = mkstemp(path);
    int rc = fd < 0 ? -errno : 0;

    if (rc == 0) {
        rc = horo_run(append, &document, NULL);
        close(fd);
        unlink(path);
    }
    if (rc == 0) {
        rc = horo_run(append, &missing, NULL);
    }
    if (rc < 0) {
        fprintf(stderr, "waterfall: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
