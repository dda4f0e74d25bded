/* Cancel sweeps: a test is run again and again in a loop of its own, each time
 * cancelled at the next suspension point (src/core/points.h), until a run has
 * fewer of them. Who is cancelled: everything, or the one task that came to
 * the point, or no more than its innermost scope. When: as it asks whether it
 * may wait; while it waits; or after the wait is over and before it runs.
 * Besides, as a task asks, each of the others is cancelled. So there are ten
 * sweeps, which go by each of the first points and by ever fewer of
 * thousands.
 *
 * However it is cancelled, a run must come to its end and leave nothing:
 * tasks, timers, operations, memory, descriptors.
 *
 * That much is asked of every test that is run by RUN_IN_LOOP(), when the
 * environment has HORO_TEST_CANCEL. Its checks then do not count, but for
 * CHECK_ALWAYS() (harness.h).
 *
 * A scenario is a test for sweeps only. All its checks count, so it checks
 * what has to be true however it is cancelled: nothing lost, nothing doubled,
 * locks free at the end. And nobody in it may wait for ever: who is cancelled
 * says so to those who wait for him (closes the channel, releases the lock).
 * So one that is late by days has lost a wake-up. */
#ifndef TESTS_CANCEL_H
#define TESTS_CANCEL_H

#include <horo/task.h>
#include <stdbool.h>

/* Returns 0 when all went well, else the error, which may be -ECANCELED. */
typedef int cancel_scenario_fn(void);

#define CANCEL_SWEEP(scenario) cancel_sweep(scenario, #scenario)

void cancel_sweep(cancel_scenario_fn *scenario, const char *name);

/* Told for each run whether it was cancelled, and its result: -ETIMEDOUT when
 * it was late. */
typedef void cancel_judge_fn(bool was_cancelled, int result);

/* Sweeps fn(arg), as a test of its own. Without `judge` only coming to the end
 * is asked for: checks do not count. */
void cancel_sweep_call(horo_task_fn *fn, void *arg, const char *name,
                       cancel_judge_fn *judge);

#endif
