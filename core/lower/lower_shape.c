/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only moves elements: each is one local copy through strides.
 */
#include "lower/lower_shape.h"

#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"

static void copy_through(struct lowering *l, const mpcf_node *node, struct term t,
                         struct lowered *out)
{
    const unsigned f = value_at(l, t.x)->fraction;

    t.weight = 1;
    out->raw = emit_combine(l, node_dims(l, node), f, lower_magnitude(l, node, f), &t, 1, 0);
}

void lower_slice(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_raw(l, node->in[0]);
    struct term t = term_whole(l, x, 1, value_at(l, x)->dims);

    if ((size_t) (node->first + node->count) > value_at(l, x)->dims.dim[3]) {
        lower_fail(l, MPCF_E_INVALID, "'%s': columns %lld .. %lld of %zu", node->name,
                   (long long) node->first, (long long) (node->first + node->count - 1),
                   value_at(l, x)->dims.dim[3]);
        return;
    }
    t.first = (size_t) node->first;
    copy_through(l, node, t, out);
}

/* [B, T, heads d] -> [B, heads, T, d] */
void lower_split_heads(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_raw(l, node->in[0]);
    const struct dims d = node_dims(l, node);
    const size_t row = d.dim[1] * d.dim[3];

    copy_through(l, node, (struct term){.x = x, .stride = {d.dim[2] * row, d.dim[3], row, 1}}, out);
}

/* [B, heads, T, d] -> [B, T, heads d]: four indices are needed, so the result is read as
 * [B, T, heads, d] first, which has the same order. */
void lower_merge_heads(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_raw(l, node->in[0]);
    const struct value v = *value_at(l, x);
    const size_t heads = v.dims.dim[1], tokens = v.dims.dim[2], d = v.dims.dim[3];
    const struct term t = {.x = x, .weight = 1, .stride = {heads * tokens * d, d, tokens * d, 1}};
    const value_id y = emit_combine(l, dims_of(v.dims.dim[0], tokens, heads, d), v.fraction,
                                    v.magnitude, &t, 1, 0);

    copy_through(l, node, (struct term){.x = y, .stride = {0, tokens * heads * d, heads * d, 1}},
                 out);
}

/* [.., T, h] -> [.., h] or, with count 1, [.., 1, h] */
void lower_token(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_raw(l, node->in[0]);
    const struct dims d = value_at(l, x)->dims;
    const size_t rows = d.dim[2] * d.dim[3]; /* of one example, or head */
    struct term t = {.x = x, .first = (size_t) node->first * d.dim[3], .stride = {0, 0, rows, 1}};

    if ((size_t) node->first >= d.dim[2]) {
        lower_fail(l, MPCF_E_INVALID, "'%s': token %lld of %zu", node->name,
                   (long long) node->first, d.dim[2]);
        return;
    }
    if (node->count == 1) {
        t.stride[0] = d.dim[1] * rows;
        t.stride[1] = rows;
        t.stride[2] = 0;
    }
    copy_through(l, node, t, out);
}

/* --- By heads: neighbours go together, each run of them is one term --- */

/* Terms of the heads PART: of X, which has the heads FROM, into a result with the heads TO, times
 * 2^SHIFT. From TERMS[COUNT] on; returns how many there are then. */
static size_t head_terms(const struct lowering *l, value_id x, const struct head_set *from,
                         const struct head_set *part, const struct head_set *to, unsigned shift,
                         struct term *terms, size_t count)
{
    const struct dims d = value_at(l, x)->dims;
    const size_t head = d.dim[2] * d.dim[3];

    for (size_t i = 0; i < HEADS_MAX && count < TERMS_MAX; i++) {
        size_t end = i;

        if (!head_set_has(part, i)) {
            continue;
        }
        while (head_set_has(part, end) &&
               head_set_rank(from, end) - head_set_rank(from, i) == end - i &&
               head_set_rank(to, end) - head_set_rank(to, i) == end - i) {
            end++;
        }
        terms[count++] = (struct term){.x = x,
                                       .weight = (int64_t) 1 << shift,
                                       .first = head_set_rank(from, i) * head,
                                       .stride = {d.dim[1] * head, head, d.dim[3], 1},
                                       .begin = head_set_rank(to, i),
                                       .end = head_set_rank(to, i) + end - i};
        i = end - 1;
    }
    return count;
}

void lower_take_heads(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const value_id x = lower_raw(l, node->in[0]);
    const unsigned f = value_at(l, x)->fraction;
    const struct head_set all = head_set_first(value_at(l, x)->dims.dim[1]);
    struct term terms[TERMS_MAX];
    const size_t count = head_terms(l, x, &all, node->heads, node->heads, 0, terms, 0);

    out->raw = emit_combine(l, node_dims(l, node), f, lower_magnitude(l, node, f), terms, count, 0);
}

/* Parts of one fraction are joined as they are; else each is truncated for itself, at once. */
void lower_join_heads(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    struct head_set all = {{0}};
    struct term terms[TERMS_MAX];
    value_id x[NODE_INPUTS_MAX];
    unsigned f = 0;
    size_t count = 0;
    bool same = true;

    for (size_t i = 0; i < node->in_count; i++) {
        x[i] = lower_raw(l, node->in[i]);
        same = same && value_at(l, x[i])->fraction == value_at(l, x[0])->fraction;
        all = head_set_join(&all, &node->heads[i]);
    }
    for (size_t i = 0; i < node->in_count; i++) {
        x[i] = same ? x[i] : lower_wanted(l, node->in[i]);
        f = value_at(l, x[i])->fraction > f ? value_at(l, x[i])->fraction : f;
    }
    for (size_t i = 0; i < node->in_count && l->status == MPCF_OK; i++) {
        count = head_terms(l, x[i], &node->heads[i], &node->heads[i], &all,
                           f - value_at(l, x[i])->fraction, terms, count);
    }
    out->raw = emit_combine(l, node_dims(l, node), f, lower_magnitude(l, node, f), terms, count, 0);
}
