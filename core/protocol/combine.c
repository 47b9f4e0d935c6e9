/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMBINE: sums of tensors read at strides, with public integer weights.
 *
 * Ideal function: y = c0 + sum_j w_j x_j[first_j + i . stride_j], modulo 2^k; operands that are of
 * some indices of dimension 1 alone (heads) are summed there. Each party does it on its shares; the
 * provider (or the owner) adds c0. No message, no leakage.
 */
#include <string.h>

#include "base/workers.h"
#include "channel/role.h"
#include "protocol/step_operations.h"
#include "ring/ring.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    for (size_t j = 0; j < s->in_count; j++) {
        const struct value *x = step_in(p, s, j);
        if (x->kind == VALUE_SHARED && x->ring < out->ring) {
            return "an operand's ring is narrower than the result's";
        }
        const struct view *v = &s->views[j];
        if (v->end != 0 && (v->begin >= v->end || v->end > out->dims.dim[1])) {
            return "a view is of indices that the result does not have";
        }
        size_t last = v->first;
        for (unsigned i = 0; i < MPCF_RANK_MAX; i++) {
            const size_t length = i == 1 && v->end != 0 ? v->end - v->begin : out->dims.dim[i];
            last += (length - 1) * v->stride[i];
        }
        if (last >= x->dims.count) {
            return "a view reads outside its operand";
        }
    }
    return check_owned(p, s);
}

static size_t stride_of(const struct dims *d, unsigned axis)
{
    size_t stride = 1;

    for (unsigned i = axis + 1; i < MPCF_RANK_MAX; i++) {
        stride *= d->dim[i];
    }
    return stride;
}

/* Axes of OUT that walk along axis AXIS of an operand X read through VIEW. */
static unsigned axes_along(const struct value *out, const struct value *x, const struct view *view,
                           unsigned axis)
{
    unsigned axes = 0;

    for (unsigned i = 0; i < MPCF_RANK_MAX; i++) {
        if (out->dims.dim[i] > 1 && out->dims.dim[i] == x->dims.dim[axis] &&
            view->stride[i] == stride_of(&x->dims, axis)) {
            axes |= 1u << i;
        }
    }
    return axes;
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    for (size_t j = 0; j < s->in_count; j++) {
        const struct value *x = step_in(p, s, j);
        unsigned tokens = 0;
        for (unsigned a = 0; a < MPCF_RANK_MAX; a++) {
            if ((x->token_axes >> a & 1) != 0) {
                tokens |= axes_along(out, x, &s->views[j], a);
            }
        }
        int batch = -1;
        if (x->batch_axis >= 0) {
            unsigned axes = axes_along(out, x, &s->views[j], (unsigned) x->batch_axis) & ~tokens;
            for (int i = MPCF_RANK_MAX - 1; i >= 0; i--) {
                batch = (axes >> i & 1) != 0 ? i : batch;
            }
        }
        axes_take(out, batch, tokens);
    }
}

struct combine {
    const struct step *step;
    const struct dims *dims;
    uint64_t *const *x; /* by value; NULL is zero */
    uint64_t constant;
    uint64_t *out;
};

static void add_row(uint64_t *z, const uint64_t *x, size_t stride, uint64_t weight, size_t n)
{
    if (stride == 1 && weight == 1) {
        ring_add(z, z, x, n);
    } else if (stride == 1) {
        ring_add_scaled(z, x, weight, n);
    } else {
        for (size_t i = 0; i < n; i++) {
            z[i] += weight * x[i * stride];
        }
    }
}

/* Of operand J, where it reaches the row, or NULL. */
static const uint64_t *row_of(const struct combine *c, size_t j, size_t row)
{
    const size_t *dim = c->dims->dim;
    const size_t i2 = row % dim[2], i1 = row / dim[2] % dim[1], i0 = row / dim[2] / dim[1];
    const struct view *v = &c->step->views[j];
    const uint64_t *x = c->x[c->step->in[j]];

    if (x == NULL || (v->end != 0 && (i1 < v->begin || i1 >= v->end))) {
        return NULL;
    }
    return x + v->first + i0 * v->stride[0] + (i1 - v->begin) * v->stride[1] + i2 * v->stride[2];
}

/* What the row begins with: what is summed first is not added to zeros. Returns how many operands are in. */
static size_t begin_row(const struct combine *c, size_t row, uint64_t *z, size_t n)
{
    const struct view *v = c->step->views;
    const bool has_first = c->step->in_count > 0 && c->constant == 0 && v->stride[3] == 1;
    const uint64_t *x = has_first ? row_of(c, 0, row) : NULL;
    const bool has_two =
        x != NULL && c->step->in_count > 1 && v[1].stride[3] == 1 && v[0].weight == 1;
    const uint64_t *y = has_two && v[1].weight == 1 ? row_of(c, 1, row) : NULL;

    if (y != NULL) {
        ring_add(z, x, y, n);
        return 2;
    }
    if (x != NULL) {
        ring_scale(z, x, (uint64_t) v->weight, n);
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        z[i] = c->constant;
    }
    return 0;
}

static void rows_body(void *context, size_t begin, size_t end)
{
    const struct combine *c = context;
    const size_t n = c->dims->dim[3];

    for (size_t row = begin; row < end; row++) {
        uint64_t *z = c->out + row * n;
        for (size_t j = begin_row(c, row, z, n); j < c->step->in_count; j++) {
            const struct view *v = &c->step->views[j];
            const uint64_t *x = row_of(c, j, row);
            if (x != NULL) {
                add_row(z, x, v->stride[3], (uint64_t) v->weight, n);
            }
        }
    }
}

static void combine(const struct program *p, const struct step *s, uint64_t *const *x,
                    uint64_t constant, uint64_t *out)
{
    const struct value *v = step_out(p, s);
    struct combine c = {.step = s, .dims = &v->dims, .x = x, .constant = constant, .out = out};

    workers_for(value_rows(v), 1 + 8192 / v->dims.dim[3], rows_body, &c);
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    combine(r->program, s, r->x, s->constant, out);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    const struct value *v = step_out(p->program, s);
    enum role adds = v->kind == VALUE_USER ? ROLE_USER : ROLE_PROVIDER;
    uint64_t constant = p->role == adds ? s->constant : 0;
    bool is_zero = constant == 0;

    for (size_t j = 0; j < s->in_count; j++) {
        is_zero = is_zero && party_operand(p, s, j) == NULL;
    }
    if (is_zero) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    combine(p->program, s, p->share, constant, out);
    return MPCF_OK;
}

const struct step_operations step_operations_combine = {
    .independence = INDEPENDENT_AS_OPERANDS,
    .has_user_range = true,
    .adds = true,
    .check = check,
    .axes = axes,
    .reference = reference,
    .compute = compute,
};
