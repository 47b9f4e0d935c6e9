/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parabola is one square.
 *
 *   before   a x^2 + b x + c
 *   after    a (x + b / 2a)^2 + (c - b^2 / 4a)
 *
 * The offsets are local, and a scale by a power of two (Quad's 1/8) only moves the point.
 */
#include "pass/complete_square.h"

#include <math.h>

mpcf_node *rule_complete_square(struct rewrite *rw, const mpcf_node *node)
{
    if (node->kind != OP_POLY || node->degree != 2 || fabs(node->coef[2]) < 1e-9) {
        return NULL;
    }
    const double a = node->coef[2], b = node->coef[1], c = node->coef[0];
    mpcf_graph *g = rw->to;
    mpcf_node *x = rewrite_of(rw, node->in[0]);

    rewrite_scope(rw, node);
    mpcf_node *square = mpcf_square(g, mpcf_offset(g, x, b / (2 * a)));
    return mpcf_offset(g, mpcf_scale(g, square, a), c - b * b / (4 * a));
}
