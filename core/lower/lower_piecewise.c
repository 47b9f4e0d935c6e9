/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions by pieces: which pieces each of them is.
 */
#include "lower/lower_piecewise.h"

#include <assert.h>
#include <math.h>

#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_sum.h"
#include "lower/exp_in_one.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/piece_steps.h"
#include "lower/score_shift.h"
#include "lower/wave_steps.h"

#define SINES_TOLERANCE 4e-5 /* of what fits a sine series */

/* --- Operations --- */

void lower_piecewise(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    struct pieces p = {.cut_count = node->cut_count, .degree = node->degree};
    double low = 0, high = 0, coef[PIECE_DEGREE_MAX + 1];

    assert(node->degree <= PIECE_DEGREE_MAX && node->cut_count <= CUTS_MAX);
    node_interval(l, node->in[0], &low, &high);
    for (size_t i = 0; i <= node->cut_count; i++) {
        const double from = i == 0 ? fmin(low, node->cuts[0]) : node->cuts[i - 1];
        const double to = i == node->cut_count ? fmax(high, from) : node->cuts[i];
        for (size_t j = 0; j <= p.degree; j++) {
            coef[j] = node->coef[i * (p.degree + 1) + j];
        }
        p.center[i] = (from + to) / 2;
        shift_polynomial(coef, p.degree, p.center[i], p.coef[i]);
        if (i < node->cut_count) {
            p.cuts[i] = node->cuts[i];
        }
    }
    lower_pieces(l, node, &p, out);
}

void lower_relu(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const int64_t zero = 0;
    const value_id x = emit_shared(l, lower_wanted(l, node->in[0]));

    out->raw = emit_select(l, emit_compare_guarded(l, x, &zero, 1), x);
}

/* --- Pieces with sines --- */

struct sines {
    const double *row; /* polynomial, then sines */
    size_t degree, count;
    double rate;
};

static double sines_at(const void *context, double x)
{
    const struct sines *s = context;
    double y = s->row[s->degree];

    for (size_t i = s->degree; i-- > 0;) {
        y = y * x + s->row[i];
    }
    for (size_t k = 0; k < s->count; k++) {
        y += s->row[s->degree + 1 + k] * sin(s->rate * (double) (k + 1) * x);
    }
    return y;
}

static bool is_polynomial(const struct sines *s)
{
    for (size_t k = 0; k < s->count; k++) {
        if (fabs(s->row[s->degree + 1 + k]) > 0) {
            return false;
        }
    }
    return true;
}

/* Pieces of P's degree for all of NODE; those without sines as they are. */
static bool fit_sines(const mpcf_node *node, double low, double high, struct pieces *p)
{
    struct sines s = {.count = (size_t) node->count, .rate = 2 * acos(-1) / node->real};

    s.degree = node->degree - s.count;
    p->cut_count = 0;
    for (size_t i = 0; i <= node->cut_count; i++) {
        const double from = i == 0 ? fmin(low, node->cuts[0]) : node->cuts[i - 1];
        const double to = i == node->cut_count ? fmax(high, from) : node->cuts[i];

        s.row = node->coef + i * (node->degree + 1);
        if (!is_polynomial(&s)) {
            if (!append_fit(p, sines_at, &s, from, to, SINES_TOLERANCE)) {
                return false;
            }
            continue;
        }
        if (p->cut_count == CUTS_MAX) {
            return false;
        }
        double *coef = p->coef[p->cut_count];
        for (size_t j = 0; j <= p->degree; j++) {
            coef[j] = 0;
        }
        p->center[p->cut_count] = (from + to) / 2;
        shift_polynomial(s.row, s.degree, p->center[p->cut_count], coef);
        if (i < node->cut_count) {
            p->cuts[p->cut_count++] = to;
        }
    }
    return true;
}

void lower_piecewise_sines(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const size_t least = node->degree - (size_t) node->count;
    struct pieces best = {0}, p = {0};
    size_t best_cost = SIZE_MAX;
    double low = 0, high = 0;

    node_interval(l, node->in[0], &low, &high);
    for (p.degree = least < 2 ? 2 : least; p.degree <= (least < 5 ? 5 : least); p.degree++) {
        if (fit_sines(node, low, high, &p) && pieces_cost(&p) < best_cost) {
            best_cost = pieces_cost(&p);
            best = p;
        }
    }
    if (best_cost == SIZE_MAX) {
        lower_fail(l, MPCF_E_RANGE, "'%s': no fit of its sines by %d pieces of degree 5",
                   node->name, CUTS_MAX + 1);
        return;
    }
    lower_pieces(l, node, &best, out);
}

/* --- Functions --- */

/* Of degrees 2 to 5 the one that costs least. */
static void lower_function(struct lowering *l, const mpcf_node *node, fit_function *function,
                           double low, double high, double below, double above, double tolerance,
                           struct lowered *out)
{
    struct pieces best = {0}, p;
    size_t best_cost = SIZE_MAX;

    for (size_t degree = 2; degree <= 5; degree++) {
        if (fit_pieces(function, NULL, low, high, below, above, degree, tolerance, &p) &&
            pieces_cost(&p) < best_cost) {
            best_cost = pieces_cost(&p);
            best = p;
        }
    }
    if (best_cost == SIZE_MAX) {
        lower_fail(l, MPCF_E_INTERNAL, "'%s': no fit", node->name);
        return;
    }
    lower_pieces(l, node, &best, out);
}

static double exp_of(const void *context, double x)
{
    (void) context;
    return exp(x);
}

static double erf_of(const void *context, double x)
{
    (void) context;
    return erf(x);
}

static double tanh_of(const void *context, double x)
{
    (void) context;
    return tanh(x);
}

#define EXP_MOST 11 /* e^11 has 16 bits in front of the point */

/* Below -11.5 it counts as 0 (1e-5 at most); a little above 0 for a maximum that is rounded. The
 * margin is the result's: above what that leaves room for, exp stays what it is there. */
void lower_exp(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    double low = 0, high = 0;

    if (exp_in_one(l, node, out)) {
        return;
    }
    node_interval(l, node->in[0], &low, &high);
    high = fmin(high, log(node_bound(l, node)));
    if (high > EXP_MOST) {
        lower_fail(l, MPCF_E_RANGE,
                   "'%s': exp takes numbers up to %d in a secure run, with the margin; calibration "
                   "saw up to %g",
                   node->name, EXP_MOST, log(node_seen(l, node)));
        return;
    }
    high = fmax(high, score_shift_in(l, node->in[0]).above);
    const double top = high > 0.5 ? ceil(high * 2) / 2 : 0.5;
    lower_function(l, node, exp_of, -11.5, top, 0, exp(top), 1.2e-5, out);
}

/* A curve of a number that has scales in front of it. */
struct curve {
    fit_function *function;
    double scale;
};

static double scaled_curve(const void *context, double x)
{
    const struct curve *c = context;

    return c->function(NULL, c->scale * x);
}

/* By waves, or by pieces where those do not fit; beyond END the curve is within TOLERANCE of 1. */
static void lower_curve(struct lowering *l, const mpcf_node *node, fit_function *function,
                        double end, double tolerance, struct lowered *out)
{
    struct curve c = {.function = function, .scale = 1};
    const mpcf_node *x = lower_past_scales(node->in[0], &c.scale);
    const struct wave_form form = {
        .function = scaled_curve, .context = &c, .is_odd = true, .end = end / c.scale};
    const int want = l->nodes[node_past_taps(node->in[0])->id].want + log2_up(c.scale);

    if (!lower_waves_at(l, node, x, want, &form, out)) {
        lower_function(l, node, function, -end, end, -1, 1, tolerance, out);
    }
}

void lower_erf(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    lower_curve(l, node, erf_of, 2.96875, 4e-5, out);
}

void lower_tanh(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    lower_curve(l, node, tanh_of, 5.25, 6e-5, out);
}
