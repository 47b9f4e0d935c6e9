/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Command lines: a table of options per command; checked, and printed by --help.
 */
#ifndef MPCF_HOST_ARGS_H
#define MPCF_HOST_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arg_option {
    const char *name;  /* "--stage" */
    const char *value; /* what its value is called, "STAGE"; NULL: the option takes none */
    const char *help;
};

struct args;
struct command {
    const char *name;     /* "plugin check"; words apart by one space */
    const char *operands; /* "PIPELINE.yaml" */
    const char *summary;
    const struct arg_option *options; /* ends with a NULL name */
    size_t least, most;               /* operands */
    int (*run)(const struct args *args);
};

enum { ARGS_LIMIT = 128 };

struct args {
    const struct command *command;
    const char *operands[ARGS_LIMIT];
    size_t operand_count;
    const struct arg_option *given[ARGS_LIMIT];
    const char *values[ARGS_LIMIT]; /* of GIVEN; NULL for flags */
    size_t given_count;
};

/* COUNT words behind the command's name. false: a message was printed. `--help` is taken where
 * it stands: *HELP. */
bool args_parse(const struct command *command, int count, char **words, struct args *args,
                bool *help);
bool args_has(const struct args *args, const char *name);
/* The last value of NAME; NULL: not given. */
const char *args_value(const struct args *args, const char *name);
/* All values of NAME, in order, at most ARGS_LIMIT; the number of them. */
size_t args_values(const struct args *args, const char *name, const char *values[ARGS_LIMIT]);
/* A whole number in [LOW, HIGH]; *NUMBER stays where not given. false: a message was printed. */
bool args_number(const struct args *args, const char *name, int64_t low, int64_t high,
                 int64_t *number);
void args_print_help(const struct command *command);

#endif
