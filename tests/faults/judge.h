/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of a fault: whether each role ended as it should, and the next run.
 */
#ifndef MPCF_TESTS_JUDGE_H
#define MPCF_TESTS_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "faults/trio.h"

struct sweep_case {
    const char *transport;
    enum trio_session session;
    struct trio_fault fault;
    long peak_kib[ROLES]; /* memory of a run without it */
};

struct sweep_tally {
    size_t faults;   /* tried */
    size_t unmet;    /* the run had ended before */
    size_t right;    /* the user had its result all the same */
    size_t clear;    /* messages of roles that ended for the fault */
    size_t after;    /* runs after a fault, with the right result */
    size_t compared; /* messages, for masks used twice */
    double slowest;  /* seconds from the fault to the end of the last role */
    long grown_kib;  /* most memory that a role took beyond that of a run without a fault */
    /* What must be 0. */
    size_t hangs, wrong, unclear, reports, greedy, after_wrong, masks_twice;
};

/* "tcp resume user kill wire 17": what $MPCF_FAULTS_ONLY may be. */
void judge_name(const struct sweep_case *what, char name[128]);
/* Prints WHAT and what is wrong with it. */
void judge_say(const struct sweep_case *what, const char *text);
/* The same of ROLE in run TURN, with its last words. */
void judge_say_of(const struct sweep_case *what, const struct trio *t, int role, unsigned turn,
                  const char *text);
/* After the run with the fault, which was seen, or began, at SINCE_NS; and after the next. */
void judge_fault(const struct sweep_case *what, const struct trio *t, int64_t since_ns,
                 struct sweep_tally *tally);
void judge_after(const struct sweep_case *what, const struct trio *t, struct sweep_tally *tally);
/* Prints the counts, and fails the test where something is wrong. */
void judge_tally(const struct sweep_tally *tally);

#endif
