/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fault that this process brings on itself, and a log of what it did: what a library loaded in
 * front of an unchanged program (LD_PRELOAD) knows from its environment.
 *
 *   MPCF_FAULT        "ACT PLACE N": ACT at event N of PLACE; without it nothing is done
 *   MPCF_FAULT_LOG    a file to which each event adds a line, and the end "peak KIB" of memory; without
 *                     it there is none
 *   MPCF_FAULT_FILES  a part of a path: only such files have events; without it none have
 *
 * ACT: "kill" (SIGKILL when event N is over), "freeze" (SIGSTOP, the same), "tear" (half of the
 * next bytes out, then SIGKILL), "full" (this call and each later one that needs room fails: ENOSPC),
 * "deny" (this call alone fails so), "mutate" (the next bytes out are others: mutate.h), "ahead" and "back" (the wall clock jumps a day). PLACE: "wire" (a message is through, a connection
 * stands), "disk" (a call that changes a file). The first event is number 1; 0 is the first call
 * of the transport at all.
 */
#ifndef MPCF_TESTS_STRIKE_H
#define MPCF_TESTS_STRIKE_H

#include <stdbool.h>

enum strike_place { STRIKE_WIRE, STRIKE_DISK, STRIKE_PLACES };
enum strike_act {
    STRIKE_NOTHING,
    STRIKE_KILL,
    STRIKE_FREEZE,
    STRIKE_TEAR,
    STRIKE_FULL,
    STRIKE_DENY,
    STRIKE_MUTATE,
    STRIKE_AHEAD,
    STRIKE_BACK
};

/* One more event of PLACE, which the printf form describes in one line; kills and freezes. */
void strike_event(enum strike_place place, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Before anything has happened: acts where N is 0. */
void strike_begin(enum strike_place place);
/* Whether ACT is due at the next call of PLACE: its N events have been. The first time the log says
 * "struck", as it does before this process kills or stops itself. */
bool strike_is_due(enum strike_act act, enum strike_place place);
/* How many days the wall clock is off. */
int strike_days(void);
/* A line of the log that is no event. */
void strike_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Ends this process as SIGKILL does. */
_Noreturn void strike_kill(void);
/* Whether PATH is one that has events. */
bool strike_watches(const char *path);

#endif
