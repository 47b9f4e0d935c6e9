/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role of secure inference works from: the student's network, its ranges, the programs.
 *
 * User and dealer build it from OUTPUT/student/public alone; the provider from OUTPUT/student,
 * with the weights.
 */
#ifndef MPCF_PIPELINE_SECURE_SETUP_H
#define MPCF_PIPELINE_SECURE_SETUP_H

#include "engine/secure.h"
#include "lower/lower.h"
#include "pipeline/stage.h"

/* Shape of one run. */
struct secure_shape {
    size_t batch, tokens;
    bool exact; /* batch is 1, no padding and no mask */
};

struct secure_program {
    struct secure_shape shape;
    struct program *program;
    struct weights *weights; /* NULL without weights */
};

struct secure_setup {
    const struct pipeline *pipeline;
    struct loaded_network network; /* parameters NULL for user and dealer */
    mpcf_graph *graph;             /* after passes */
    struct ranges *ranges;
    struct lower_options options;
    size_t classes;
    char graph_digest[FILE_DIGEST_SIZE], ranges_digest[FILE_DIGEST_SIZE];
    struct secure_program *programs; /* made when first asked for */
    size_t program_count;
};

/* WEIGHTS: with those of OUTPUT/student. A folder that is not whole, or made of another network:
 * MPCF_E_FORMAT, MPCF_E_CONFIG. */
mpcf_status secure_setup_open(const struct pipeline *p, bool weights, struct secure_setup *out,
                              mpcf_error *err);
void secure_setup_close(struct secure_setup *s);

/* The program of SHAPE, with its weights where S has them; kept until close or drop. */
mpcf_status secure_setup_program(struct secure_setup *s, const struct secure_shape *shape,
                                 struct secure_program *out, mpcf_error *err);
/* Forgets all programs: their weights are large. */
void secure_setup_drop(struct secure_setup *s);

#endif
