/* A file's text, changed and written back in steps, the first error ends them.
 *
 * Recalls async.waterfall() of the Bulgarian lecture, by which Async.js keeps
 * callbacks from nesting. What callbacks need a library for is a list of calls
 * here, one after another. */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char my_file[] = "/tmp/horo-waterfall-XXXXXX";

static int read_file(void **text)
{
    FILE *file = fopen(my_file, "r");

    if (!file) {
        return -errno;
    }
    fread(*text, 1, 99, file); /* into zeroes, so the end is there */
    return fclose(file) == 0 ? 0 : -EIO;
}

static int append_and_write(void **text)
{
    FILE *file = fopen(my_file, "w");

    if (!file) {
        return -errno;
    }
    fprintf(file, "%s\nAppended something!", (char *)*text);
    return fclose(file) == 0 ? 0 : -EIO;
}

static int append(void *arg)
{
    static horo_step_fn *const steps[] = { read_file, append_and_write };
    void *text = (char[100]){ "" };
    int rc = horo_waterfall(steps, 2, &text);

    (void)arg;
    puts(rc < 0 ? horo_strerror(rc) : "Appended text!");
    return 0;
}

int main(void)
{
    int fd = mkstemp(my_file);
    int rc = fd < 0 ? -errno : horo_run(append, NULL, NULL);

    close(fd);
    unlink(my_file);
    if (rc == 0) { /* once more: now the file is missing */
        rc = horo_run(append, NULL, NULL);
    }
    if (rc < 0) {
        fprintf(stderr, "waterfall: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
