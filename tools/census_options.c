/* The command line of `horo census`. */
#include "census_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "census/probe.h"
#include "command.h"
#include "options.h"

#define DEFAULT_CONCURRENCY 100
#define DEFAULT_TIMEOUT HORO_S(10)
#define TOY_TIMEOUT HORO_S(2)
#define DEFAULT_TOP 40
#define CONCURRENCY_LIMIT 1000000

static const char help[] =
    "usage: horo census [OPTION...] [HOST...]\n"
    "\n"
    "Asks each host which web server it runs, many hosts at a time, and counts\n"
    "the answers. Every host is counted once: as a product, as (none) when it\n"
    "answers without a Server header, or as a kind of error.\n"
    "\n"
    "  horo census example.org example.net:8080\n"
    "  horo census -f hosts.txt\n"
    "  zcat top-1m.csv.gz | horo census -c 1000 --format jsonl - > top-1m.jsonl\n"
    "  horo census --toy                      without the internet\n"
    "\n"
    "Which hosts\n"
    "  HOST                  a name, an address, or an http:// URL, of which host\n"
    "                        and port count: example.org, example.org:8080,\n"
    "                        192.0.2.1:80, 2001:db8::1, [2001:db8::1]:8080\n"
    "  -                     hosts from standard input\n"
    "  -f, --file FILE       hosts from FILE, one to a line; may be repeated.\n"
    "                        Blank lines and what follows a # are skipped. Lines\n"
    "                        of rank lists (Tranco), `12,example.org`, will do.\n"
    "                        A line that cannot be read is reported as FILE:LINE\n"
    "                        and counted as input.invalid.\n"
    "      --toy             a toy web on loopback, started for this run; without\n"
    "                        hosts, all of its sites\n"
    "\n"
    "How they are asked\n"
    "  -c, --concurrency N   at most N hosts at a time (default 100)\n"
    "  -t, --timeout SECONDS for each host, from its name to the end of the\n"
    "                        response's head; fractions allowed (default 10; with\n"
    "                        --toy 2)\n"
    "  -p, --port PORT       for hosts that name none (default 80)\n"
    "  -r, --resolver ADDRESS[:PORT][,...]\n"
    "                        ask these name servers, and neither the system's nor\n"
    "                        /etc/hosts\n"
    "  -u, --user-agent TEXT who asks (default horo-census/" HORO_VERSION
    "); for a large\n"
    "                        census put an address for complaints here\n"
    "\n"
    "What is printed\n"
    "  -F, --format report   a table, then a line {'nginx': 31, ...} (default)\n"
    "               table    the table only\n"
    "               dict     the line only, a Python dictionary\n"
    "               jsonl    a line of JSON for each host as it is done; the\n"
    "                        table goes to standard error\n"
    "  -o, --output FILE     to FILE instead of standard output\n"
    "  -n, --top N           at most N products in the table, 0 for all\n"
    "                        (default 40)\n"
    "      --progress WHEN   auto (on a terminal, after 2 seconds), always, never\n"
    "  -q, --quiet           nothing on standard error, unless the run fails\n"
    "  -h, --help            this\n"
    "\n"
    "Ctrl-C ends the census and prints what is known so far.\n"
    "\n"
    "Exit codes: 0 the census was taken, whatever hosts answered; 1 it could not\n"
    "be: no input could be read, or no output written; 2 a wrong option;\n"
    "130 Ctrl-C.\n";

/* Complains, and returns the exit code for it. */
static int refuse(const char *option, const char *value, const char *needed)
{
    option_complain("census", option, value, needed);
    return COMMAND_MISUSED;
}

/* The place of `word` among `words`, which NULL ends; -1 when it is none. */
static int find_word(const char *word, const char *const *words)
{
    for (int i = 0; words[i]; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static int read_format(const char *value, struct census_options *options)
{
    static const char *const words[] = {
        [CENSUS_REPORT] = "report",
        [CENSUS_TABLE] = "table",
        [CENSUS_DICT] = "dict",
        [CENSUS_JSONL] = "jsonl",
        NULL,
    };
    int index = find_word(value, words);

    if (index < 0) {
        return refuse("--format", value, "report, table, dict or jsonl");
    }
    options->format = (enum census_format)index;
    return -1;
}

static int read_progress(const char *value, struct census_options *options)
{
    static const char *const words[] = {
        [CENSUS_AUTO] = "auto",
        [CENSUS_ALWAYS] = "always",
        [CENSUS_NEVER] = "never",
        NULL,
    };
    int index = find_word(value, words);

    if (index < 0) {
        return refuse("--progress", value, "auto, always or never");
    }
    options->progress = (enum census_progress)index;
    return -1;
}

static int read_count(const char *option, const char *value, uint64_t least,
                      uint64_t most, size_t *ret_count)
{
    char needed[64];
    uint64_t number;

    if (!option_number(value, least, most, &number)) {
        snprintf(needed, sizeof needed, "a number from %llu to %llu",
                 (unsigned long long)least, (unsigned long long)most);
        return refuse(option, value, needed);
    }
    *ret_count = number;
    return -1;
}

static int read_port(const char *value, struct census_options *options)
{
    size_t port = 0;
    int code = read_count("--port", value, 1, UINT16_MAX, &port);

    options->port = (uint16_t)port;
    return code;
}

/* A field value of its own line: printable ASCII (RFC 9110 section 10.1.5). */
static int read_user_agent(const char *value, struct census_options *options)
{
    size_t size = strlen(value);

    for (size_t i = 0; i < size; i++) {
        if (value[i] < 0x20 || value[i] > 0x7e) {
            size = 0;
        }
    }
    if (size == 0 || size > HORO__PROBE_USER_AGENT_LIMIT) {
        return refuse("--user-agent", value,
                      "printable ASCII of 1 to 256 characters");
    }
    options->user_agent = value;
    return -1;
}

static int read_option(int option, char *value, struct census_options *options)
{
    switch (option) {
    case 'f':
        options->files[options->file_count++] = value;
        return -1;
    case 'c':
        return read_count("--concurrency", value, 1, CONCURRENCY_LIMIT,
                          &options->concurrency);
    case 't':
        return option_seconds(value, &options->timeout)
                   ? -1
                   : refuse("--timeout", value,
                            "a number of seconds above 0, at most 86400,");
    case 'p':
        return read_port(value, options);
    case 'r':
        options->resolver = value;
        return -1;
    case 'u':
        return read_user_agent(value, options);
    case 'F':
        return read_format(value, options);
    case 'o':
        options->output = value;
        return -1;
    case 'n':
        return read_count("--top", value, 0, UINT32_MAX, &options->top);
    case 'P':
        return read_progress(value, options);
    case 'q':
        options->is_quiet = true;
        return -1;
    case 'T':
        options->is_toy = true;
        return -1;
    case 'h':
        fputs(help, stdout);
        return COMMAND_DONE;
    }
    fputs("`horo census --help` lists the options\n", stderr);
    return COMMAND_MISUSED;
}

static const struct option long_options[] = {
    { "file", required_argument, NULL, 'f' },
    { "concurrency", required_argument, NULL, 'c' },
    { "timeout", required_argument, NULL, 't' },
    { "port", required_argument, NULL, 'p' },
    { "resolver", required_argument, NULL, 'r' },
    { "user-agent", required_argument, NULL, 'u' },
    { "format", required_argument, NULL, 'F' },
    { "output", required_argument, NULL, 'o' },
    { "top", required_argument, NULL, 'n' },
    { "progress", required_argument, NULL, 'P' },
    { "quiet", no_argument, NULL, 'q' },
    { "toy", no_argument, NULL, 'T' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

/* What the options together must not be. */
static int check(struct census_options *options)
{
    if (options->timeout == 0) {
        options->timeout = options->is_toy ? TOY_TIMEOUT : DEFAULT_TIMEOUT;
    }
    if (options->is_toy && (options->resolver || options->port > 0)) {
        fputs("horo census: --toy brings its own --resolver and --port\n",
              stderr);
        return COMMAND_MISUSED;
    }
    if (options->host_count == 0 && options->file_count == 0 &&
        !options->is_toy) {
        fputs("horo census: no hosts: name some, or a file of them with -f, "
              "or - for\nstandard input; `horo census --help` tells more\n",
              stderr);
        return COMMAND_MISUSED;
    }
    if (options->port == 0) {
        options->port = 80;
    }
    return -1;
}

/* Arguments are hosts, but for "-". */
static void take_arguments(int count, char **arguments,
                           struct census_options *options)
{
    options->hosts = arguments;
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "-") == 0) {
            options->files[options->file_count++] = "-";
        } else {
            options->hosts[options->host_count++] = arguments[i];
        }
    }
}

int census_options_read(int argument_count, char **arguments,
                        struct census_options *options)
{
    int option;

    *options = (struct census_options){
        .concurrency = DEFAULT_CONCURRENCY,
        .user_agent = "horo-census/" HORO_VERSION,
        .top = DEFAULT_TOP,
        .files = calloc((size_t)argument_count, sizeof *options->files),
    };
    if (!options->files) {
        fputs("horo census: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    while ((option = getopt_long(argument_count, arguments,
                                 "f:c:t:p:r:u:F:o:n:qh", long_options, NULL)) !=
           -1) {
        int code = read_option(option, optarg, options);
        if (code >= 0) {
            return code;
        }
    }
    take_arguments(argument_count - optind, arguments + optind, options);
    return check(options);
}

void census_options_fini(struct census_options *options)
{
    free(options->files);
    *options = (struct census_options){ 0 };
}
