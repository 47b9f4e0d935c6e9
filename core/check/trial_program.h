/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A student as a program before it has weights or ranges.
 */
#ifndef MPCF_CHECK_TRIAL_PROGRAM_H
#define MPCF_CHECK_TRIAL_PROGRAM_H

#include "inference/secure_shape.h"
#include "lower/lower_options.h"
#include "program/program.h"

struct trial_program {
    mpcf_graph *graph;
    struct program *program;
};

/* GRAPH, as a family builds it, lowered with ranges so narrow that no calibration finds narrower ones that
 * would matter: what fails with these fails with any. */
mpcf_status trial_program_make(const mpcf_graph *graph, const struct lower_options *options,
                               const struct secure_shape *shape, struct trial_program *out,
                               mpcf_error *err);
void trial_program_clear(struct trial_program *t);

#endif
