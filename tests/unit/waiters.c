/* Lines of waiters: any of them may leave at any time, once or twice. */
#include "sync/waiters.h"
#include "harness.h"

enum { COUNT = 4 };

static struct horo__waiters line;
static struct horo__waiter waiters[COUNT];

static void line_up(void)
{
    line = (struct horo__waiters){ 0 };
    for (int i = 0; i < COUNT; i++) {
        horo__waiters_append(&line, &waiters[i]);
    }
}

/* Notes who stands in the line, and looks at it from both ends. */
static void note_line(void)
{
    const struct horo__waiter *last = NULL;

    for (struct horo__waiter *one = line.first; one; one = one->next) {
        note("%d", (int)(one - waiters));
        CHECK(one->prev == last);
        CHECK(one->line == &line);
        last = one;
    }
    CHECK(line.last == last);
}

static void a_line_keeps_its_order(void)
{
    CHECK(horo__waiters_is_empty(&(struct horo__waiters){ 0 }));
    line_up();
    CHECK(!horo__waiters_is_empty(&line));
    CHECK(horo__waiters_first(&line) == &waiters[0]);
    note_line();
    CHECK_NOTES("0 1 2 3");
}

static void anybody_may_leave(void)
{
    static const char *const notes[] = { "1 2 3", "0 2 3", "0 1 3", "0 1 2" };

    for (int i = 0; i < COUNT; i++) {
        line_up();
        horo__waiters_remove(&waiters[i]);
        CHECK(!waiters[i].line);
        note_line();
        CHECK_NOTES(notes[i]);
    }
}

/* Also once somebody else has taken one's place, or nobody is left. */
static void leaving_twice_is_leaving_once(void)
{
    line_up();
    for (int i = 0; i < COUNT; i++) {
        horo__waiters_remove(&waiters[i]);
    }
    CHECK(horo__waiters_is_empty(&line));
    horo__waiters_append(&line, &waiters[2]);
    for (int i = 0; i < COUNT; i++) {
        if (i != 2) {
            horo__waiters_remove(&waiters[i]);
        }
    }
    note_line();
    CHECK_NOTES("2");
}

int main(void)
{
    RUN(a_line_keeps_its_order);
    RUN(anybody_may_leave);
    RUN(leaving_twice_is_leaving_once);
    return tap_end();
}
