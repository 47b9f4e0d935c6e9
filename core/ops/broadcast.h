/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementwise operations of two tensors one of which may be repeated along dimensions of the
 * other. For core/ops.
 */
#ifndef MPCF_OPS_BROADCAST_H
#define MPCF_OPS_BROADCAST_H

#include "ops/op.h"

/* Over N elements of one row or of the whole tensor; Y may be A. */
typedef void broadcast_pair(const float *a, const float *b, float *y, size_t n);
/* y = PAIR(x[0], x[1]). */
void broadcast_forward(const struct op_call *c, broadcast_pair *pair);
/* dx[operand] (+)= dy times the other operand, summed over what is repeated. */
void broadcast_product_gradient(const struct op_call *c, size_t operand);
/* A single number of a row is repeated in pieces of this length. */
#define BROADCAST_ROW 256

#endif
