/* A timetable that many read and one changes: readers read together, a writer
 * writes alone, and who comes behind a writer waits behind it, so that readers
 * who keep coming cannot shut it out. */
#include <horo.h>
#include <stdio.h>

static struct horo_rwlock lock; /* all zeros: free */
static int departure = 9;

static int read_timetable(void *arg)
{
    int rc;

    HORO_WITH(read_lock, &lock, rc) {
        printf("%s begins to read\n", (const char *)arg);
        rc = horo_sleep(HORO_S(2));
        printf("%s: the bus leaves at %d\n", (const char *)arg, departure);
    }
    return rc;
}

static int change_timetable(void *arg)
{
    int rc;

    HORO_WITH(write_lock, &lock, rc) {
        printf("%s begins to write\n", (const char *)arg);
        rc = horo_sleep(HORO_S(1));
        departure = 10;
        printf("%s: has changed it\n", (const char *)arg);
    }
    return rc;
}

static int open_station(void *arg)
{
    struct horo_call calls[] = { HORO_CALL(read_timetable, "Ana"),
                                 HORO_CALL(read_timetable, "Boris"),
                                 HORO_CALL(change_timetable, "clerk"),
                                 HORO_CALL(read_timetable, "Vera") };

    (void)arg;
    return horo_gather(calls, 4, NULL);
}

int main(void)
{
    int rc = horo_run(open_station, NULL, NULL);

    if (rc < 0) {
        fprintf(stderr, "readers_writers: %s\n", horo_strerror(rc));
    }
    return rc < 0;
}
