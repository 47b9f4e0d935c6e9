/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The float engine: walks a graph in fp32, forward and backward.
 *
 * Buffers are laid out once for the largest batch and length; a step allocates nothing.
 * One engine is used by one thread at a time (it uses the workers inside).
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_ENGINE_H
#define MPCF_FLOAT_ENGINE_FLOAT_ENGINE_H

#include <stddef.h>

#include "float_engine/float_batch.h"
#include "float_engine/float_mode.h"
#include "graph/parameters.h"

struct float_engine;

/* Buffers for up to BATCH examples of up to TOKENS tokens with BATCH * TOKENS at most
 * ELEMENTS (0: batch * tokens). G and P outlive the engine. */
mpcf_status float_engine_create(const mpcf_graph *g, struct parameters *p, enum float_mode mode,
                                size_t batch, size_t tokens, size_t elements,
                                struct float_engine **out, mpcf_error *err);
void float_engine_destroy(struct float_engine *e); /* NULL is fine */

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
/* The same of an engine that float_engine_create() would make, without making it; P may be an outline. */
mpcf_status float_engine_measure(const mpcf_graph *g, struct parameters *p, enum float_mode mode,
                                 size_t batch, size_t tokens, size_t *bytes, mpcf_error *err);

#endif
