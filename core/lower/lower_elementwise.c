/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums, scales, products, squares and polynomials of values, element by element.
 */
#include "lower/lower_elementwise.h"

#include <math.h>

#include "graph/owner.h"
#include "lower/emit.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/lower_places.h"
#include "lower/magnitude.h"
#include "lower/pieces.h"
#include "lower/score_shift.h"

/* --- Sums --- */

/* A constant of the provider as an operand of a sum; positions are rows of their table. */
static struct term constant_term(struct lowering *l, const mpcf_node *node, unsigned fraction,
                                 int64_t sign, struct dims dims)
{
    if (node->kind != OP_POSITIONS) {
        return term_whole(l, lower_constant(l, node, fraction), sign, dims);
    }
    const size_t h = (size_t) node->in[0]->shape.dim[1];
    lower_check_places(l, node);
    return (struct term){.x = lower_constant(l, node->in[0], fraction),
                         .weight = sign,
                         .first = (size_t) node->first * h,
                         .stride = {0, 0, h, h == 1 ? 0 : 1}}; /* one a row is for all columns */
}

static void sum_with_constant(struct lowering *l, const mpcf_node *node, size_t secret,
                              struct lowered *out)
{
    const struct dims dims = node_dims(l, node);
    const value_id x = lower_raw(l, node->in[secret]);
    const unsigned f = value_at(l, x)->fraction;
    const int64_t sign = node->kind == OP_SUB ? -1 : 1;
    const struct term terms[2] = {
        term_whole(l, x, secret == 0 ? 1 : sign, dims),
        constant_term(l, node->in[1 - secret], f, secret == 0 ? sign : 1, dims)};

    out->raw = emit_combine(l, dims, f, lower_magnitude(l, node, f), terms, 2, 0);
}

/* X + C, of the node's shape; C gets bits where X has few. */
static value_id offset(struct lowering *l, const mpcf_node *node, value_id x, double sign, double c)
{
    const struct dims dims = node_dims(l, node);
    const unsigned own = value_at(l, x)->fraction;
    const unsigned f =
        own >= l->options->value_fraction || c == floor(c) ? own : l->options->value_fraction + 4;
    const struct term t = term_whole(l, x, (int64_t) sign * ((int64_t) 1 << (f - own)), dims);

    return emit_combine(l, dims, f, lower_magnitude(l, node, f), &t, 1, llround(ldexp(c, (int) f)));
}

static void sum_with_uniform(struct lowering *l, const mpcf_node *node, size_t secret, double c,
                             struct lowered *out)
{
    const double sign = node->kind == OP_SUB && secret == 1 ? -1 : 1;
    const double number = node->kind == OP_SUB && secret == 0 ? -c : c;

    out->raw = offset(l, node, lower_raw(l, node->in[secret]), sign, number);
}

/* Where one operand has more bits than the other and than the readers need, it is truncated
 * first: the sum's ring would carry them. */
static void sum_of_secrets(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    value_id x[2];
    unsigned f[2];

    for (size_t i = 0; i < 2; i++) {
        x[i] = lower_raw(l, node->in[i]);
        f[i] = value_at(l, x[i])->fraction;
    }
    const size_t longer = f[0] >= f[1] ? 0 : 1;
    const int want = l->nodes[node->id].want;
    const unsigned least = f[1 - longer];
    if (f[longer] > least && want < (int) f[longer]) {
        x[longer] = lower_at(l, node->in[longer], want > (int) least ? (unsigned) want : least);
    }
    const unsigned top = value_at(l, x[longer])->fraction;
    const double largest = node_largest(l, node) + score_shift_in(l, node).below;
    out->raw = emit_sum(l, node_dims(l, node), magnitude_of(largest, top), x[0], x[1],
                        node->kind == OP_SUB ? -1 : 1);
}

void lower_sum(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c[2] = {0, 0};

    for (size_t i = 0; i < 2; i++) {
        if (node_is_constant(node->in[i])) {
            sum_with_constant(l, node, 1 - i, out);
            return;
        }
    }
    const bool first = lower_is_uniform(l, node->in[0], &c[0]);
    const bool second = lower_is_uniform(l, node->in[1], &c[1]);
    if (first && second) {
        out->is_uniform = true;
        out->uniform = node->kind == OP_SUB ? c[0] - c[1] : c[0] + c[1];
    } else if (first || second) {
        sum_with_uniform(l, node, first ? 1 : 0, first ? c[0] : c[1], out);
    } else {
        sum_of_secrets(l, node, out);
    }
}

void lower_offset(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    if (lower_is_uniform(l, node->in[0], &c)) {
        out->is_uniform = true;
        out->uniform = c + node->real;
        return;
    }
    out->raw = offset(l, node, lower_raw(l, node->in[0]), 1, node->real);
}

/* --- Scales --- */

static value_id scaled(struct lowering *l, const mpcf_node *node, const mpcf_node *x, double c)
{
    int exponent = 0;
    const bool is_shift = frexp(fabs(c), &exponent) == 0.5; /* moves the point, nothing else */
    const value_id id = is_shift ? lower_raw(l, x) : lower_wanted(l, x);

    return magnitude_set_by(l, emit_scaled(l, id, c), node);
}

void lower_scale(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    if (lower_is_uniform(l, node->in[0], &c)) {
        out->is_uniform = true;
        out->uniform = c * node->real;
        return;
    }
    out->raw = scaled(l, node, node->in[0], node->real);
}

/* --- Products --- */

/* Of the constant factor I: what makes a small product of a large value, as 1/R does, is small. */
static unsigned factor_fraction(struct lowering *l, const mpcf_node *product, size_t i)
{
    const mpcf_node *other = node_past_taps(product->in[1 - i]);
    const int bits =
        other->kind == OP_INPUT ? 0 : log2_up(node_seen(l, other)) - log2_up(node_seen(l, product));

    return l->options->weight_fraction + (unsigned) (bits < 0 ? 0 : bits > 30 ? 30 : bits);
}

/* A factor that only moves the point is left to the product: what is opened is then what others
 * open as well. */
static value_id operand(struct lowering *l, const mpcf_node *product, size_t i, double *factor)
{
    const mpcf_node *node = node_past_taps(product->in[i]);
    int exponent = 0;

    if (node->kind == OP_SCALE && frexp(fabs(node->real), &exponent) == 0.5) {
        *factor *= node->real;
        return lower_wanted(l, node->in[0]);
    }
    return node_is_constant(node) ? lower_constant(l, node, factor_fraction(l, product, i))
                                  : lower_wanted(l, node);
}

/* X in the shape DIMS, or as it is where a product takes it. */
static value_id spread(struct lowering *l, value_id x, struct dims dims)
{
    const struct value v = *value_at(l, x);
    const struct dims row = dims_row(dims, 1);
    bool same = true, one_a_row = true;

    for (size_t i = 0; i < MPCF_RANK_MAX; i++) {
        same = same && v.dims.dim[i] == dims.dim[i];
        one_a_row = one_a_row && v.dims.dim[i] == row.dim[i];
    }
    if (same || one_a_row) {
        return x;
    }
    const struct term t = term_whole(l, x, 1, v.dims.dim[3] == 1 ? row : dims);
    return emit_combine(l, v.dims.dim[3] == 1 ? row : dims, v.fraction, v.magnitude, &t, 1, 0);
}

/* x[0] x[1] FACTOR, where one or none of them has the result's shape. */
static value_id product(struct lowering *l, const mpcf_node *node, value_id x[2], struct dims dims,
                        double factor)
{
    const double largest = node_largest(l, node) / fabs(factor);
    const unsigned f = value_at(l, x[0])->fraction + value_at(l, x[1])->fraction;
    const size_t full = value_at(l, x[0])->dims.count == dims.count ? 0 : 1;

    if (value_at(l, x[full])->dims.count != dims.count) { /* [.., 1] by [1, .., h] */
        const struct value v = *value_at(l, x[full]);
        const struct term t = term_whole(l, x[full], 1, dims);
        x[full] = emit_combine(l, dims, v.fraction, v.magnitude, &t, 1, 0);
    }
    const value_id y = emit_product(l, x[full], x[1 - full], magnitude_of(largest, f));
    if (factor == 1) {
        return y;
    }
    return magnitude_set_by(l, emit_scaled(l, y, factor), node);
}

void lower_mul(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const struct dims dims = node_dims(l, node);
    double c[2] = {0, 0};
    bool uniform[2];
    value_id x[2];

    for (size_t i = 0; i < 2; i++) {
        uniform[i] = !node_is_constant(node->in[i]) && lower_is_uniform(l, node->in[i], &c[i]);
    }
    if (uniform[0] && uniform[1]) {
        out->is_uniform = true;
        out->uniform = c[0] * c[1];
        return;
    }
    if (uniform[0] || uniform[1]) {
        const value_id y = scaled(l, node, node->in[uniform[0] ? 1 : 0], c[uniform[0] ? 0 : 1]);
        const struct value v = *value_at(l, y);
        const struct term t = term_whole(l, y, 1, dims);
        out->raw = v.dims.count == dims.count
                       ? y
                       : emit_combine(l, dims, v.fraction, v.magnitude, &t, 1, 0);
        return;
    }
    double factor = 1;
    for (size_t i = 0; i < 2; i++) {
        x[i] = spread(l, operand(l, node, i, &factor), dims);
    }
    out->raw = product(l, node, x, dims, factor);
}
void lower_square(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double c = 0;

    if (lower_is_uniform(l, node->in[0], &c)) {
        out->is_uniform = true;
        out->uniform = c * c;
        return;
    }
    const value_id x = lower_wanted(l, node->in[0]);
    out->raw = emit_square(l, x, lower_magnitude(l, node, 2 * value_at(l, x)->fraction));
}

/* |coef[I]| LARGEST^I. */
static double term_of(const mpcf_node *node, size_t i, double largest)
{
    double term = fabs(node->coef[i]);

    for (size_t k = 0; k < i; k++) {
        term *= largest;
    }
    return term;
}

/* The degree without highest terms that are dust, 1 at least; *TOP is its coefficient. */
static size_t degree_of(struct lowering *l, const mpcf_node *node, double *top)
{
    const double largest = node_bound(l, node->in[0]);
    size_t degree = node->degree;
    double most = 0;

    for (size_t i = 0; i <= degree; i++) {
        most = fmax(most, term_of(node, i, largest));
    }
    while (degree > 0 && !(term_of(node, degree, fmax(largest, 1)) > COEFFICIENT_DUST * most)) {
        degree--;
    }
    *top = degree > 0 ? node->coef[degree] : 0;
    return degree > 0 ? degree : 1;
}

/* Horner. The bound of what is inside the last bracket comes from the operand's range. */
void lower_poly(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const double largest = fmax(node_largest(l, node->in[0]), 1);
    double top = 0;
    const size_t degree = degree_of(l, node, &top);
    const value_id x = lower_wanted(l, node->in[0]);
    const unsigned f = l->options->value_fraction + 3 +
                       (degree > 2 ? (unsigned) log2_up(largest) * (unsigned) (degree - 2) : 0);
    const struct dims dims = node_dims(l, node);
    double bound = fabs(top);
    value_id r = VALUE_NONE;

    for (size_t i = degree; i-- > 0 && l->status == MPCF_OK;) {
        bound = bound * largest + fabs(node->coef[i]);
        const value_id product =
            i + 1 == degree ? emit_scaled(l, x, top) : emit_product(l, r, x, 0);
        const struct value v = *value_at(l, magnitude_set(l, product, bound));
        const struct term t = term_whole(l, product, 1, dims);
        const unsigned m =
            i == 0 ? lower_magnitude(l, node, v.fraction) : magnitude_of(bound, v.fraction);
        r = emit_combine(l, dims, v.fraction, m, &t, 1,
                         llround(ldexp(node->coef[i], (int) v.fraction)));
        r = i == 0 ? r : emit_at(l, r, f);
    }
    out->raw = r;
}
