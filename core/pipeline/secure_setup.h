/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role of secure inference works from: the student's network, its ranges, the programs.
 *
 * User and dealer build it from OUTPUT/student/public alone; the provider from OUTPUT/student,
 * with the weights. With embedding: public the user has the tables of student/public, too.
 */
#ifndef MPCF_PIPELINE_SECURE_SETUP_H
#define MPCF_PIPELINE_SECURE_SETUP_H

#include "base/file.h"
#include "graph/parameters.h"
#include "lower/lower.h"
#include "pass/ranges.h"
#include "pipeline/stage.h"
#include "program/program.h"
#include "protocol/weights.h"

/* Shape of one run. */
struct secure_shape {
    size_t batch, tokens;
    bool exact; /* batch is 1, no padding and no mask */
};

struct secure_program {
    struct secure_shape shape;
    struct program *program;
    struct weights *weights; /* the provider's; the user's tables; NULL without any */
};

struct secure_setup {
    const struct pipeline *pipeline;
    struct loaded_network network; /* parameters NULL for user and dealer */
    struct parameters *tables;     /* the user's with embedding: public; else NULL */
    mpcf_graph *graph;             /* after passes */
    struct ranges *ranges;
    struct lower_options options;
    size_t classes;
    char graph_digest[FILE_DIGEST_SIZE], ranges_digest[FILE_DIGEST_SIZE];
    char tables_digest[FILE_DIGEST_SIZE]; /* of the public tables; "" without */
    struct secure_program *programs;      /* made when first asked for */
    size_t program_count;
};

/* What a role has: the public folder, with its tables where embedding is public, or the weights. */
enum setup_part { SETUP_PUBLIC, SETUP_TABLES, SETUP_WEIGHTS };

/* A folder that is not whole, or made of another network: MPCF_E_FORMAT, MPCF_E_CONFIG. */
mpcf_status secure_setup_open(const struct pipeline *p, enum setup_part part,
                              struct secure_setup *out, mpcf_error *err);
void secure_setup_close(struct secure_setup *s);

/* The program of SHAPE, with its weights where S has them; kept until close or drop. */
mpcf_status secure_setup_program(struct secure_setup *s, const struct secure_shape *shape,
                                 struct secure_program *out, mpcf_error *err);
/* Forgets all programs: their weights are large. */
void secure_setup_drop(struct secure_setup *s);

#endif
