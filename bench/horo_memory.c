/* Many live tasks asleep at once, each with its guarded stack: what one costs.
 *
 * usage: horo_memory TASKS */
#include <horo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_UNAVAILABLE = 77 };

struct crowd {
    long wanted;
    long asleep;
};

/* A line of /proc such as "VmRSS:   1234 kB", in bytes. */
static double proc_bytes(const char *path, const char *name)
{
    char line[256];
    size_t length = strlen(name);
    double bytes = 0;
    FILE *file = fopen(path, "r");

    if (!file) {
        return 0;
    }
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, name, length) == 0 && line[length] == ':') {
            bytes = (double)atol(line + length + 1) * 1024;
        }
    }
    fclose(file);
    return bytes;
}

static long count_mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    long lines = 0;
    int byte;

    if (!file) {
        return 0;
    }
    while ((byte = getc(file)) != EOF) {
        lines += byte == '\n';
    }
    fclose(file);
    return lines;
}

static int nap(void *arg)
{
    struct crowd *crowd = arg;

    crowd->asleep++;
    (void)horo_sleep(HORO_S(3600)); /* cut short by the end of the scope */
    return 0;
}

/* Returns when all of them sleep. */
static int gather(struct horo_scope *scope, struct crowd *crowd)
{
    for (long i = 0; i < crowd->wanted; i++) {
        int rc = horo_spawn(scope, nap, crowd, NULL);

        if (rc < 0) {
            fprintf(stderr, "task %ld: %s\n", i + 1, horo_strerror(rc));
            return rc;
        }
    }
    while (crowd->asleep < crowd->wanted) {
        int rc = horo_yield();

        if (rc < 0) {
            return rc;
        }
    }
    return 0;
}

static int measure(void *arg)
{
    struct crowd *crowd = arg;
    double count = (double)crowd->wanted;
    double rss = proc_bytes("/proc/self/status", "VmRSS");
    double tables = proc_bytes("/proc/self/status", "VmPTE");
    struct horo_scope scope;
    horo_time began = horo_now();
    int rc;

    (void)horo_scope_open(&scope, NULL);
    rc = gather(&scope, crowd);
    if (rc == 0) {
        printf("{\"spawn_ns\": %.2f, ", (double)(horo_now() - began) / count);
        rss = (proc_bytes("/proc/self/status", "VmRSS") - rss) / count;
        tables = (proc_bytes("/proc/self/status", "VmPTE") - tables) / count;
        printf("\"rss_bytes\": %.1f, \"page_table_bytes\": %.1f, "
               "\"rss_and_tables_bytes\": %.1f, \"mappings\": %ld, ",
               rss, tables, rss + tables, count_mappings());
    }
    began = horo_now();
    horo_scope_cancel(&scope);
    (void)horo_scope_close(&scope, 0);
    if (rc == 0) {
        printf("\"cancel_and_join_ns\": %.2f}\n",
               (double)(horo_now() - began) / count);
    }
    return rc;
}

int main(int argc, char **argv)
{
    struct crowd crowd = { .wanted = argc == 2 ? atol(argv[1]) : 0 };

    if (crowd.wanted < 1) {
        fprintf(stderr, "usage: %s TASKS\n", argv[0]);
        return 2;
    }
    if (proc_bytes("/proc/meminfo", "MemAvailable") <
        6000.0 * (double)crowd.wanted) {
        fprintf(stderr, "less than 6 kB of memory free for each of %ld tasks\n",
                crowd.wanted);
        return EXIT_UNAVAILABLE;
    }
    return horo_run(measure, &crowd, NULL) < 0;
}
