/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of mpcf-host. They live in libmpcf.so, beside the internals they call, and
 * main.c calls the one function of them that is exported.
 */
#ifndef MPCF_HOST_HOST_H
#define MPCF_HOST_HOST_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "args.h"

/* What a process of mpcf-host ends with: EXIT_USAGE where the command line, or what it names, is wrong and
 * nothing ran; EXIT_FAILED where a run failed. */
enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* After a first signal, for commands that keep no state; bench ends its roles. */
enum { COMMAND_ENDS_S = 2, BENCH_ENDS_S = 10 };

MPCF_EXPORT int mpcf_main(int argc, char **argv);

/* Each takes the words behind its name. */
int cmd_run(const struct args *args);
int cmd_predict(const struct args *args);
int cmd_cost(const struct args *args);
int cmd_bench(const struct args *args);
int cmd_plugin_list(const struct args *args);
int cmd_plugin_show(const struct args *args);
int cmd_plugin_check(const struct args *args);
int cmd_plugin_eval(const struct args *args);
int cmd_plugin_new(const struct args *args);
int cmd_keys_new(const struct args *args);
int cmd_keys_show(const struct args *args);
int cmd_keys_trust(const struct args *args);
int cmd_keys_revoke(const struct args *args);
int cmd_keys_check(const struct args *args);
int cmd_init(const struct args *args);
int cmd_example(const struct args *args);
int cmd_options(const struct args *args);

/* Prints ERR as "mpcf-host: text" (lines of a pipeline file as they are) and returns the
 * process's status for it: 2 for MPCF_E_CONFIG, else 1. */
int host_failed(const mpcf_error *err);
/* The same where nothing ran and what the command line names was looked at: 2, but for a lack of memory and a
 * signal. */
int host_refused(const mpcf_error *err);
/* A wrong command line: prints the message and a hint at --help; returns 2. */
int host_usage(const char *command, const char *format, ...) MPCF_PRINTF(2, 3);
/* Whether SET is a value of --approximations of COMMAND; else prints what one looks like. */
bool host_takes_set(const char *command, const char *set);
/* Shows progress on standard error: one line that is rewritten on a terminal, else a line now
 * and then. */
void host_show_progress(void);

#endif
