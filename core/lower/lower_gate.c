/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GeLU and its like. As a product of two nodes they would take the pieces of erf, a truncation and a product
 * more, each with openings of its own; as one function of x they are pieces between two lines.
 */
#include "lower/lower_gate.h"

#include <math.h>
#include <string.h>

#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/piece_steps.h"
#include "lower/wave_steps.h"

#define TOLERANCE 4e-5 /* of erf's own pieces; what they are multiplied by is often above 1 */
#define GRID      64.0 /* cuts are its multiples */
#define FURTHEST  32   /* where a gate is open or shut at the latest, in units of x */

struct gate {
    const mpcf_node *x, *curve; /* erf or tanh */
    double factor;              /* c */
    double scale;               /* s */
    double offset, weight;      /* a, b */
};

static const mpcf_node *without_scales(const mpcf_node *node, double *factor)
{
    node = node_past_taps(node);
    while (node->kind == OP_SCALE) {
        *factor *= node->real;
        node = node_past_taps(node->in[0]);
    }
    return node;
}

/* a + b curve(..): scales and offsets from outside in. */
static const mpcf_node *without_line(const mpcf_node *node, struct gate *g)
{
    node = node_past_taps(node);
    while (node->kind == OP_SCALE || node->kind == OP_OFFSET) {
        if (node->kind == OP_SCALE) {
            g->weight *= node->real;
        } else {
            g->offset += g->weight * node->real;
        }
        node = node_past_taps(node->in[0]);
    }
    return node;
}

/* Of the product NODE, whose factor I is x. */
static bool find_gate(const mpcf_node *node, size_t i, struct gate *g)
{
    *g = (struct gate){.factor = 1, .scale = 1, .weight = 1};
    g->x = without_scales(node->in[i], &g->factor);
    g->curve = without_line(node->in[1 - i], g);
    if (g->curve->kind != OP_ERF && g->curve->kind != OP_TANH) {
        return false;
    }
    return without_scales(g->curve->in[0], &g->scale) == g->x && g->scale > 0;
}

bool lower_is_gate(const mpcf_node *node)
{
    struct gate g;

    return node->kind == OP_MUL && (find_gate(node, 0, &g) || find_gate(node, 1, &g));
}

static double value_of(const void *context, double x)
{
    const struct gate *g = context;
    const double curve = g->curve->kind == OP_ERF ? erf(g->scale * x) : tanh(g->scale * x);

    return g->factor * x * (g->offset + g->weight * curve);
}

/* The slope of the line that it is beyond an end. */
static double slope_of(const struct gate *g, double sign)
{
    return g->factor * (g->offset + sign * g->weight);
}

/* Where it differs from its line no more, going from far away towards 0. */
static double end_of(const struct gate *g, double sign)
{
    double at = FURTHEST;

    while (at > 0 && fabs(value_of(g, sign * at) - slope_of(g, sign) * sign * at) < TOLERANCE) {
        at -= 1 / GRID;
    }
    return sign * (at + 1 / GRID);
}

static void line(struct pieces *p, double at, double slope)
{
    memset(p->coef[p->cut_count], 0, sizeof p->coef[0]);
    p->center[p->cut_count] = at;
    p->coef[p->cut_count][0] = slope * at;
    p->coef[p->cut_count][1] = slope;
}

static bool fit(const struct gate *g, size_t degree, struct pieces *p)
{
    const double low = end_of(g, -1), high = end_of(g, 1);

    *p = (struct pieces){.degree = degree};
    line(p, low, slope_of(g, -1));
    p->cuts[p->cut_count++] = low;
    if (!append_fit(p, value_of, g, low, high, TOLERANCE)) {
        return false;
    }
    line(p, high, slope_of(g, 1));
    return true;
}

static void lower_gate_by_pieces(struct lowering *l, const mpcf_node *node, const struct gate *g,
                                 int want, struct lowered *out)
{
    struct pieces best = {0}, p;
    size_t best_cost = SIZE_MAX;

    for (size_t degree = 2; degree <= 5; degree++) {
        if (fit(g, degree, &p) && pieces_cost(&p) < best_cost) {
            best_cost = pieces_cost(&p);
            best = p;
        }
    }
    if (best_cost == SIZE_MAX) {
        lower_fail(l, MPCF_E_INTERNAL, "'%s': no fit", node->name);
        return;
    }
    lower_pieces_at(l, node, g->x, want, &best, out);
}

/* E. */
static double even_part(const void *context, double x)
{
    const struct gate *g = context;

    return value_of(g, x) - x / 2;
}

static bool is_half_open(const struct gate *g)
{
    return fabs(g->factor * g->offset - 0.5) < 1e-9 && fabs(g->factor * g->weight - 0.5) < 1e-9;
}

void lower_gate(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    struct gate g;

    if (!find_gate(node, 0, &g)) {
        (void) find_gate(node, 1, &g);
    }
    const int want = l->nodes[node_past_taps(g.curve->in[0])->id].want + log2_up(g.scale);
    const struct wave_form form = {
        .function = even_part, .context = &g, .end = fmax(-end_of(&g, -1), end_of(&g, 1))};

    if (!is_half_open(&g) || !lower_waves_at(l, node, g.x, want, &form, out)) {
        lower_gate_by_pieces(l, node, &g, want, out);
    }
}
