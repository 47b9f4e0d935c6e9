/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of one component in a process of its own: a plug-in that ends it, by a signal or by
 * exit(), fails the test that ran, and the tests behind that one run in another.
 */
#ifndef MPCF_CONFORMANCE_APART_H
#define MPCF_CONFORMANCE_APART_H

#include "conformance/conform.h"

/* What both processes see, counted from the component's first test. */
struct conform_apart {
    size_t told;   /* results that are printed */
    size_t failed; /* of those */
    bool is_finished;
    char running[128]; /* the test that runs, by its name */
    bool ended[256];   /* tests that ended a process */
};

typedef void conform_body(struct conform *c, const void *descriptor);
/* Runs BODY; without memory or processes for that in this one. */
void conform_run_apart(struct conform *c, conform_body *body, const void *descriptor);

#endif
