/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mpcf-host as its users start it, what it says on standard output and on standard error apart.
 */
#ifndef MPCF_TESTS_HEARD_H
#define MPCF_TESTS_HEARD_H

#include <sys/types.h>

struct heard {
    int status;
    char *out, *log; /* heard_forget() */
};

/* mpcf-host of the build in FOLDER with WORDS (NULL ends); INPUT: a file for its standard input, or NULL.
 * Its words go into FOLDER/out and FOLDER/log. */
pid_t heard_start(const char *folder, const char *input, const char *const *words);
struct heard heard_wait(const char *folder, pid_t pid);
struct heard heard_run(const char *folder, const char *input, const char *const *words);
#define HEARD(folder, input, ...)                                                                  \
    heard_run((folder), (input), (const char *const[]){__VA_ARGS__, NULL})
void heard_forget(struct heard *h);
/* OUT: all of standard output; LOG: a part of standard error; either may be NULL. */
void assert_heard(const struct heard *h, int status, const char *out, const char *log);

#endif
