/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constants of one program, step by step: the provider's weights as the secure engines read
 * them, and the user's tables. They are references into a store that programs share.
 */
#ifndef MPCF_PROTOCOL_WEIGHTS_H
#define MPCF_PROTOCOL_WEIGHTS_H

#include "float_engine/float_engine.h"
#include "program/program.h"
#include "protocol/weights_store.h"
#include "ring/ring_product.h"

struct ring_packed;
struct ring_rows;

/* All of them, or the user's part: the tables of USER_LOOKUP steps (none without
 * embedding_public). */
enum weights_part { WEIGHTS_ALL, WEIGHTS_TABLES };

/* Immutable, shared by threads. Outside the range of its value: MPCF_E_RANGE, naming the node. */
struct weights;
/* Of program P and a STORE of its graph (of another: MPCF_E_INVALID), which outlives them. */
mpcf_status weights_create_shared(const struct program *p, struct weights_store *store,
                                  enum weights_part part, struct weights **out, mpcf_error *err);
/* All, with a store of their own. */
mpcf_status weights_create(const struct program *p, const struct parameters *params,
                           struct weights **out, mpcf_error *err);
void weights_destroy(struct weights *w); /* NULL is fine */

/* N integers of the PROVIDER or USER_LOOKUP step STEP from element FIRST on. */
void weights_read(const struct weights *w, uint32_t step, size_t first, uint64_t *out, size_t n);
/* Of the USER_LOOKUP step STEP: its rows IDS[0 .. N - 1] into OUT, one after the other. Each row of
 * the table is read for each id, so that no address depends on it. */
void weights_pick(const struct weights *w, const struct program *p, uint32_t step,
                  const int32_t *ids, size_t n, uint64_t *out);
/* The right operand of the LINEAR step STEP, arranged. */
const struct ring_packed *weights_packed(const struct weights *w, uint32_t step);
/* The table of the BUCKET_SUMS step STEP. */
const struct ring_rows *weights_rows(const struct weights *w, uint32_t step);
/* What they were made from; NULL for weights_from_values(). */
const struct parameters *weights_parameters(const struct weights *w);
/* Weights of a program without a graph: VALUES[step] for each PROVIDER and USER_LOOKUP step,
 * copied. Tests. */
mpcf_status weights_from_values(const struct program *p, const int64_t *const *values,
                                struct weights **out, mpcf_error *err);

#endif
