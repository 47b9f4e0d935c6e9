/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The graph around a slot that is evaluated at points: a table of them, looked up row by row.
 */
#ifndef MPCF_BENCH_EVAL_GRAPH_H
#define MPCF_BENCH_EVAL_GRAPH_H

#include "float_engine/float_batch.h"
#include "format/number_rows.h"
#include "graph/parameters.h"
#include "graph/slots.h"

struct eval_graph {
    mpcf_graph *graph; /* finished; output "logits": the slot's result */
    struct parameters *parameters;
    const mpcf_node *result;
    size_t count; /* of its elements */
    int32_t *ids, *types, *mask;
    struct float_batch batch;
};

/* FILLING NULL: what stands in an empty slot. Rows that SLOT cannot have: MPCF_E_CONFIG. Clear G also after a
 * failure. */
mpcf_status eval_graph_open(struct eval_graph *g, mpcf_slot slot, size_t layer,
                            const struct slot_filling *filling, const struct number_rows *rows,
                            mpcf_error *err);
void eval_graph_clear(struct eval_graph *g);
/* Where value K of row I lies in the result. */
size_t eval_graph_place(const struct eval_graph *g, mpcf_slot slot, const struct number_rows *rows,
                        size_t i, size_t k);

#endif
