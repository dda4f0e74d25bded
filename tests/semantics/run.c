/* horo_run: results, errors, options, Ctrl-C. */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static int give(void *arg)
{
    return *(int *)arg;
}

static int give_zero(void *arg)
{
    (void)arg;
    return 0;
}

/* --- results --- */

static void the_main_task_s_result_is_returned(void)
{
    static int results[] = { 0, 7, -EIO, -ECANCELED, INT32_MAX, INT32_MIN };

    for (int i = 0; i < 6; i++) {
        CHECK_CODE(run_loop(give, &results[i], NULL), results[i]);
    }
}

static int note_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    note("%s", (const char *)arg);
    return 0;
}

static int leave_a_task(void *arg)
{
    CHECK_CODE(horo_spawn(horo_scope_self(), note_later, arg, NULL), 0);
    return 7;
}

static void the_loop_ends_after_the_last_task(void)
{
    struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };

    CHECK_CODE(horo_run(leave_a_task, "last", &virtual), 7);
    CHECK_NOTES("last");
}

static int fail_later(void *arg)
{
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    return *(int *)arg;
}

static int leave_a_task_that_fails(void *arg)
{
    CHECK_CODE(horo_spawn(horo_scope_self(), fail_later, arg, NULL), 0);
    return 7;
}

static void a_failure_among_the_last_tasks_is_not_lost(void)
{
    struct horo_loop_options virtual = { .clock = HORO_CLOCK_VIRTUAL };
    int failure = -EIO;

    CHECK_CODE(horo_run(leave_a_task_that_fails, &failure, &virtual), -EIO);
}

static int note_name(void *arg)
{
    (void)arg;
    note("%s", horo_task_name(horo_task_self()));
    return 0;
}

static void the_main_task_bears_its_function_s_name(void)
{
    CHECK_CODE(horo_run(note_name, NULL, NULL), 0);
    CHECK_NOTES("note_name");
}

/* --- errors --- */

static int run_another(void *arg)
{
    struct horo_loop *loop = horo_loop_self();
    int rc = horo_run(give_zero, NULL, arg);

    CHECK(horo_loop_self() == loop);
    CHECK_CODE(horo_yield(), 0);
    return rc;
}

static void a_loop_in_a_loop_is_refused(void)
{
    CHECK_CODE(run_loop(run_another, NULL, NULL), -HORO_EBUSYLOOP);
}

static void an_unknown_backend_is_refused(void)
{
    char *forced = getenv("HORO_BACKEND");
    char *saved = forced ? strdup(forced) : NULL;

    CHECK(unsetenv("HORO_BACKEND") == 0);
    CHECK_CODE(horo_run(give_zero, NULL,
                        &(struct horo_loop_options){ .backend = "kqueue" }),
               -HORO_EBACKEND);
    CHECK_CODE(
        horo_run(give_zero, NULL, &(struct horo_loop_options){ .backend = "" }),
        -HORO_EBACKEND);
    CHECK_CODE(horo_run(give_zero, NULL, NULL), 0);
    if (saved) {
        CHECK(setenv("HORO_BACKEND", saved, 1) == 0);
        free(saved);
    }
}

static int note_backend(void *arg)
{
    (void)arg;
    note("%s", horo_loop_backend(horo_loop_self()));
    return 0;
}

static int in_environment(void *arg)
{
    const char *const *setting = arg;
    int rc;

    CHECK(setenv("HORO_BACKEND", setting[0], 1) == 0);
    CHECK(setenv("HORO_CLOCK", setting[1], 1) == 0);
    rc = horo_run(give_zero, NULL,
                  &(struct horo_loop_options){ .backend = "epoll" });
    return rc == -HORO_EBACKEND ? 1 : rc == -HORO_ECLOCK ? 2 : 0;
}

static void the_environment_has_the_last_word(void)
{
    static const char *const settings[][3] = {
        /* backend, clock, exit status of in_environment() */
        { "epoll", "real", "0" },    { "epoll", "virtual", "0" },
        { "epoll", "", "0" },        { "", "", "0" },
        { "epoll", "sundial", "2" }, { "kqueue", "", "1" },
        { "Epoll", "", "1" },
    };

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        struct child_end end;

        run_child(in_environment, (void *)settings[i], &end);
        CHECK(WIFEXITED(end.status));
        CHECK_NUMBER(WEXITSTATUS(end.status), atoi(settings[i][2]));
    }
}

static void the_backend_can_be_chosen_and_asked(void)
{
    char *forced = getenv("HORO_BACKEND");
    struct horo_loop_options options = { .backend = "epoll" };

    CHECK_CODE(horo_run(note_backend, NULL, &options), 0);
    CHECK_TEXT(take_notes(), forced && *forced ? forced : "epoll");
}

static int sleep_a_year(void *arg)
{
    (void)arg;
    return horo_sleep(HORO_S(86400 * 365));
}

static void the_virtual_clock_passes_years_at_once(void)
{
    CHECK_CODE(run_loop(sleep_a_year, NULL, NULL), 0);
}

static void a_default_stack_size_that_is_too_large_is_refused(void)
{
    struct horo_loop_options options = { .stack_size = (8 << 20) + 1 };

    CHECK_CODE(horo_run(give_zero, NULL, &options), -EINVAL);
    options.stack_size = 8 << 20;
    CHECK_CODE(horo_run(give_zero, NULL, &options), 0);
    options.stack_size = 1;
    CHECK_CODE(horo_run(give_zero, NULL, &options), 0);
}

static int foreign_spawn_result;

static void *spawn_from_elsewhere(void *arg)
{
    foreign_spawn_result = horo_spawn(arg, give_zero, NULL, NULL);
    return NULL;
}

struct foreign {
    struct horo_scope *scope;
    int result;
};

static int spawn_into_foreign(void *arg)
{
    struct foreign *foreign = arg;

    foreign->result = horo_spawn(foreign->scope, give_zero, NULL, NULL);
    return 0;
}

static void *run_foreign_loop(void *arg)
{
    (void)horo_run(spawn_into_foreign, arg,
                   &(struct horo_loop_options){ .clock = HORO_CLOCK_VIRTUAL });
    return NULL;
}

static void a_scope_of_another_loop_is_refused(void)
{
    struct horo_scope scope;
    struct foreign foreign = { &scope, 1 };
    pthread_t thread;

    CHECK_CODE(horo_scope_open(&scope, NULL), 0);
    CHECK_NUMBER(pthread_create(&thread, NULL, run_foreign_loop, &foreign), 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    CHECK_CODE(foreign.result, -HORO_EOTHERLOOP);
    CHECK_NUMBER(pthread_create(&thread, NULL, spawn_from_elsewhere, &scope),
                 0);
    CHECK_NUMBER(pthread_join(thread, NULL), 0);
    CHECK_CODE(foreign_spawn_result, -HORO_ENOTASK);
    CHECK_CODE(horo_scope_close(&scope, 0), 0);
}

static int count_to(void *arg)
{
    int *left = arg;

    while (*left > 0) {
        --*left;
        CHECK_CODE(horo_sleep(HORO_MS(1)), 0);
    }
    return 0;
}

static void *run_own_loop(void *arg)
{
    struct horo_loop_options options = { .clock = HORO_CLOCK_VIRTUAL };

    (void)horo_run(count_to, arg, &options);
    return NULL;
}

static void every_thread_can_have_a_loop(void)
{
    pthread_t threads[4];
    int left[4];

    for (int i = 0; i < 4; i++) {
        left[i] = 1000;
        CHECK_NUMBER(pthread_create(&threads[i], NULL, run_own_loop, &left[i]),
                     0);
    }
    for (int i = 0; i < 4; i++) {
        CHECK_NUMBER(pthread_join(threads[i], NULL), 0);
        CHECK_NUMBER(left[i], 0);
    }
}

/* --- Ctrl-C --- */

static int interrupt_self(void *arg)
{
    struct horo_scope cleanup;
    int rc;

    (void)arg;
    CHECK(raise(SIGINT) == 0);
    rc = horo_sleep(HORO_S(1000));
    CHECK_CODE(rc, -ECANCELED);
    CHECK_CODE(horo_scope_open(&cleanup,
                               &(struct horo_scope_options){
                                   .shield = true, .timeout = HORO_S(10) }),
               0);
    CHECK_CODE(horo_sleep(HORO_S(1)), 0);
    CHECK_CODE(horo_scope_close(&cleanup, 0), 0);
    note("cleaned up");
    return rc;
}

static void the_first_interrupt_cancels_the_main_task(void)
{
    struct sigaction after;

    CHECK_CODE(run_loop(interrupt_self, NULL, NULL), -ECANCELED);
    CHECK_NOTES("cleaned up");
    CHECK(sigaction(SIGINT, NULL, &after) == 0);
    CHECK(after.sa_handler == SIG_DFL);
}

static int interrupt_and_end(void *arg)
{
    (void)arg;
    CHECK(raise(SIGINT) == 0);
    return 7;
}

static void an_interrupt_too_late_does_no_harm(void)
{
    if (HARNESS_TSAN) {
        skip("ThreadSanitizer delivers the signal later still");
        return;
    }
    CHECK_CODE(run_loop(interrupt_and_end, NULL, NULL), 7);
}

static int interrupt_parent_asleep(void *arg)
{
    pid_t sender = fork();
    int rc;

    if (sender == 0) {
        _exit(kill(getppid(), SIGINT) == 0 ? 0 : 1);
    }
    rc = horo_sleep(INT64_MAX); /* without a timer: in the kernel */
    CHECK_NUMBER(waitpid(sender, arg, 0), sender);
    return rc;
}

static void an_interrupt_wakes_a_sleeping_loop(void)
{
    int status = -1;

    if (skip_if_deaf()) {
        return;
    }
    CHECK_CODE(run_loop(interrupt_parent_asleep, &status, NULL), -ECANCELED);
    CHECK_NUMBER(status, 0);
}

static int ignore_interrupts(void *arg)
{
    (void)arg;
    (void)raise(SIGINT);
    (void)horo_sleep(HORO_S(1000));
    (void)raise(SIGINT);
    return 0;
}

static int run_deaf(void *arg)
{
    return horo_run(ignore_interrupts, arg, NULL);
}

static void the_second_interrupt_ends_the_program(void)
{
    struct child_end end;

    run_child(run_deaf, NULL, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGINT);
}

static int run_keeping(void *arg)
{
    struct horo_loop_options options = { .keep_sigint = true };

    return horo_run(ignore_interrupts, arg, &options);
}

static void keep_sigint_leaves_it_alone(void)
{
    struct child_end end;

    run_child(run_keeping, NULL, &end);
    CHECK(WIFSIGNALED(end.status));
    CHECK_NUMBER(WTERMSIG(end.status), SIGINT);
}

static volatile sig_atomic_t caught;

static void catch_it(int number)
{
    (void)number;
    caught++;
}

static int interrupt_twice(void *arg)
{
    (void)arg;
    CHECK(raise(SIGINT) == 0);
    CHECK(raise(SIGINT) == 0);
    return horo_yield();
}

static void a_program_s_own_handler_is_left_alone(void)
{
    caught = 0;
    CHECK(signal(SIGINT, catch_it) != SIG_ERR);
    CHECK_CODE(run_loop(interrupt_twice, NULL, NULL), 0);
    CHECK_NUMBER(caught, 2);
    CHECK(signal(SIGINT, SIG_DFL) == catch_it);
}

static void catch_once(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    catch_it(number);
}

/* SIGINT then has its default action, with flags that are still those of the
 * handler. */
static void a_handler_of_the_program_s_that_was_reset_counts_no_more(void)
{
    struct sigaction once = { .sa_sigaction = catch_once,
                              .sa_flags = SA_SIGINFO | SA_RESETHAND };

    caught = 0;
    CHECK(sigaction(SIGINT, &once, NULL) == 0);
    CHECK(raise(SIGINT) == 0);
    CHECK_NUMBER(caught, 1);
    CHECK_CODE(run_loop(interrupt_self, NULL, NULL), -ECANCELED);
    CHECK_NOTES("cleaned up");
}

int main(void)
{
    RUN(the_main_task_s_result_is_returned);
    RUN(the_loop_ends_after_the_last_task);
    RUN(a_failure_among_the_last_tasks_is_not_lost);
    RUN(the_main_task_bears_its_function_s_name);
    RUN(a_loop_in_a_loop_is_refused);
    RUN(an_unknown_backend_is_refused);
    RUN(the_environment_has_the_last_word);
    RUN(the_backend_can_be_chosen_and_asked);
    RUN(the_virtual_clock_passes_years_at_once);
    RUN(a_default_stack_size_that_is_too_large_is_refused);
    RUN_IN_LOOP(a_scope_of_another_loop_is_refused);
    RUN(every_thread_can_have_a_loop);
    RUN(the_first_interrupt_cancels_the_main_task);
    RUN(an_interrupt_too_late_does_no_harm);
    RUN(an_interrupt_wakes_a_sleeping_loop);
    RUN(the_second_interrupt_ends_the_program);
    RUN(keep_sigint_leaves_it_alone);
    RUN(a_program_s_own_handler_is_left_alone);
    RUN(a_handler_of_the_program_s_that_was_reset_counts_no_more);
    return tap_end();
}
