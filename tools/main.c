/* The horo program: finds the subcommand and runs it. */
#include <stdio.h>
#include <string.h>

#include "command.h"

static const char help[] =
    "usage: horo COMMAND [OPTION...] [ARGUMENT...]\n"
    "\n"
    "  horo census    ask many hosts which web server they run, and count\n"
    "  horo toyweb    serve a small web on loopback, to take a census of\n"
    "\n"
    "`horo COMMAND --help` tells more. `horo --version` tells the version.\n"
    "To see it work, without the internet:  horo census --toy\n";

static const struct command {
    const char *name;
    char *full_name; /* for getopt_long(3), which puts it before complaints */
    int (*run)(int argument_count, char **arguments);
} commands[] = {
    { "census", "horo census", command_census },
    { "toyweb", "horo toyweb", command_toyweb },
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

int main(int argument_count, char **arguments)
{
    const char *name = argument_count > 1 ? arguments[1] : NULL;
    const struct command *command;

    if (!name) {
        fputs(help, stderr);
        return COMMAND_MISUSED;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(help, stdout);
        return COMMAND_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        puts("horo " HORO_VERSION);
        return COMMAND_DONE;
    }
    command = find_command(name);
    if (!command) {
        fprintf(stderr, "horo: no command '%s'; `horo --help` lists them\n",
                name);
        return COMMAND_MISUSED;
    }
    arguments[1] = command->full_name;
    return command->run(argument_count - 1, arguments + 1);
}
