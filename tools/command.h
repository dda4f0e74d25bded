/* The subcommands of the horo program. */
#ifndef TOOLS_COMMAND_H
#define TOOLS_COMMAND_H

/* Exit codes of all subcommands. */
enum {
    COMMAND_DONE = 0,
    COMMAND_FAILED = 1,       /* the run as a whole was impossible */
    COMMAND_MISUSED = 2,      /* an option or argument is wrong */
    COMMAND_INTERRUPTED = 130 /* by Ctrl-C, after saying what is known */
};

/* `arguments[0]` is the subcommand's name. Return an exit code. */
int command_census(int argument_count, char **arguments);
int command_toyweb(int argument_count, char **arguments);

#endif
