/* `horo toyweb`: a small web on loopback, good and bad, with a known truth. */
#include <getopt.h>
#include <horo/error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "census/report.h"
#include "command.h"
#include "options.h"
#include "stdio_text.h"
#include "toyweb.h"
#include "toyweb_sites.h"

static const char help[] =
    "usage: horo toyweb [OPTION...]\n"
    "\n"
    "Serves a small web on 127.0.0.0/8 until Ctrl-C: a name server for the\n"
    "names of its sites, and a web server for each, most of them sound, some\n"
    "slow, silent, closed or talking nonsense. Ports are chosen among the\n"
    "free ones and printed on standard output, one line each:\n"
    "\n"
    "  resolver 127.77.0.53:40053\n"
    "  port 40080\n"
    "\n"
    "A census of it, in another terminal:\n"
    "\n"
    "  horo toyweb --list |\n"
    "      horo census --resolver 127.77.0.53:40053 --port 40080 -\n"
    "\n"
    "or, all in one: horo census --toy\n"
    "\n"
    "  --healthy N   instead, N sites host-000000.test, ... that all answer at\n"
    "                once, for measuring\n"
    "  --list        print the names of the sites, and end\n"
    "  --expected    print each name and what a truthful census finds there: a\n"
    "                product or a kind of error, after a tab; and end\n"
    "  --truth       print what a truthful census counts, and end\n"
    "  -h, --help    print this, and end\n";

enum action { SERVE, LIST, EXPECTED, TRUTH };

struct choices {
    enum action action;
    size_t healthy;
};

static size_t count_sites(const struct choices *choices)
{
    return choices->healthy > 0 ? choices->healthy : toyweb_site_count;
}

static struct horo__record truth_of(const struct choices *choices, size_t index,
                                    char name[static 32])
{
    struct toyweb_site site;

    if (choices->healthy == 0) {
        return toyweb_site_truth(&toyweb_sites[index]);
    }
    toyweb_healthy_name(index, name);
    site = (struct toyweb_site){ .name = name,
                                 .server = toyweb_healthy_server(index) };
    return toyweb_site_truth(&site);
}

static void print_list(const struct choices *choices, struct horo__text *text)
{
    for (size_t i = 0; i < count_sites(choices); i++) {
        char name[32];
        struct horo__record truth = truth_of(choices, i, name);

        horo__text_add(text, truth.host, truth.host_size);
        if (choices->action == EXPECTED) {
            horo__text_add_string(text, "\t");
            if (truth.outcome != HORO__OUTCOME_ANSWER) {
                horo__text_add_string(text, horo__outcome_name(truth.outcome));
            } else if (truth.product_size > 0) {
                horo__text_add(text, truth.product, truth.product_size);
            } else {
                horo__text_add_string(text, "(none)");
            }
        }
        horo__text_add_string(text, "\n");
    }
}

static void print_truth(const struct choices *choices, struct horo__text *text)
{
    struct horo__counts counts;

    horo__counts_init(&counts, toyweb_site_count);
    for (size_t i = 0; i < count_sites(choices); i++) {
        char name[32];
        struct horo__record truth = truth_of(choices, i, name);

        horo__counts_add(&counts, &truth);
    }
    horo__report_table(&counts, 0, text);
    horo__text_add_string(text, "\n");
    horo__report_dict(&counts, text);
    horo__counts_fini(&counts);
}

static int print(const struct choices *choices)
{
    struct horo__text text;
    char buffer[4096];

    horo__text_init(&text, buffer, sizeof buffer, stdio_text_write, stdout);
    if (choices->action == TRUTH) {
        print_truth(choices, &text);
    } else {
        print_list(choices, &text);
    }
    return stdio_text_end("toyweb", &text);
}

static void print_place(void *arg, const struct toyweb_place *place)
{
    (void)arg;
    printf("resolver %s\nport %u\n", place->resolver, place->port);
    fflush(stdout);
    fputs("horo toyweb: serving; Ctrl-C ends it\n", stderr);
}

static int serve(const struct choices *choices)
{
    const struct toyweb_options options = {
        .healthy = choices->healthy,
        .ready = print_place,
        .lifeline = -1,
    };
    int rc = toyweb_serve(&options);

    if (rc < 0) {
        fprintf(stderr, "horo toyweb: cannot serve: %s\n", horo_strerror(rc));
        return COMMAND_FAILED;
    }
    return COMMAND_DONE;
}

/* Returns -1 to go on, or an exit code. */
static int read_options(int argument_count, char **arguments,
                        struct choices *choices)
{
    enum { HEALTHY = 256 };
    int action = SERVE, option;
    const struct option options[] = {
        { "healthy", required_argument, NULL, HEALTHY },
        { "list", no_argument, &action, LIST },
        { "expected", no_argument, &action, EXPECTED },
        { "truth", no_argument, &action, TRUTH },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    uint64_t number;

    while ((option = getopt_long(argument_count, arguments, "h", options,
                                 NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return COMMAND_DONE;
        }
        if (option == HEALTHY) {
            if (!option_number(optarg, 1, 100000000, &number)) {
                option_complain("toyweb", "--healthy", optarg,
                                "a number from 1 to 100000000");
                return COMMAND_MISUSED;
            }
            choices->healthy = number;
        } else if (option != 0) {
            fputs("`horo toyweb --help` lists the options\n", stderr);
            return COMMAND_MISUSED;
        }
    }
    if (optind < argument_count) {
        fprintf(stderr, "horo toyweb: no argument is expected, not '%s'\n",
                arguments[optind]);
        return COMMAND_MISUSED;
    }
    choices->action = (enum action)action;
    return -1;
}

int command_toyweb(int argument_count, char **arguments)
{
    struct choices choices = { 0 };
    int code = read_options(argument_count, arguments, &choices);

    if (code >= 0) {
        return code;
    }
    return choices.action == SERVE ? serve(&choices) : print(&choices);
}
