/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the ranges of inverses against what one opening takes. */
#include "inference/second_openings.h"

#include <math.h>

#include "format/json.h"
#include "graph/owner.h"
#include "lower/lower_inverse.h"

static void add(json_t *list, const mpcf_node *node, const struct ranges *ranges)
{
    const mpcf_node *of = lower_past_taps(node->in[0]);
    const struct node_range *seen = ranges_find(ranges, of->name);
    double low, high;

    if (seen == NULL || !(seen->low > 0)) {
        return; /* the lowering says what is wrong */
    }
    low = seen->low * exp2(-ranges->margin_bits);
    high = seen->high * exp2(ranges->margin_bits);
    if (!lower_inverse_is_one_opening(low, high, node->kind == OP_RSQRT)) {
        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:f}", "node", of->name, "low", low, "high", high));
    }
}

json_t *second_openings(const mpcf_graph *g, const struct ranges *ranges)
{
    const size_t begun = json_begin();
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if ((node->kind == OP_RSQRT || node->kind == OP_RECIPROCAL) && !node_is_constant(node)) {
            add(list, node, ranges);
        }
    }
    return json_end(list, begun);
}
