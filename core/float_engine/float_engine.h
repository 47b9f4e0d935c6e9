/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The float engine: walks a graph in fp32, forward and backward.
 *
 * Buffers are laid out once for the largest batch and length; a step allocates nothing.
 * One engine is used by one thread at a time (it uses the workers inside).
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_ENGINE_H
#define MPCF_FLOAT_ENGINE_FLOAT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/graph.h"

/* --- Parameters: values by name, shared by engines of one network --- */

struct parameter {
    const char *name; /* as in the checkpoint */
    mpcf_shape shape; /* numbers only */
    size_t count;
    float *value;    /* count floats, 64-byte aligned */
    float *gradient; /* the same, zero at create; NULL where made without gradients */
    /* Embedding tables: which rows the last backward touched (row-sparse gradient). NULL for
     * dense ones. touched[i] < rows, no duplicates, touched_count of them. */
    uint32_t *touched;
    size_t touched_count;
    bool *is_touched; /* rows marks, NULL where touched is */
    bool is_table;    /* used by EMBEDDING alone */
};

struct parameters {
    struct parameter *items;
    size_t count;
};

/* One entry for each PARAMETER node, in graph order, values zero. */
mpcf_status parameters_create(const mpcf_graph *g, bool gradients, struct parameters **out,
                              mpcf_error *err);
/* The same of those that WANTED names, without gradients. */
typedef bool parameters_filter(const mpcf_graph *g, const mpcf_node *parameter);
mpcf_status parameters_create_some(const mpcf_graph *g, parameters_filter *wanted,
                                   struct parameters **out, mpcf_error *err);
void parameters_destroy(struct parameters *p); /* NULL is fine */
struct parameter *parameters_find(const struct parameters *p, const char *name);
/* Puts the init of PARAMETER nodes (normal, constant) in place; SEED makes it repeatable. */
void parameters_init(struct parameters *p, const mpcf_graph *g, uint64_t seed);
/* Copies values of equal names and shapes; *COPIED counts them. */
void parameters_copy(struct parameters *to, const struct parameters *from, size_t *copied);
void parameters_zero_gradients(struct parameters *p); /* touched rows only for tables */

/* --- Engine --- */

enum float_mode {
    FLOAT_EVALUATE, /* no dropout, buffers reused as soon as they are free; taps are kept */
    FLOAT_TRAIN,    /* keeps what backward needs; dropout */
    FLOAT_OBSERVE   /* evaluate, keeping every node: calibration, comparison */
};

struct float_engine;

/* Buffers for up to BATCH examples of up to TOKENS tokens with BATCH * TOKENS at most
 * ELEMENTS (0: batch * tokens). G and P outlive the engine. */
mpcf_status float_engine_create(const mpcf_graph *g, struct parameters *p, enum float_mode mode,
                                size_t batch, size_t tokens, size_t elements,
                                struct float_engine **out, mpcf_error *err);
void float_engine_destroy(struct float_engine *e); /* NULL is fine */

/* Inputs of a run: ids and mask, right-padded. */
struct float_batch {
    size_t batch, tokens;
    const int32_t *input_ids;      /* [batch, tokens] */
    const int32_t *token_type_ids; /* [batch, tokens] */
    const int32_t *attention_mask; /* [batch, tokens] of 0, 1 */
    uint64_t dropout_seed;         /* of this step; 0: no dropout */
};

/* MPCF_E_INVALID for an id outside its table; batch or tokens above the engine's. */
mpcf_status float_forward(struct float_engine *e, const struct float_batch *b, mpcf_error *err);
/* Value of NODE after forward: shape_resolve(...).count floats, valid until the next
 * forward. In FLOAT_EVALUATE only taps, outputs; NULL for others. */
const float *float_value(const struct float_engine *e, const mpcf_node *node);
/* Where a loss adds its gradient with respect to NODE, before float_backward(); zeroed by
 * float_forward(). FLOAT_TRAIN only; taps and outputs only. */
float *float_seed(struct float_engine *e, const mpcf_node *node);
/* Adds to the parameters' gradients. Only nodes that a seeded node depends on. */
mpcf_status float_backward(struct float_engine *e, mpcf_error *err);
/* Name of the first node with a value that is NaN or infinite, or NULL. */
const char *float_not_finite(const struct float_engine *e);
size_t float_engine_bytes(const struct float_engine *e);

/* Value of a node that depends on parameters only (folded weights): COUNT floats into OUT. */
mpcf_status float_evaluate_constant(const mpcf_graph *g, const struct parameters *p,
                                    const mpcf_node *node, float *out, size_t count,
                                    mpcf_error *err);

#endif
