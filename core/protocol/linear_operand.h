/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The right operand of a LINEAR step, arranged as matrix products read it.
 */
#ifndef MPCF_PROTOCOL_LINEAR_OPERAND_H
#define MPCF_PROTOCOL_LINEAR_OPERAND_H

#include <stdbool.h>
#include <stdint.h>

#include "graph/graph.h"
#include "ring/ring_product.h"

struct ring_packed;

/* X: dims->count integers of [o, i] or, TRANSPOSED, [i, o], right-aligned in DIMS; RING: bits of
 * the result. ring_packed_destroy(); NULL: memory. */
struct ring_packed *linear_operand(const uint64_t *x, const struct dims *dims, bool transposed,
                                   unsigned ring);

#endif
