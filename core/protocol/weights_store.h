/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constants of one network, rounded and arranged once for all programs made from it, whatever
 * their batch and length.
 *
 * Integers are known by all that goes into them: node, fraction, magnitude, count; an arranged
 * matrix by its integers, shape, orientation and ring. One thread at a time asks for them; what it
 * gets never changes, lives as long as the store, and threads share it.
 */
#ifndef MPCF_PROTOCOL_WEIGHTS_STORE_H
#define MPCF_PROTOCOL_WEIGHTS_STORE_H

#include <stdbool.h>

#include "float_engine/float_engine.h"
#include "graph/graph.h"
#include "protocol/rounded_weight.h"
#include "ring/ring_product.h"

struct ring_packed;
struct ring_rows;
struct weights_store;

/* Constants of G with values from PARAMS; both outlive the store. Both NULL: it keeps integers that
 * it is given alone (weights_store_copy()). NULL: memory. */
struct weights_store *weights_store_create(const mpcf_graph *g, const struct parameters *params);
void weights_store_destroy(struct weights_store *s); /* NULL is fine */
const mpcf_graph *weights_store_graph(const struct weights_store *s);
const struct parameters *weights_store_parameters(const struct weights_store *s);

/* The integers of NODE, a constant of the graph. */
mpcf_status weights_store_round(struct weights_store *s, const mpcf_node *node,
                                const struct weight_form *form, const struct rounded_weight **out,
                                mpcf_error *err);
/* The integers X, each time anew. */
mpcf_status weights_store_copy(struct weights_store *s, const struct weight_form *form,
                               const int64_t *x, const struct rounded_weight **out,
                               mpcf_error *err);
/* W (of this store) as linear_operand() arranges it. */
mpcf_status weights_store_arrange(struct weights_store *s, const struct rounded_weight *w,
                                  const struct dims *dims, bool transposed, unsigned ring,
                                  const struct ring_packed **out, mpcf_error *err);

/* W [.., columns] as plain rows for products modulo 2^RING. */
mpcf_status weights_store_rows(struct weights_store *s, const struct rounded_weight *w,
                               const struct dims *dims, unsigned ring, const struct ring_rows **out,
                               mpcf_error *err);

/* What the store has made so far. */
struct weights_store_size {
    size_t rounded, arranged; /* how many */
    size_t bytes;             /* of both */
};
struct weights_store_size weights_store_size(const struct weights_store *s);

#endif
