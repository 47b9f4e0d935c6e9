/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embedding: public. Sums of rows that the user looks up itself are its own values: nothing is
 * sent for them.
 */
#include "lower/lower_lookup.h"

#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/lower_places.h"
#include "lower/magnitude.h"

static value_id look_up(struct lowering *l, const mpcf_node *node, unsigned fraction,
                        unsigned magnitude)
{
    struct dims dims = node_dims(l, node);
    const mpcf_node *table = node->in[0];
    const size_t rows = (size_t) table->shape.dim[0];
    const bool by_place = node->kind == OP_POSITIONS;

    if (by_place) {
        dims = dims_of(1, 1, l->tokens, (size_t) table->shape.dim[1]);
    }
    lower_check_places(l, node);
    return emit_user_lookup(l, by_place ? "positions" : node->in[1]->label, table, rows,
                            (uint32_t) (by_place ? node->first : node->in[1]->first), dims,
                            fraction, magnitude);
}

/* An integer of 32 bits each, and one bit more for each sum. MAGNITUDE 0: that. */
static value_id lookup_at(struct lowering *l, const mpcf_node *node, unsigned fraction,
                          unsigned magnitude)
{
    const unsigned largest = 32;

    node = node_past_taps(node);
    if (node->kind != OP_ADD && node->kind != OP_SUB) {
        return look_up(l, node, fraction, magnitude == 0 ? largest : magnitude);
    }
    const struct dims dims = node_dims(l, node);
    const value_id a = lookup_at(l, node->in[0], fraction, 0);
    const value_id b = lookup_at(l, node->in[1], fraction, 0);
    const unsigned ma = value_at(l, a)->magnitude, mb = value_at(l, b)->magnitude;
    const struct term terms[2] = {term_whole(l, a, 1, dims),
                                  term_whole(l, b, node->kind == OP_SUB ? -1 : 1, dims)};

    return emit_combine(l, dims, fraction, magnitude == 0 ? (ma > mb ? ma : mb) + 1 : magnitude,
                        terms, 2, 0);
}

void lower_lookup(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const int want = l->nodes[node->id].want;
    const unsigned f = want < 4 ? 4 : want > 20 ? 20 : (unsigned) want;

    l->function = program_function(l->program, "embedding");
    out->raw = lookup_at(l, node, f, lower_magnitude(l, node, f));
}
