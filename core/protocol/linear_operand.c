/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the matrix of a LINEAR step is laid out, be it W, D = W - B or B.
 */
#include "protocol/linear_operand.h"

#include "ring/ring_product.h"

struct ring_packed *linear_operand(const uint64_t *x, const struct dims *dims, bool transposed,
                                   unsigned ring)
{
    size_t inner = dims->dim[MPCF_RANK_MAX - 1], outer = dims->count / inner;

    return ring_pack_right(x, transposed ? outer : inner, transposed ? inner : outer, inner,
                           !transposed, ring);
}
