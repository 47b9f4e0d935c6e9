/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest of each row.
 *
 * By a tournament: of two halves of the columns the larger, element by element, until one column is left. Of c
 * columns, ceil(log2 c) comparisons deep. Scores are compared with 3 bits behind the point, or with less where they are large.
 * Masked columns become the smallest number there is.
 *
 * Where all that reads the maximum is a softmax, which does not change under a shift, by levels where that costs less
 * (row_levels.h).
 */
#include "lower/lower_row_max.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/row_levels.h"
#include "lower/score_shift.h"

#define MAX_FRACTION  3
#define MAX_MAGNITUDE 14 /* comparisons of differences then have 16 bits, which are cheap */

/* x keep - BIG (1 - keep). */
static value_id masked(struct lowering *l, value_id x, value_id keep)
{
    const struct value v = *value_at(l, x);
    const int64_t big = ((int64_t) 1 << (v.magnitude - 1)) - 1;
    const struct term view = term_whole(l, keep, 1, v.dims);
    const value_id kept = emit_user_select(l, x, &view);
    const struct term terms[2] = {term_whole(l, kept, 1, v.dims), term_whole(l, keep, big, v.dims)};

    return emit_combine(l, v.dims, v.fraction, v.magnitude, terms, 2, -big);
}

static void by_tournament(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const int room = MAX_MAGNITUDE - 2 - log2_up(node_bound(l, node->in[0]));
    const unsigned f = room < 0 ? 0 : room > MAX_FRACTION ? MAX_FRACTION : (unsigned) room;
    value_id x = lower_at(l, node->in[0], f);
    double c = 0;

    if (!(lower_is_uniform(l, node->in[1], &c) && c == 1)) {
        x = masked(l, x, lower_raw(l, node->in[1]));
    }
    while (l->status == MPCF_OK && value_at(l, x)->dims.dim[3] > 1) {
        x = emit_larger_half(l, x);
    }
    /* Only rows are left, and what they are subtracted from has more bits: a site to extend. */
    out->raw = emit_truncate(l, x, 0, value_at(l, x)->magnitude);
}

void lower_row_max(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    if (!row_levels(l, node, out)) {
        by_tournament(l, node, out);
    }
}
