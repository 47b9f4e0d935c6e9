/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps, one function a kind, but for sums (emit_sum.c) and what one party has (emit_party.c). Rings are not chosen
 * here: ring_search.c does, when all steps are there.
 */
#include "lower/emit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
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

struct step *emit_step(struct lowering *l, enum step_kind kind, value_id out, const value_id *in,
                       size_t in_count)
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
        s->is_root = is_root;
        s->finest = finest;
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
    s->turn = w->turn;
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
        s->point = e->point;
        s->opened = e->opened;
        s->buckets = e->buckets;
        s->factor_bits = e->factor_bits;
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
