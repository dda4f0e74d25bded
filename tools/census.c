/* `horo census`: asks many hosts which web server they run, and counts. */
#include <errno.h>
#include <fcntl.h>
#include <horo/error.h>
#include <horo/loop.h>
#include <horo/resolver.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "census/report.h"
#include "census/run.h"
#include "census_input.h"
#include "census_options.h"
#include "census_output.h"
#include "command.h"
#include "console.h"
#include "stdio_text.h"
#include "toyweb.h"

/* Different products that are told apart. */
#define PRODUCT_LIMIT 10000

/* Descriptors that are not connections: files, sockets of the resolver. */
#define OTHER_FILES 32

/* After Ctrl-C, so long may counting the hosts that are left take. */
#define COUNTING_LIMIT HORO_MS(400)

#define PROGRESS_DELAY HORO_S(2)
#define PROGRESS_INTERVAL HORO_MS(200)

struct census {
    struct census_options options;
    struct console console;
    struct census_input input;
    struct horo__counts counts;
    struct horo__census run;
    struct toyweb_child toy;
    horo_time began;
    horo_time ended;
    bool is_interrupted;
    int write_failure; /* of the output */

    FILE *report_file;           /* for formats other than JSONL */
    struct census_output output; /* for JSONL */
    int output_fd;               /* until the output takes it over */
    struct horo__text lines;     /* on its way to the output */
    char line_buffer[4096];
};

/* --- while it runs --- */

static void record(void *arg, const struct horo__record *record)
{
    struct census *census = arg;

    horo__counts_add(&census->counts, record);
    if (census->options.format == CENSUS_JSONL) {
        horo__record_write_json(record, &census->lines);
        horo__text_flush(&census->lines);
    }
}

/* Hosts are read only while there is room for their records. */
static int next_target(void *arg, struct horo__target *ret_target)
{
    struct census *census = arg;

    if (census->options.format == CENSUS_JSONL) {
        int rc = census_output_wait(&census->output);
        if (rc < 0) {
            return rc;
        }
    }
    return census_input_next(&census->input, ret_target);
}

static int show_progress(void *arg)
{
    struct census *census = arg;
    horo_time interval =
        census->console.is_terminal ? PROGRESS_INTERVAL : PROGRESS_DELAY;
    int rc = horo_sleep(PROGRESS_DELAY);

    while (rc == 0) {
        const struct horo__census *run = &census->run;

        console_status(
            &census->console,
            "%llu hosts done, %llu being asked, %llu answered, %lld s",
            (unsigned long long)run->finished,
            (unsigned long long)(run->started - run->finished),
            (unsigned long long)census->counts.outcomes[HORO__OUTCOME_ANSWER],
            (long long)((horo_now() - census->began) / HORO_S(1)));
        rc = horo_sleep(interval);
    }
    return 0;
}

static bool wants_progress(const struct census *census)
{
    switch (census->options.progress) {
    case CENSUS_AUTO:
        /* Records on the same terminal are progress enough. */
        return census->console.is_terminal && !census->options.is_quiet &&
               (census->options.format != CENSUS_JSONL ||
                census->options.output || isatty(STDOUT_FILENO) != 1);
    case CENSUS_ALWAYS:
        return true;
    case CENSUS_NEVER:
        break;
    }
    return false;
}

/* Asks all hosts, with the progress beside it. */
static int ask_all(struct census *census)
{
    struct horo_scope scope;
    int rc = horo_scope_open(&scope, NULL);

    if (rc == 0 && wants_progress(census)) {
        rc = horo_spawn(&scope, show_progress, census, NULL);
    }
    if (rc == 0) {
        rc = horo__census_run(&census->run);
    }
    /* The progress never ends by itself. That it did not fail is known. */
    horo_scope_cancel(&scope);
    (void)horo_scope_close(&scope, rc);
    return rc;
}

static int configure_resolver(struct census *census)
{
    const struct census_options *options = &census->options;
    const struct horo_resolver_options resolver = {
        .servers = options->resolver,
        .no_hosts_file = options->resolver != NULL,
        .no_search = true, /* names in a census are whole */
        /* Time for three tries, at 0, 1/6 and 3/6 of a host's time limit: in a
         * large census a datagram is lost now and then. */
        .timeout = options->timeout / 6,
        .tries = 3,
    };
    int rc = horo_resolver_configure(&resolver);

    if (rc == -ENOSYS) {
        return 0; /* there still are addresses to ask */
    }
    if (rc == -EINVAL) {
        console_fail(&census->console,
                     "--resolver %s: ADDRESS[:PORT], separated by commas, is "
                     "needed",
                     options->resolver ? options->resolver : "");
    }
    return rc;
}

/* The main task. */
static int take_census(void *arg)
{
    struct census *census = arg;
    bool is_jsonl = census->options.format == CENSUS_JSONL;
    struct horo_scope scope;
    int rc;

    rc = configure_resolver(census);
    if (rc < 0) {
        return rc;
    }
    census->began = horo_now();
    rc = horo_scope_open(&scope, NULL);
    if (rc == 0 && is_jsonl) {
        rc = census_output_start(&census->output, census->output_fd, &scope);
        census->output_fd = -1;
    }
    if (rc == 0) {
        rc = ask_all(census);
    }
    if (rc == -ECANCELED && census->output.failure == 0) {
        census->is_interrupted = true;
        census->counts.not_asked += census_input_count(
            &census->input, COUNTING_LIMIT, &census->counts.more_unread);
    }
    if (is_jsonl) {
        census_output_end(&census->output);
    }
    rc = horo_scope_close(&scope, rc);
    census->write_failure = census_output_fini(&census->output);
    census_input_close(&census->input); /* its streams belong to the loop */
    census->ended = horo_now();
    return rc;
}

/* --- before --- */

/* Each host being asked needs a descriptor. Raises the soft limit; lowers the
 * concurrency, saying so, where that is not enough. */
static void fit_to_files(struct census *census)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) {
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= census->options.concurrency + OTHER_FILES) {
        return;
    }
    census->options.concurrency =
        limit.rlim_cur > OTHER_FILES ? limit.rlim_cur - OTHER_FILES : 1;
    console_say(&census->console,
                "horo census: %zu hosts at a time, as no more than %llu files "
                "may be open (ulimit -n)",
                census->options.concurrency,
                (unsigned long long)limit.rlim_cur);
}

/* Output that cannot be written is better known before the census. */
static int open_output(struct census *census)
{
    const char *path = census->options.output;
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)
                  : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);

    if (fd >= 0 && census->options.format == CENSUS_JSONL) {
        census->output_fd = fd;
        return 0;
    }
    census->report_file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!census->report_file) {
        console_fail(&census->console, "%s: %s",
                     path ? path : "standard output", horo_strerror(-errno));
        if (fd >= 0) {
            close(fd);
        }
        return COMMAND_FAILED;
    }
    return 0;
}

static int start_toy(struct census *census)
{
    int rc = toyweb_start(&census->toy);

    if (rc < 0) {
        console_fail(&census->console, "cannot start the toy web: %s",
                     horo_strerror(rc));
        return COMMAND_FAILED;
    }
    census->options.resolver = census->toy.place.resolver;
    census->options.port = census->toy.place.port;
    return 0;
}

static void prepare_run(struct census *census)
{
    const struct census_options *options = &census->options;

    census->run = (struct horo__census){
        .probe = {
            .timeout = options->timeout,
            .port = options->port,
            .user_agent = options->user_agent,
        },
        .concurrency = options->concurrency,
        .source = next_target,
        .source_arg = census,
        .report = record,
        .report_arg = census,
    };
    horo__text_init(&census->lines, census->line_buffer,
                    sizeof census->line_buffer, census_output_write,
                    &census->output);
}

/* --- after --- */

static int print_report(struct census *census)
{
    enum census_format format = census->options.format;
    struct horo__text text;
    char buffer[4096];

    horo__text_init(&text, buffer, sizeof buffer, stdio_text_write,
                    census->report_file);
    if (format != CENSUS_DICT) {
        horo__report_table(&census->counts, census->options.top, &text);
    }
    if (format == CENSUS_REPORT) {
        horo__text_add_string(&text, "\n");
    }
    if (format == CENSUS_REPORT || format == CENSUS_DICT) {
        horo__report_dict(&census->counts, &text);
    }
    return stdio_text_end("census", &text);
}

/* The table of a JSONL census, for whoever watches. */
static void print_summary(struct census *census)
{
    struct horo__text text;
    char buffer[4096];

    horo__text_init(&text, buffer, sizeof buffer, stdio_text_write, stderr);
    horo__report_table(&census->counts, census->options.top, &text);
    (void)stdio_text_end("census", &text); /* standard error has no other */
}

static int conclude(struct census *census, int rc)
{
    uint64_t total = horo__counts_total(&census->counts);
    double seconds = (double)(census->ended - census->began) / 1e9;
    int code = COMMAND_DONE;

    console_clear(&census->console);
    if (census->write_failure == -EPIPE) {
        /* Whoever read has seen enough: end as other filters do. */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    if (rc < 0) {
        if (census->write_failure < 0) {
            console_fail(&census->console, "cannot write: %s",
                         horo_strerror(census->write_failure));
        } else if (rc != -EINVAL) { /* which was explained */
            console_fail(&census->console, "%s", horo_strerror(rc));
        }
        return rc == -EINVAL ? COMMAND_MISUSED : COMMAND_FAILED;
    }
    console_say(&census->console, "%llu host%s in %.1f s%s",
                (unsigned long long)total, total == 1 ? "" : "s", seconds,
                census->is_interrupted ? ", interrupted" : "");
    if (census->options.format != CENSUS_JSONL) {
        code = print_report(census);
    } else if (!census->options.is_quiet) {
        print_summary(census);
    }
    if (census->is_interrupted) {
        return COMMAND_INTERRUPTED;
    }
    if (total > 0 &&
        census->counts.outcomes[HORO__OUTCOME_INPUT_INVALID] == total) {
        console_fail(&census->console, "the input names no host to ask");
        return COMMAND_FAILED;
    }
    return code;
}

static int run(struct census *census)
{
    int code, rc;

    fit_to_files(census);
    code = open_output(census);
    if (code != 0) {
        return code;
    }
    rc = census_input_open(&census->input, &census->options, &census->console,
                           record, census);
    if (rc == -ENOENT) {
        console_fail(&census->console, "no input can be read");
        return COMMAND_FAILED;
    }
    if (rc == 0) {
        prepare_run(census);
        rc = horo_run(take_census, census, NULL);
    }
    if (census->is_interrupted && rc == -ECANCELED) {
        rc = 0;
    }
    return conclude(census, rc);
}

int command_census(int argument_count, char **arguments)
{
    struct census census = { .output_fd = -1, .toy.process = -1 };
    int code = census_options_read(argument_count, arguments, &census.options);

    console_init(&census.console, "census");
    census.console.is_quiet = census.options.is_quiet;
    horo__counts_init(&census.counts, PRODUCT_LIMIT);
    if (code < 0 && census.options.is_toy) {
        code = start_toy(&census);
        code = code == 0 ? -1 : code;
    }
    if (code < 0) {
        code = run(&census);
    }

    census_input_close(&census.input);
    if (census.output_fd >= 0) {
        close(census.output_fd);
    }
    if (census.report_file && fclose(census.report_file) != 0 &&
        code == COMMAND_DONE) {
        console_fail(&census.console, "cannot write: %s",
                     horo_strerror(-errno));
        code = COMMAND_FAILED;
    }
    if (census.toy.process > 0) {
        toyweb_stop(&census.toy);
    }
    horo__counts_fini(&census.counts);
    census_options_fini(&census.options);
    return code;
}
