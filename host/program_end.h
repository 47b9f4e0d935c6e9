/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the process ends because the program wants it to: a plug-in that calls exit() must not look like
 * success, and one that never returns must not outlast a signal.
 */
#ifndef MPCF_HOST_PROGRAM_END_H
#define MPCF_HOST_PROGRAM_END_H

#include <stdbool.h>

/* From now on an exit() that the program did not reach is told and ends with EXIT_FAILED, until
 * program_end_reached(). Not noticed in this process: _exit() and signals. */
void program_end_guard(void);
void program_end_reached(void);
/* Such an end is EXIT_USAGE as long as *HAS_BEGUN is false. NULL: no more. */
void program_end_watch(const bool *has_begun);

/* For commands that have no state to keep: a first SIGINT or SIGTERM ends the process with EXIT_FAILED within
 * SECONDS, whatever holds it up. */
void program_end_after_signal(unsigned seconds);
/* The same without a signal, if it takes more than SECONDS (0: no limit); DOING ends the line that says so, and
 * must stay. program_end_limit(0, NULL) ends the watch. */
void program_end_limit(unsigned seconds, const char *doing);

#endif
