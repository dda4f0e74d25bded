/* Barriers: all or nobody, and who leaves is not counted on. */
#include "harness.h"
#include <limits.h>

/* A task that comes once, in a scope that can be cancelled. */
struct party {
    struct horo_barrier *barrier;
    struct horo_scope scope;
    char name;
};

static int come(void *arg)
{
    struct party *self = arg;
    int rc;

    (void)horo_scope_open(&self->scope, NULL);
    rc = horo_barrier_wait(self->barrier);
    note("%c%d", self->name, rc);
    (void)horo_scope_close(&self->scope, rc);
    return 0;
}

static void spawn_parties(struct horo_scope *scope, struct party *parties,
                          int count, struct horo_barrier *barrier)
{
    CHECK_CODE(horo_scope_open(scope, NULL), 0);
    for (int i = 0; i < count; i++) {
        parties[i] = (struct party){
            .barrier = barrier,
            .name = (char)('A' + i),
        };
        CHECK_CODE(horo_spawn(scope, come, &parties[i], NULL), 0);
    }
    CHECK_CODE(horo_yield(), 0);
}

static void all_go_on_when_the_last_has_come(void)
{
    struct horo_barrier barrier;
    struct party parties[3];
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 4), 0);
    spawn_parties(&scope, parties, 3, &barrier);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("");
    CHECK_NUMBER(horo_barrier_waiting(&barrier), 3);
    CHECK_CODE(horo_barrier_wait(&barrier), 3);
    CHECK_NUMBER(horo_barrier_waiting(&barrier), 0);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 B1 C2");
}

static int come_three_times(void *arg)
{
    struct party *self = arg;

    for (int round = 0; round < 3; round++) {
        CHECK(horo_barrier_wait(self->barrier) >= 0);
        note("%c%d", self->name, round);
    }
    return 0;
}

/* The next round begins at once, though not all have left the last one. */
static void rounds_do_not_mix(void)
{
    struct horo_barrier barrier;
    struct party parties[2] = { { .barrier = &barrier, .name = 'A' },
                                { .barrier = &barrier, .name = 'B' } };
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 2), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_CODE(horo_spawn(&scope, come_three_times, &parties[i], NULL), 0);
    }
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("B0 A0 A1 B1 B2 A2");
}

static void a_barrier_for_one_holds_nobody(void)
{
    struct horo_barrier barrier;

    CHECK_CODE(horo_barrier_init(&barrier, 1), 0);
    CHECK_CODE(horo_barrier_wait(&barrier), 0);
    CHECK_CODE(horo_barrier_wait(&barrier), 0);
}

/* The others wait for one more, and numbers stay distinct. */
static void who_is_cancelled_has_not_come(void)
{
    struct horo_barrier barrier;
    struct party parties[3];
    struct party late = { .barrier = &barrier, .name = 'D' };
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 4), 0);
    spawn_parties(&scope, parties, 3, &barrier);
    horo_scope_cancel(&parties[0].scope);
    CHECK_NUMBER(horo_barrier_waiting(&barrier), 2); /* at once */
    CHECK_CODE(horo_spawn(&scope, come, &late, NULL), 0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_NOTES("A-125");
    CHECK_CODE(horo_barrier_wait(&barrier), 3);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("B0 C1 D2");
}

static void who_is_cancelled_after_the_last_has_come_has_passed(void)
{
    struct horo_barrier barrier;
    struct party parties[1];
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 2), 0);
    spawn_parties(&scope, parties, 1, &barrier);
    CHECK_CODE(horo_barrier_wait(&barrier), 1);
    horo_scope_cancel(&parties[0].scope);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0");
}

static void a_broken_barrier_stays_broken_until_reset(void)
{
    struct horo_barrier barrier;
    struct party parties[2];
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 3), 0);
    spawn_parties(&scope, parties, 2, &barrier);
    horo_barrier_abort(&barrier);
    CHECK_NUMBER(horo_barrier_waiting(&barrier), 0);
    CHECK_CODE(horo_barrier_wait(&barrier), -HORO_EBROKEN);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-4103 B-4103");
    horo_barrier_reset(&barrier);
    spawn_parties(&scope, parties, 2, &barrier);
    CHECK_CODE(horo_barrier_wait(&barrier), 2);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 B1");
}

static void reset_sends_those_away_who_wait(void)
{
    struct horo_barrier barrier;
    struct party parties[2];
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 3), 0);
    spawn_parties(&scope, parties, 2, &barrier);
    horo_barrier_reset(&barrier);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A-4103 B-4103");
    spawn_parties(&scope, parties, 2, &barrier);
    CHECK_CODE(horo_barrier_wait(&barrier), 2);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
    CHECK_NOTES("A0 B1");
}

static void misuse_of_a_barrier_is_told(void)
{
    struct horo_barrier barrier;

    CHECK_CODE(horo_barrier_init(&barrier, 0), -EINVAL);
    CHECK_CODE(horo_barrier_init(&barrier, (size_t)INT_MAX + 1), -EINVAL);
    CHECK_CODE(horo_barrier_init(&barrier, INT_MAX), 0);
    CHECK_CODE(horo_barrier_wait(&barrier), -HORO_ENOTASK);
}

static void a_cancelled_scope_does_not_come(void)
{
    struct horo_barrier barrier;
    struct horo_scope scope;

    CHECK_CODE(horo_barrier_init(&barrier, 1), 0);
    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    horo_scope_cancel(&scope);
    CHECK_CODE(horo_barrier_wait(&barrier), -ECANCELED);
    CHECK_CODE(horo_scope_close(&scope, 0), -ECANCELED);
}

int main(void)
{
    RUN_IN_LOOP(all_go_on_when_the_last_has_come);
    RUN_IN_LOOP(rounds_do_not_mix);
    RUN_IN_LOOP(a_barrier_for_one_holds_nobody);
    RUN_IN_LOOP(who_is_cancelled_has_not_come);
    RUN_IN_LOOP(who_is_cancelled_after_the_last_has_come_has_passed);
    RUN_IN_LOOP(a_broken_barrier_stays_broken_until_reset);
    RUN_IN_LOOP(reset_sends_those_away_who_wait);
    RUN(misuse_of_a_barrier_is_told);
    RUN_IN_LOOP(a_cancelled_scope_does_not_come);
    return tap_end();
}
