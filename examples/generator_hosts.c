/* The hosts of a file, each read when it is asked for.
 *
 * Recalls get_all_hosts() and get_hosts() of the Bulgarian lecture, which skip
 * the commented lines of bgsites-short.txt: first a list of all hosts, then
 * a generator function and a generator object. The file is one given as
 * argument, or the lecture's five lines. */
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

/* A list: nothing can be used before everything has been read, and there has
 * to be room for it. Returns how many there are. */
static int get_all_hosts(const char *path, char hosts[][256], int room)
{
    FILE *file = open_hosts(path);
    int count = 0;

    if (!file) {
        return -errno;
    }
    while (count < room && fgets(hosts[count], 256, file)) {
        hosts[count][strcspn(hosts[count], "\r\n")] = '\0';
        count += hosts[count][0] != '#';
    }
    fclose(file);
    return count;
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
    char *path = argc > 1 ? argv[1] : NULL;
    char all[100][256];
    struct horo_generator *g; /* the generator object */
    const char *host;
    int rc = get_all_hosts(path, all, 100);

    for (int i = 0; i < rc; i++) {
        printf("Received:  %s\n", all[i]);
    }
    if (rc >= 0 &&
        (rc = horo_generator_create(get_hosts, path, NULL, &g)) == 0) {
        puts("A generator object: nothing has been read yet");
        while ((host = horo_generator_next(g))) {
            printf("Received:  %s\n", host);
        }
        rc = horo_generator_result(g);
        horo_generator_destroy(&g);
    }
    if (rc < 0) {
        fprintf(stderr, "generator_hosts: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
