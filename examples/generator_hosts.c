/* The hosts of a file, each read when it is asked for.
 *
 * Recalls get_hosts() of the Bulgarian lecture, which skips the commented
 * lines of bgsites-short.txt, and its generator function and generator object.
 * The file is one given as argument, or the lecture's five lines. */
#include <horo.h>
#include <stdio.h>
#include <string.h>

static const char bgsites_short[] = "vbox7.com\n# tyxo.bg\nvesti.bg\n"
                                    "# unacs.bg\nzamunda.net\n";

static FILE *open_hosts(const char *path)
{
    return path ? fopen(path, "r")
                : fmemopen((char *)bgsites_short, strlen(bgsites_short), "r");
}

/* The generator function: it runs when the generator object is asked. */
static int get_hosts(void *arg)
{
    char host[256];
    FILE *file;
    int rc = 0;

    puts("Entering the generator ...");
    file = open_hosts(arg);
    if (!file) {
        return -errno;
    }
    while (rc == 0 && fgets(host, sizeof host, file)) {
        host[strcspn(host, "\r\n")] = '\0';
        printf("Read:  %s\n", host);
        if (host[0] != '#') {
            rc = horo_generator_yield(host, NULL);
        }
    }
    fclose(file); /* also when the generator is closed halfway */
    return rc;
}

int main(int argc, char **argv)
{
    struct horo_generator *g; /* the generator object */
    const char *host;
    int rc =
        horo_generator_create(get_hosts, argc > 1 ? argv[1] : NULL, NULL, &g);

    if (rc == 0) {
        puts("A generator object: nothing has been read yet");
        while ((host = horo_generator_next(g))) {
            printf("Received:  %s\n", host);
        }
        rc = horo_generator_result(g);
        horo_generator_destroy(&g);
    }
    if (rc < 0) {
        fprintf(stderr, "generator_hosts: %s\n", horo_strerror(rc));
        return 1;
    }
    return 0;
}
