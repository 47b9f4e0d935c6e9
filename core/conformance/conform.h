/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every component of a kind must do, whoever wrote it: `mpcf-host plugin check`. Results
 * are TAP lines.
 */
#ifndef MPCF_CONFORMANCE_CONFORM_H
#define MPCF_CONFORMANCE_CONFORM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "plugin/plugins.h"

/* What both processes see, counted from the component's first test. */
struct conform_apart {
    size_t told;   /* results that are printed */
    size_t failed; /* of those */
    bool is_finished;
    atomic_uint steps; /* tests begun and told, which tells the parent that something goes on */
    char running[128]; /* the test that runs, by its name */
    bool ended[256];   /* tests that ended a process */
};

struct conform {
    FILE *out;
    size_t done, failed;
    struct plugins *plugins;
    mpcf_error *err;     /* for the checks; its text is shown where one fails */
    int64_t limit_ns;    /* of a test in a process of its own; 0: none */
    bool is_stopped;     /* a signal came: what did not run is not told */
    const char *where;   /* stands before each test's name, "layer 1: "; NULL: nothing does */
    const char *options; /* YAML of a component's options, "p: 6"; NULL: none */
    /* In a process of its own (apart.h): what is told there, and how many tests were before. */
    struct conform_apart *apart;
    size_t before;
};

/* The test NAME begins; its conform_result() or conform_skip() comes next. false: it ended a process, and
 * is told already. */
bool conform_begin(struct conform *c, const char *name);
/* The same of a test that no later one builds on: also false where it ran in an earlier process. */
bool conform_begin_alone(struct conform *c, const char *name);

/* "ok 3 - NAME" or "not ok 3 - NAME" with the error's text or FORMAT behind it. Returns PASSED. */
bool conform_result(struct conform *c, bool passed, const char *name, const char *format, ...)
    MPCF_PRINTF(4, 5);
void conform_skip(struct conform *c, const char *name, const char *why);
void conform_note(struct conform *c, const char *format, ...) MPCF_PRINTF(2, 3);

/* A component's config of c->options and its defaults; *CONFIG and *OWNED are released by
 * conform_release(). An option without default is a number in its range; fails where it is a text. */
struct option_memory;
bool conform_defaults(struct conform *c, enum component_kind kind, const void *descriptor,
                      void **config, struct option_memory **owned);
void conform_release(void *config, struct option_memory *owned);

#endif
