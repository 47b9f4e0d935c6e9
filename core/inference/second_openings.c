/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the ranges of inverses against what one opening takes. */
#include "inference/second_openings.h"

#include "base/memory.h"
#include "format/json.h"
#include "graph/node.h"
#include "graph/owner.h"
#include "lower/growth.h"
#include "lower/lower_inverse.h"
#include "lower/magnitude.h"

static void add(json_t *list, const mpcf_node *node, const struct ranges *ranges, size_t tokens,
                const int *growth)
{
    const mpcf_node *of = node_past_taps(node->in[0]);
    double low, high;

    if (!magnitude_positive(ranges, of, growth[of->id], tokens, &low, &high)) {
        return; /* the lowering says what is wrong */
    }
    if (!lower_inverse_is_one_opening(low, high, node->kind == OP_RSQRT)) {
        (void) json_array_append_new(
            list, json_pack("{s:s, s:f, s:f}", "node", of->name, "low", low, "high", high));
    }
}

json_t *second_openings(const mpcf_graph *g, const struct ranges *ranges, size_t tokens)
{
    const size_t begun = json_begin();
    int *growth = mpcf_alloc_array(graph_count(g), sizeof *growth);
    json_t *list = growth != NULL ? json_array() : NULL;

    if (growth != NULL) {
        growth_find(g, growth);
    }
    for (size_t i = 0; list != NULL && i < graph_count(g); i++) {
        const mpcf_node *node = graph_node(g, i);

        if ((node->kind == OP_RSQRT || node->kind == OP_RECIPROCAL) && !node_is_constant(node)) {
            add(list, node, ranges, tokens, growth);
        }
    }
    mpcf_free(growth);
    return json_end(list, begun);
}
