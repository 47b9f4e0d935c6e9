/* SPDX-License-Identifier: Apache-2.0 */
/* The slot's nodes are those of its scope; what they read and is none of them is what the slot got. */
#include "bench/slot_interval.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "graph/owner.h"
#include "graph/slot_name.h"

static bool is_of_slot(const mpcf_node *node, mpcf_slot slot)
{
    const char *name = slot_name(slot);
    const size_t length = strlen(node->scope), own = strlen(name);

    if (slot == MPCF_SLOT_LAYER_NORM && strcmp(node->function, name) == 0) {
        return true;
    }
    return length >= own && strcmp(node->scope + length - own, name) == 0 &&
           (length == own || node->scope[length - own - 1] == '.');
}

/* Whether operand K of NODE is what the slot got, or made of constants. A normaliser that only scales
 * has moved behind the product with V, which then reads the scores. */
static bool reads_input(const mpcf_node *node, size_t k, mpcf_slot slot)
{
    const mpcf_node *x = node->in[k];
    const bool is_product = node->kind == OP_MATMUL || node->kind == OP_MATMUL_MASKED;

    if (x == NULL || is_of_slot(x, slot) || x->kind == OP_INPUT || node_is_constant(x)) {
        return false;
    }
    return is_of_slot(node, slot) ||
           (slot == MPCF_SLOT_NORMALISER && is_product && k == 0 && x->kind == OP_MATMUL);
}

bool slot_interval(const struct secure_student *s, mpcf_slot slot, struct approx_interval *out)
{
    struct approx_interval seen = {(double) INFINITY, -(double) INFINITY};

    for (size_t i = 0; i < graph_count(s->graph); i++) {
        const mpcf_node *node = graph_node(s->graph, i);

        for (size_t k = 0; k < node->in_count; k++) {
            const struct node_range *range =
                reads_input(node, k, slot) ? ranges_find(s->ranges, node->in[k]->name) : NULL;

            if (range != NULL) {
                seen.low = fmin(seen.low, range->low);
                seen.high = fmax(seen.high, range->high);
            }
        }
    }
    if (!(seen.low < seen.high)) {
        return false;
    }
    *out = seen;
    return true;
}
