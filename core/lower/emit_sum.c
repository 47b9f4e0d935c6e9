/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of values read at strides, of public weights: what costs no message. */
#include "lower/emit_sum.h"

#include <assert.h>
#include <math.h>

struct term term_whole(const struct lowering *l, value_id x, int64_t weight, struct dims out)
{
    const struct dims d = value_at(l, x)->dims;
    struct term t = {.x = x, .weight = weight};
    size_t stride = 1;

    for (int i = MPCF_RANK_MAX - 1; i >= 0; i--) {
        t.stride[i] = d.dim[i] == 1 && out.dim[i] > 1 ? 0 : stride;
        stride *= d.dim[i];
    }
    return t;
}

struct term term_in_order(value_id x, size_t first, int64_t weight, struct dims dims)
{
    struct term t = {.x = x, .weight = weight, .first = first};
    size_t stride = 1;

    for (size_t i = MPCF_RANK_MAX; i-- > 0;) {
        t.stride[i] = stride;
        stride *= dims.dim[i];
    }
    return t;
}

struct term term_row(value_id x, size_t row, int64_t weight, struct dims dims)
{
    return term_in_order(x, row * dims.count, weight, dims);
}

int64_t threshold_terms(value_id ring, size_t thresholds, struct dims dims, const int64_t *table,
                        struct term *terms, size_t *count)
{
    for (size_t j = 0; j < thresholds; j++) {
        if (table[j + 1] != table[j]) {
            terms[(*count)++] = term_row(ring, j, table[j + 1] - table[j], dims);
        }
    }
    return table[0];
}

static enum value_kind owner_of(const struct lowering *l, const struct term *terms, size_t count)
{
    const enum value_kind kind = count == 0 ? VALUE_SHARED : value_at(l, terms[0].x)->kind;

    for (size_t i = 1; i < count; i++) {
        if (value_at(l, terms[i].x)->kind != kind) {
            return VALUE_SHARED;
        }
    }
    return kind;
}

value_id emit_combine(struct lowering *l, struct dims dims, unsigned fraction, unsigned magnitude,
                      const struct term *terms, size_t count, int64_t constant)
{
    return emit_combine_as(l, owner_of(l, terms, count), dims, fraction, magnitude, terms, count,
                           constant);
}

value_id emit_combine_as(struct lowering *l, enum value_kind kind, struct dims dims,
                         unsigned fraction, unsigned magnitude, const struct term *terms,
                         size_t count, int64_t constant)
{
    value_id in[TERMS_MAX];

    assert(count <= TERMS_MAX);
    for (size_t i = 0; i < count; i++) {
        in[i] = terms[i].x;
    }
    const value_id out = emit_value(l, kind, dims, fraction, magnitude);
    if (out == VALUE_NONE) {
        return out;
    }
    struct step *s = emit_step(l, STEP_COMBINE, out, in, count);
    s->constant = (uint64_t) constant;
    for (size_t i = 0; i < count && s->views != NULL; i++) {
        s->views[i].first = terms[i].first;
        s->views[i].weight = terms[i].weight;
        s->views[i].begin = terms[i].begin;
        s->views[i].end = terms[i].end;
        for (size_t j = 0; j < MPCF_RANK_MAX; j++) {
            s->views[i].stride[j] = terms[i].stride[j];
        }
    }
    return out;
}

value_id emit_sum(struct lowering *l, struct dims dims, unsigned magnitude, value_id a, value_id b,
                  int sign)
{
    const unsigned fa = value_at(l, a)->fraction, fb = value_at(l, b)->fraction;
    const unsigned f = fa > fb ? fa : fb;
    const struct term terms[2] = {term_whole(l, a, (int64_t) 1 << (f - fa), dims),
                                  term_whole(l, b, sign * ((int64_t) 1 << (f - fb)), dims)};

    return emit_combine(l, dims, f, magnitude, terms, 2, 0);
}

value_id emit_exactly(struct lowering *l, value_id x, unsigned fraction)
{
    const struct value v = *value_at(l, x);

    if (v.fraction >= fraction) {
        return emit_at(l, x, fraction);
    }
    const unsigned more = fraction - v.fraction;
    const struct term t = term_whole(l, x, (int64_t) 1 << more, v.dims);
    return emit_combine(l, v.dims, fraction, v.magnitude == 0 ? 0 : v.magnitude + more, &t, 1, 0);
}

value_id emit_scaled(struct lowering *l, value_id x, double c)
{
    const struct value *v = value_at(l, x);
    int exponent = 0;
    const double half = frexp(fabs(c), &exponent); /* |c| = half 2^exponent, half in [0.5, 1) */
    struct term t = term_whole(l, x, 1, v->dims);
    int fraction = (int) v->fraction;

    if (c == 0) {
        return emit_combine(l, v->dims, v->fraction, 2, NULL, 0, 0);
    }
    if (half == 0.5) {
        fraction -= exponent - 1;
    } else {
        const int bits = (int) l->options->weight_fraction;
        t.weight = llround(half * ldexp(1, bits));
        fraction += bits - exponent;
    }
    if (fraction < 0) {
        t.weight *= (int64_t) 1 << -fraction;
        fraction = 0;
    }
    t.weight = c < 0 ? -t.weight : t.weight;
    return emit_combine(l, v->dims, (unsigned) fraction, 0, &t, 1, 0);
}

value_id emit_shared(struct lowering *l, value_id x)
{
    const struct value v = *value_at(l, x);
    const struct term t = term_whole(l, x, 1, v.dims);

    return v.kind == VALUE_SHARED
               ? x
               : emit_combine_as(l, VALUE_SHARED, v.dims, v.fraction, v.magnitude, &t, 1, 0);
}
