/* Reading hosts as they are needed, however many there are. */
#include "census_input.h"

#include <errno.h>
#include <fcntl.h>
#include <horo/error.h>
#include <horo/scope.h>
#include <horo/stream.h>
#include <horo/task.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "toyweb_sites.h"

/* So many lines are complained about; the others are only counted. */
#define COMPLAINT_LIMIT 20

/* --- files --- */

static int open_file(struct census_file *file, const char *path)
{
    struct stat status;

    if (strcmp(path, "-") == 0) {
        file->name = "standard input";
        file->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    } else {
        file->name = path;
        file->fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (file->fd < 0) {
        return -errno;
    }
    if (fstat(file->fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(file->fd);
        file->fd = -1;
        return -EISDIR;
    }
    return 0;
}

int census_input_open(struct census_input *input,
                      const struct census_options *options,
                      struct console *console, horo__record_fn *report,
                      void *report_arg)
{
    size_t usable = options->host_count + (options->is_toy ? 1 : 0);

    *input = (struct census_input){
        .options = options,
        .console = console,
        .report = report,
        .report_arg = report_arg,
        .file_count = options->file_count,
        .files = calloc(options->file_count + 1, sizeof *input->files),
        .buffer = malloc(CENSUS_LINE_LIMIT),
    };
    if (!input->files || !input->buffer) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < input->file_count; i++) {
        int rc = open_file(&input->files[i], options->files[i]);

        if (rc < 0) {
            console_fail(console, "%s: %s", input->files[i].name,
                         horo_strerror(rc));
        } else {
            usable++;
        }
    }
    return usable > 0 ? 0 : -ENOENT;
}

void census_input_close(struct census_input *input)
{
    horo_stream_close(&input->stream);
    for (size_t i = input->next_file; i < input->file_count; i++) {
        if (input->files[i].fd >= 0) {
            close(input->files[i].fd);
        }
    }
    free(input->files);
    free(input->buffer);
    *input = (struct census_input){ 0 };
}

/* Begins with the next file that could be opened. Returns 1, 0 after the last,
 * or a negative code. */
static int begin_file(struct census_input *input)
{
    while (input->next_file < input->file_count) {
        struct census_file *file = &input->files[input->next_file];
        int rc;

        if (file->fd < 0) {
            input->next_file++;
            continue;
        }
        rc = horo_stream_open_fd(file->fd, &input->stream);
        if (rc < 0) {
            return rc;
        }
        input->next_file++;
        input->name = file->name;
        horo__lines_init(&input->lines, input->buffer, CENSUS_LINE_LIMIT);
        return 1;
    }
    return 0;
}

/* --- lines --- */

static void complain(struct census_input *input, const char *where,
                     uint64_t number, const char *what)
{
    input->complaints++;
    if (input->complaints <= COMPLAINT_LIMIT) {
        console_say(input->console, "%s%s%llu: %s", where,
                    strcmp(where, "argument") == 0 ? " " : ":",
                    (unsigned long long)number, what);
    } else if (input->complaints == COMPLAINT_LIMIT + 1) {
        console_say(input->console,
                    "further lines that cannot be read are only counted");
    }
}

/* A line that names no host is a record of its own. */
static void refuse(struct census_input *input, const char *where,
                   uint64_t number, const char *line, size_t size,
                   const char *why)
{
    const struct horo__record record = {
        .host = line,
        .host_size = size,
        .outcome = HORO__OUTCOME_INPUT_INVALID,
    };

    if (!input->is_counting) {
        complain(input, where, number, why);
        input->report(input->report_arg, &record);
    }
}

static int read_target(struct census_input *input, const char *where,
                       uint64_t number, const char *line, size_t size,
                       struct horo__target *ret_target)
{
    char buffer[HORO__TARGET_FAULT_SIZE];
    struct horo__text fault;
    int rc;

    horo__text_init(&fault, buffer, sizeof buffer, NULL, NULL);
    rc = horo__target_parse(line, size, ret_target, &fault);
    if (rc < 0) {
        refuse(input, where, number, line, size, horo__text_string(&fault));
        return 0;
    }
    return rc;
}

/* Reads more bytes of the current file; closes it at its end. A file that
 * fails in the middle is told and left. Negative: cancelled. */
static int read_more(struct census_input *input)
{
    size_t room;
    char *place;
    ssize_t got;

    if (input->lines.is_ended) {
        horo_stream_close(&input->stream);
        return 0;
    }
    place = horo__lines_room(&input->lines, &room);
    got = horo_stream_read(input->stream, place, room);
    if (got == -ECANCELED) {
        return -ECANCELED;
    }
    if (got < 0) {
        console_fail(input->console, "%s: after line %llu: %s", input->name,
                     (unsigned long long)input->lines.number,
                     horo_strerror((int)got));
        horo_stream_close(&input->stream);
        return 0;
    }
    horo__lines_added(&input->lines, (size_t)got);
    return 0;
}

/* The next target of the current file. Returns 1; 0 once it is closed; or
 * -ECANCELED. */
static int next_in_file(struct census_input *input,
                        struct horo__target *ret_target)
{
    while (input->stream) {
        const char *line = "";
        size_t size = 0;
        int rc = horo__lines_next(&input->lines, &line, &size);

        if (rc == 1) {
            rc = read_target(input, input->name, input->lines.number, line,
                             size, ret_target);
            if (rc == 1) {
                return 1;
            }
        } else if (rc == -EMSGSIZE) {
            refuse(input, input->name, input->lines.number, line, size,
                   "a line of more than 65536 bytes");
        } else {
            rc = read_more(input);
            if (rc < 0) {
                return rc;
            }
        }
    }
    return 0;
}

/* --- all of it --- */

static int next_argument(struct census_input *input,
                         struct horo__target *ret_target)
{
    const struct census_options *options = input->options;

    while (input->next_host < options->host_count) {
        const char *host = options->hosts[input->next_host++];

        if (read_target(input, "argument", input->next_host, host, strlen(host),
                        ret_target) == 1) {
            return 1;
        }
    }
    return 0;
}

/* Without hosts of its own, a census of the toy web asks all of it. */
static int next_toy_site(struct census_input *input,
                         struct horo__target *ret_target)
{
    const struct census_options *options = input->options;
    const char *name;

    if (!options->is_toy || options->host_count > 0 ||
        options->file_count > 0 || input->next_toy_site == toyweb_site_count) {
        return 0;
    }
    name = toyweb_sites[input->next_toy_site++].name;
    return read_target(input, "toy site", input->next_toy_site, name,
                       strlen(name), ret_target);
}

int census_input_next(void *arg, struct horo__target *ret_target)
{
    struct census_input *input = arg;
    int rc = next_argument(input, ret_target);

    if (rc == 0) {
        rc = next_toy_site(input, ret_target);
    }
    while (rc == 0) {
        if (!input->stream) {
            rc = begin_file(input);
            if (rc <= 0) {
                return rc;
            }
        }
        rc = next_in_file(input, ret_target);
    }
    return rc;
}

uint64_t census_input_count(struct census_input *input, horo_time limit,
                            bool *ret_more)
{
    const struct horo_scope_options options = { .timeout = limit,
                                                .shield = true };
    struct horo__target target;
    struct horo_scope scope;
    uint64_t count = 0;
    int rc = horo_scope_open(&scope, &options);

    input->is_counting = true;
    while (rc == 0) {
        rc = census_input_next(input, &target);
        if (rc <= 0) {
            break;
        }
        count++;
        /* Without waiting for anything, time passes all the same. */
        rc = count % 1024 == 0 ? horo_yield() : 0;
    }
    *ret_more = horo_scope_close(&scope, rc) < 0;
    return count;
}
