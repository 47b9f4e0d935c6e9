/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which command words mean: "plugin list" is one of two words; nearest names and help for the rest.
 */
#ifndef MPCF_HOST_COMMAND_WORDS_H
#define MPCF_HOST_COMMAND_WORDS_H

#include <stdbool.h>

#include "args.h"

/* All commands; ends with a NULL name. */
extern const struct command commands[];

/* The command that WORDS begin with, and how many of them it TAKEN; NULL: none. */
const struct command *command_find(int count, char **words, int *taken);
/* Whether WORD is the first of commands of two: "plugin", "keys". */
bool command_is_group(const char *word);
/* What stands on the first screen, and what `plugin --help` prints; return EXIT_DONE. */
int command_help_all(void);
int command_help_group(const char *word);
/* `help WORDS`. */
int command_help(int count, char **words);
/* WORDS (one at least) begin with no command: says so, with the nearest. */
int command_unknown(int count, char **words);

#endif
