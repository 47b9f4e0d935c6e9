/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role of secure inference works from: the student's network, its ranges, the programs.
 *
 * User and dealer build it from OUTPUT/student/public alone; the provider from OUTPUT/student,
 * with the weights. With embedding: public the user has the tables of student/public, too.
 */
#ifndef MPCF_INFERENCE_SECURE_STUDENT_H
#define MPCF_INFERENCE_SECURE_STUDENT_H

#include "base/digest.h"
#include "graph/parameters.h"
#include "inference/secure_shape.h"
#include "lower/lower.h"
#include "network/loaded_network.h"
#include "pass/ranges.h"
#include "program/program.h"
#include "protocol/weights.h"

struct secure_program {
    struct secure_shape shape;
    struct program *program;
    struct weights *weights; /* the provider's; the user's tables; NULL without any */
};

struct secure_student {
    const struct pipeline *pipeline;
    struct loaded_network network; /* parameters NULL for user and dealer */
    struct parameters *tables;     /* the user's with embedding: public; else NULL */
    mpcf_graph *graph;             /* after passes */
    struct ranges *ranges;
    struct lower_options options;
    size_t classes;
    size_t answer;   /* numbers that the user learns of an example: its logits, or 1: its label; */
    size_t revealed; /* and with the mark of check_ranges (marked_answer.h) */
    char graph_digest[FILE_DIGEST_SIZE];
    char tables_digest[FILE_DIGEST_SIZE]; /* of the public tables; "" without */
    struct secure_program *programs;      /* made when first asked for */
    size_t program_count;
    struct weights_store *weights_store; /* what the programs' weights share; made with the first */
};

/* What a role has: the public folder, with its tables where embedding is public, or the weights. */
enum student_part { STUDENT_PUBLIC, STUDENT_TABLES, STUDENT_WEIGHTS };

/* How the file has its students lowered. */
void secure_student_options(const struct pipeline *p, struct lower_options *o);
/* A folder that is not whole, or made of another network: MPCF_E_FORMAT, MPCF_E_CONFIG. */
mpcf_status secure_student_open(const struct pipeline *p, enum student_part part,
                                struct secure_student *out, mpcf_error *err);
void secure_student_close(struct secure_student *s);

/* The program of SHAPE, with its weights where S has them; kept until close or drop. */
mpcf_status secure_student_program(struct secure_student *s, const struct secure_shape *shape,
                                   struct secure_program *out, mpcf_error *err);
/* Forgets all programs; weights that are rounded stay so. */
void secure_student_drop_programs(struct secure_student *s);

#endif
