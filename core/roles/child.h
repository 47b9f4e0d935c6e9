/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A role's process, as its parent sees it.
 */
#ifndef MPCF_ROLES_CHILD_H
#define MPCF_ROLES_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <mpcf/error.h>

#include "channel/role.h"
#include "channel/role_keys.h"
#include "roles/launch.h"

#define CHILD_LINE    4096
#define CHILD_ADDRESS 256

struct child {
    enum role role;
    pid_t pid;   /* 0: not running */
    int control; /* this end of the line; -1 where it is closed */
    int output;  /* what it writes to standard output and error; -1 at its end */
    char line[CHILD_LINE];
    size_t line_length;
    char last_line[256];
    char address[CHILD_ADDRESS];  /* where it listens, once it said so */
    bool has_ended, has_reported; /* exit seen; end reported */
    bool was_stopped, is_echo;    /* we ended it; and only then it failed */
    int wait_status;
    mpcf_status status; /* reported */
    char *reason;       /* reported; mpcf_free */
    uint64_t peak_rss_bytes;
    unsigned order; /* 0: has not failed; else which failure this is */
};

/* Forks and executes; both ends of the child's line and output are its own. */
mpcf_status child_start(struct child *c, const struct local_run *run, mpcf_error *err);
/* Reads what came: lines to RUN->line, results to RUN->result, addresses, the end. */
void child_read_output(struct child *c, const struct local_run *run);
void child_read_control(struct child *c, const struct local_run *run);
/* Gives C the keys of its role over the line, and nobody else. */
mpcf_status child_tell_keys(struct child *c, const struct role_keys *keys, mpcf_error *err);
/* Tells C where OTHER listens. */
void child_tell_address(struct child *c, const struct child *other);
/* Looks whether the process has ended, without waiting. */
void child_look(struct child *c);
/* It has ended and never said how, whatever its status. */
bool child_left_nothing(const struct child *c);
bool child_failed(const struct child *c);
void child_signal(struct child *c, int number);
/* Ends it if it still runs, and frees. */
void child_clear(struct child *c);

#endif
