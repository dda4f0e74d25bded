/* Fault sweeps: a scenario is run again and again, each time with the next
 * fault point failing (src/sys/fault.h), until a run meets no failure; then
 * once more with every point failing from there on. Each run is a process of
 * its own. It must neither crash nor hang, leak neither memory nor
 * a descriptor, and return 0 or a code that its functions document. Under
 * Valgrind and emulators only every fifth point fails. */
#ifndef TESTS_SWEEP_H
#define TESTS_SWEEP_H

/* Runs a loop, propagates errors, releases everything. Returns 0 when all
 * went well, else the error. */
typedef int scenario_fn(void);

/* Sweeps as a test of its own. `codes` are the errors that are documented,
 * positive and ended by 0; -ENOMEM is everywhere. */
#define SWEEP(scenario, ...) \
    sweep(scenario, #scenario, (const int[]){ __VA_ARGS__, 0 })

void sweep(scenario_fn *scenario, const char *name, const int *codes);

/* Prints which fault points have been hit so far. */
void sweep_report(void);

#endif
