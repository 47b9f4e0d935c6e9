/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, one function a kind. Rings are not chosen here: ring_search.c does, when all steps are
 * there.
 */
#include "lower/emit.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/owner.h"
#include "lower/magnitude.h"

value_id emit_value(struct lowering *l, enum value_kind kind, struct dims dims, unsigned fraction,
                    unsigned magnitude)
{
    if (l->status != MPCF_OK) {
        return VALUE_NONE;
    }
    if (magnitude > MAGNITUDE_MAX || fraction > MAGNITUDE_MAX) {
        lower_fail(
            l, MPCF_E_RANGE,
            "'%s' needs %u bits at %u fractional bits; %d is the most a value can have: leave out "
            "the texts with the most extreme values (student/public/ranges.json), or lower "
            "stages.calibrate.margin_bits",
            l->node->name, magnitude, fraction, MAGNITUDE_MAX);
        return VALUE_NONE;
    }
    const value_id id =
        program_add_value(l->program, kind, dims, fraction, magnitude, l->node->name);
    if (!l->program->failed) {
        l->program->values[id].is_inner = true;
    }
    return id;
}

static struct step *emit_step(struct lowering *l, enum step_kind kind, value_id out,
                              const value_id *in, size_t in_count)
{
    struct step *s = program_add_step(l->program, kind, out, in, in_count);

    s->function = l->function;
    return s;
}

/* One operand, a shared result. */
static value_id emit_unary(struct lowering *l, enum step_kind kind, value_id x, struct dims dims,
                           unsigned fraction, unsigned magnitude)
{
    const value_id out = emit_value(l, VALUE_SHARED, dims, fraction, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, kind, out, &x, 1);
    }
    return out;
}

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

value_id emit_truncate(struct lowering *l, value_id x, unsigned shift, unsigned magnitude)
{
    const struct value *v = value_at(l, x);
    const value_id out = emit_value(l, v->kind, v->dims, v->fraction - shift, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_TRUNCATE_REDUCE, out, &x, 1)->shift = shift;
    }
    return out;
}

value_id emit_at(struct lowering *l, value_id x, unsigned fraction)
{
    const struct value *v = value_at(l, x);

    if (v->fraction <= fraction) {
        return x;
    }
    const unsigned shift = v->fraction - fraction;
    /* One unit of rounding may need one more bit where nearly none is left. */
    const unsigned m = v->magnitude == 0 ? 0 : v->magnitude > shift + 4 ? v->magnitude - shift : 4;
    return emit_truncate(l, x, shift, m);
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

static bool masked_room(struct lowering *l, value_id x)
{
    if (x < l->masked_capacity) {
        return true;
    }
    const size_t wanted = l->program->value_count + 256;
    value_id *grown = l->masked == NULL
                          ? mpcf_alloc_array(wanted, sizeof(*grown))
                          : mpcf_grow_array(l->masked, l->masked_capacity, wanted, sizeof(*grown));
    if (grown == NULL) {
        lower_fail(l, MPCF_E_NOMEM, "out of memory (%zu values)", wanted);
        return false;
    }
    for (size_t i = l->masked_capacity; i < wanted; i++) {
        grown[i] = VALUE_NONE;
    }
    l->masked = grown;
    l->masked_capacity = wanted;
    return true;
}

value_id emit_masked(struct lowering *l, value_id x)
{
    if (l->status != MPCF_OK || !masked_room(l, x)) {
        return VALUE_NONE;
    }
    if (l->masked[x] == VALUE_NONE) {
        const struct value v = *value_at(l, x);
        const value_id out = emit_value(l, VALUE_MASKED, v.dims, v.fraction, v.magnitude);
        emit_step(l, STEP_MASKED, out, &x, 1);
        l->masked[x] = out;
    }
    return l->masked[x];
}

value_id emit_linear(struct lowering *l, enum step_kind kind, value_id masked, value_id weight,
                     struct dims dims)
{
    const value_id in[2] = {masked, weight};
    const unsigned f = value_at(l, masked)->fraction + value_at(l, weight)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, 0);

    if (out != VALUE_NONE) {
        emit_step(l, kind, out, in, 2);
    }
    return out;
}

value_id emit_product(struct lowering *l, value_id a, value_id b, unsigned magnitude)
{
    const struct value *x = value_at(l, a), *y = value_at(l, b);
    const value_id in[2] = {a, b};
    const value_id out = emit_value(l, VALUE_SHARED, x->dims, x->fraction + y->fraction, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_PRODUCT, out, in, 2);
    }
    return out;
}

value_id emit_square(struct lowering *l, value_id x, unsigned magnitude)
{
    const struct value *v = value_at(l, x);

    return emit_unary(l, STEP_SQUARE, x, v->dims, 2 * v->fraction, magnitude);
}

value_id emit_inverse(struct lowering *l, value_id x, bool is_root, unsigned finest, int64_t scale,
                      unsigned fraction, unsigned magnitude)
{
    const value_id out = emit_value(l, VALUE_SHARED, value_at(l, x)->dims, fraction, magnitude);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, STEP_INVERSE, out, &x, 1);
        s->transposed = is_root;
        s->shift = finest;
        s->constant = (uint64_t) scale;
    }
    return out;
}

value_id emit_row_sum(struct lowering *l, value_id x, unsigned magnitude)
{
    const struct value *v = value_at(l, x);
    const value_id out = emit_value(l, v->kind, dims_row(v->dims, 1), v->fraction, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_ROW_SUM, out, &x, 1);
    }
    return out;
}

value_id emit_matmul(struct lowering *l, value_id a, value_id b, bool transposed, struct dims dims,
                     unsigned magnitude)
{
    const value_id in[2] = {a, b};
    const unsigned f = value_at(l, a)->fraction + value_at(l, b)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_MATMUL, out, in, 2)->transposed = transposed;
    }
    return out;
}

value_id emit_scaled(struct lowering *l, value_id x, double c, unsigned magnitude)
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
    return emit_combine(l, v->dims, (unsigned) fraction, magnitude, &t, 1, 0);
}

static bool copy_numbers(struct lowering *l, struct step *s, const int64_t *numbers, size_t count)
{
    s->threshold_count = count;
    s->thresholds = arena_alloc(l->program->arena, count, sizeof(*s->thresholds));
    if (s->thresholds == NULL) {
        lower_fail(l, MPCF_E_NOMEM, "out of memory (%zu thresholds)", count);
        return false;
    }
    memcpy(s->thresholds, numbers, count * sizeof(*numbers));
    return true;
}

value_id emit_waves(struct lowering *l, value_id x, const struct emit_waves *w)
{
    int64_t numbers[2 + 2 * WAVES_MAX] = {w->first, w->distance};
    int64_t largest = llabs(w->constant);
    const value_id out =
        emit_value(l, VALUE_SHARED, value_at(l, x)->dims, w->fraction, w->fraction);

    if (out == VALUE_NONE) {
        return out;
    }
    for (size_t j = 0; j < w->count; j++) {
        numbers[2 + 2 * j + (w->is_odd ? 1 : 0)] = w->factor[j];
        largest += llabs(w->factor[j]);
    }
    struct step *s = emit_step(l, STEP_WAVES, out, &x, 1);
    s->shift = w->turn;
    if (copy_numbers(l, s, numbers, 2 + 2 * w->count)) {
        const unsigned places = waves_shape(s).places;
        struct value *v = &l->program->values[out];
        s->constant = (uint64_t) w->constant << places;
        v->fraction = w->fraction + places;
        v->magnitude = magnitude_of(ldexp((double) largest, -(int) w->fraction), v->fraction);
    }
    return out;
}

/* ROWS rows of bits from X and COUNT numbers. */
static value_id emit_bits(struct lowering *l, enum step_kind kind, value_id x,
                          const int64_t *thresholds, size_t count, size_t rows)
{
    const struct dims dims = dims_of(1, 1, rows, value_at(l, x)->dims.count);
    const value_id out = emit_value(l, VALUE_BITS, dims, 0, 1);

    if (out == VALUE_NONE) {
        return out;
    }
    struct step *s = emit_step(l, kind, out, &x, 1);
    return copy_numbers(l, s, thresholds, count) ? out : VALUE_NONE;
}

value_id emit_compare(struct lowering *l, value_id x, const int64_t *thresholds, size_t count)
{
    return emit_bits(l, STEP_COMPARE, x, thresholds, count, count);
}

value_id emit_table_lookup(struct lowering *l, value_id x, const int64_t *entries, size_t count,
                           size_t planes)
{
    return emit_bits(l, STEP_TABLE_LOOKUP, x, entries, count, planes);
}

value_id emit_shared(struct lowering *l, value_id x)
{
    const struct value v = *value_at(l, x);
    const struct term t = term_whole(l, x, 1, v.dims);

    return v.kind == VALUE_SHARED
               ? x
               : emit_combine_as(l, VALUE_SHARED, v.dims, v.fraction, v.magnitude, &t, 1, 0);
}

value_id emit_level_counts(struct lowering *l, value_id x, struct dims dims, unsigned m)
{
    return emit_unary(l, STEP_LEVEL_COUNTS, x, dims, 0, m);
}

value_id emit_exp(struct lowering *l, const struct emit_exp *e, unsigned fraction,
                  unsigned magnitude)
{
    const value_id in[2] = {e->x, e->bits};
    const value_id out = emit_value(l, VALUE_SHARED, value_at(l, e->x)->dims, fraction, magnitude);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, STEP_EXP, out, in, e->bits == VALUE_NONE ? 1 : 2);
        s->shift = e->point;
        s->row = e->opened;
        s->buckets = e->buckets;
        s->groups = e->factor_bits;
        s->constant = (uint64_t) e->constant;
    }
    return out;
}

value_id emit_bits_to_ring(struct lowering *l, value_id bits)
{
    return emit_unary(l, STEP_BITS_TO_RING, bits, value_at(l, bits)->dims, 0, 2);
}

value_id emit_select(struct lowering *l, value_id bits, value_id x)
{
    return emit_select_row(l, bits, 0, x);
}

value_id emit_select_row(struct lowering *l, value_id bits, uint32_t row, value_id x)
{
    const struct value *v = value_at(l, x);
    const value_id in[2] = {bits, x};
    const value_id out = emit_value(l, VALUE_SHARED, v->dims, v->fraction, v->magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_SELECT, out, in, 2)->row = row;
    }
    return out;
}

value_id emit_user_select(struct lowering *l, value_id x, const struct term *keep)
{
    const struct value *v = value_at(l, x);
    const value_id in[2] = {x, keep->x};
    const value_id out = emit_value(l, VALUE_SHARED, v->dims, v->fraction, v->magnitude);
    const struct term whole = term_whole(l, x, 1, v->dims);

    if (out == VALUE_NONE) {
        return out;
    }
    struct step *s = emit_step(l, STEP_USER_SELECT, out, in, 2);
    for (size_t j = 0; j < MPCF_RANK_MAX; j++) {
        s->views[0].stride[j] = whole.stride[j];
        s->views[1].stride[j] = keep->stride[j];
    }
    s->views[0].weight = 1;
    s->views[1].weight = 1;
    s->views[1].first = keep->first;
    return out;
}

value_id emit_provider(struct lowering *l, const mpcf_node *node, unsigned fraction)
{
    const size_t places = node_places(node);
    const struct dims dims = shape_resolve(node->shape, 1, places > 0 ? places : 1);
    const value_id out = emit_value(l, VALUE_PROVIDER, dims, fraction, 0);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_PROVIDER, out, NULL, 0)->node = node;
    }
    return out;
}

value_id emit_user(struct lowering *l, enum step_kind kind, const char *input, uint32_t pad_id,
                   struct dims dims)
{
    const value_id out = emit_value(l, VALUE_USER, dims, 0, 2);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, kind, out, NULL, 0);
        s->input = arena_strdup(l->program->arena, input);
        s->row = pad_id;
    }
    return out;
}

static struct step *set_code(struct step *s, const struct emit_code *code)
{
    s->buckets = code->buckets;
    s->groups = code->groups;
    return s;
}

value_id emit_code_user(struct lowering *l, enum step_kind kind, const struct emit_code *code,
                        struct dims dims)
{
    const value_id out = emit_user(l, kind, code->input, code->pad_id, dims);

    if (out != VALUE_NONE) {
        set_code(&l->program->steps[l->program->step_count - 1], code)->table_rows = code->rows;
    }
    return out;
}

value_id emit_bucket_sums(struct lowering *l, value_id masked, value_id table,
                          const struct emit_code *code, struct dims dims, unsigned magnitude)
{
    const value_id in[2] = {masked, table};
    const unsigned f = value_at(l, masked)->fraction + value_at(l, table)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, magnitude);

    if (out != VALUE_NONE) {
        set_code(emit_step(l, STEP_BUCKET_SUMS, out, in, 2), code);
    }
    return out;
}

value_id emit_user_matmul(struct lowering *l, value_id x, value_id y, struct dims dims,
                          unsigned magnitude)
{
    const value_id in[2] = {x, y};
    const unsigned f = value_at(l, x)->fraction + value_at(l, y)->fraction;
    const value_id out = emit_value(l, VALUE_SHARED, dims, f, magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_USER_MATMUL, out, in, 2);
    }
    return out;
}

value_id emit_user_lookup(struct lowering *l, const char *input, const mpcf_node *table,
                          size_t rows, uint32_t first, struct dims dims, unsigned fraction,
                          unsigned magnitude)
{
    const value_id out = emit_value(l, VALUE_USER, dims, fraction, magnitude);

    if (out != VALUE_NONE) {
        struct step *s = emit_step(l, STEP_USER_LOOKUP, out, NULL, 0);
        s->input = arena_strdup(l->program->arena, input);
        s->node = table;
        s->table_rows = rows;
        s->row = first;
    }
    return out;
}

void emit_reveal(struct lowering *l, value_id x, const char *output)
{
    const struct value v = *value_at(l, x);
    const value_id out = emit_value(l, VALUE_USER, v.dims, v.fraction, v.magnitude);

    if (out != VALUE_NONE) {
        emit_step(l, STEP_REVEAL, out, &x, 1)->input = arena_strdup(l->program->arena, output);
    }
}
