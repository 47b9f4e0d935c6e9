/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GeLU and its like. As a product of two nodes they would take the pieces of erf, a truncation and a product
 * more, each with openings of its own; as one function of x they are pieces between two lines.
 */
#include "lower/lower_gate.h"

#include <math.h>
#include <string.h>

#include "lower/emit.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/piece_steps.h"
#include "lower/wave_fit.h"

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
    node = lower_past_taps(node);
    while (node->kind == OP_SCALE) {
        *factor *= node->real;
        node = lower_past_taps(node->in[0]);
    }
    return node;
}

/* a + b curve(..): scales and offsets from outside in. */
static const mpcf_node *without_line(const mpcf_node *node, struct gate *g)
{
    node = lower_past_taps(node);
    while (node->kind == OP_SCALE || node->kind == OP_OFFSET) {
        if (node->kind == OP_SCALE) {
            g->weight *= node->real;
        } else {
            g->offset += g->weight * node->real;
        }
        node = lower_past_taps(node->in[0]);
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

/* --- By waves --- */

/*
 * A gate with lines 0 and x is x / 2 + E, E even:
 *
 *   u = x / 2 + E(x)            E a sum of cosines, good to |x| < reach: one round
 *   y = inside u + above x      two bits, looked up by a coarse x in the same round
 *
 * A coarse x is off by up to a unit on either side. So bits change where both sides of a cut are good: E reaches
 * a unit further than the last x that is inside, and lines are near enough from a unit before.
 */
#define COARSE      1    /* bits behind the point of a coarse x */
#define LOOKUP_BITS 8    /* an index of more costs the dealer more than a comparison's rounds */
#define WAVE_GUARD  3    /* bits of coefficients beyond x's */
#define WAVES_FIT   2e-5 /* with half of the lines' */

struct wave_gate {
    const struct gate *gate;
    struct wave_fit fit;
    struct dims dims;
    value_id x;
    unsigned f;       /* fraction of x */
    int64_t inside;   /* in coarse units: the last */
    double low, high; /* of x */
};

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

/* A turn of as many units as x is opened in where it is selected, so that it is opened once: bits of the longer of
 * both. */
static unsigned common_turn(const struct lowering *l, const struct wave_gate *w)
{
    const unsigned turn = w->f + (unsigned) w->fit.turn, m = value_at(l, w->x)->magnitude;

    return m + 1 > turn ? m + 1 : turn;
}

/* Whether a few waves are as good as the pieces. */
static bool find_waves(const struct lowering *l, struct wave_gate *w)
{
    const double end = fmax(-end_of(w->gate, -1), end_of(w->gate, 1));
    const int64_t last = (int64_t) ceil(ldexp(end, COARSE));

    w->inside = last;
    return is_half_open(w->gate) &&
           fit_waves(even_part, w->gate, ldexp((double) last + 1, -COARSE), WAVES_FIT, &w->fit) &&
           common_turn(l, w) <= WAVES_TURN_BITS &&
           ldexp(wave_fit_largest(&w->fit), (int) w->f + WAVE_GUARD) <
               ldexp(1, WAVES_COEFFICIENT_BITS) - 1;
}

/* u, with one bit more behind the point than x has. */
static value_id inner_value(struct lowering *l, const struct wave_gate *w)
{
    struct emit_waves e = {
        .turn = common_turn(l, w), .fraction = w->f + WAVE_GUARD, .count = w->fit.count};
    const int64_t turns = (int64_t) 1 << (e.turn - w->f - (unsigned) w->fit.turn);

    l->program->values[w->x].magnitude = e.turn - 1; /* a wider bound holds as well */
    e.first = w->fit.first * turns;
    e.distance = w->fit.distance * turns;
    e.constant = llround(ldexp(w->fit.constant, (int) e.fraction));
    for (size_t j = 0; j < e.count; j++) {
        e.cosine[j] = llround(ldexp(w->fit.cosine[j], (int) e.fraction));
    }
    const value_id even = emit_at(l, emit_waves(l, w->x, &e), w->f + 1);
    const double most = fmax(-w->low, w->high) / 2 + wave_fit_largest(&w->fit) + 1;
    const struct term terms[2] = {term_whole(l, even, 1, w->dims), term_whole(l, w->x, 1, w->dims)};
    return emit_combine(l, w->dims, w->f + 1, magnitude_of(most, w->f + 1), terms, 2, 0);
}

/* y, INSIDE and ABOVE being bits times u and x (or x - u). */
static value_id sum_of(struct lowering *l, const mpcf_node *node, const struct wave_gate *w,
                       value_id inside, value_id above)
{
    const unsigned f = value_at(l, inside)->fraction;
    const int64_t weight = (int64_t) 1 << (f - value_at(l, above)->fraction);
    const struct term terms[2] = {term_whole(l, inside, 1, w->dims),
                                  term_whole(l, above, weight, w->dims)};

    return emit_combine(l, w->dims, f, lower_magnitude(l, node, f), terms, 2, 0);
}

/* Bits of an index that tells all coarse x apart. */
static unsigned index_bits(const struct wave_gate *w)
{
    const double count = ceil(ldexp(w->high, COARSE)) - floor(ldexp(w->low, COARSE)) + 2;

    return (unsigned) log2_up(count);
}

/* Entry: bit 0 is inside, bit 1 above. */
static value_id look_up(struct lowering *l, const mpcf_node *node, const struct wave_gate *w,
                        value_id coarse, value_id u)
{
    const unsigned bits = index_bits(w);
    const int64_t count = (int64_t) 1 << bits;
    const int64_t first = (int64_t) floor(ldexp(w->low, COARSE));
    int64_t entries[1 << LOOKUP_BITS];

    for (int64_t i = 0; i < count; i++) {
        const int64_t at = first + i;
        entries[at & (count - 1)] = at > w->inside ? 2 : at < -w->inside ? 0 : 1;
    }
    const value_id is = emit_table_lookup(l, coarse, entries, (size_t) count, 2);
    const value_id inside = emit_select_row(l, is, 0, u);
    return sum_of(l, node, w, inside, emit_select_row(l, is, 1, w->x));
}

/* u from the lower end on, and x - u more from the upper one on. */
static value_id compare(struct lowering *l, const mpcf_node *node, const struct wave_gate *w,
                        value_id coarse, value_id u)
{
    const int64_t ends[2] = {-w->inside, w->inside + 1};
    const value_id is = emit_compare(l, coarse, ends, 2);
    const struct term terms[2] = {term_whole(l, w->x, 2, w->dims), term_whole(l, u, -1, w->dims)};
    const double most = 1.5 * fmax(-w->low, w->high) + wave_fit_largest(&w->fit) + 1;
    const value_id rest =
        emit_combine(l, w->dims, w->f + 1, magnitude_of(most, w->f + 1), terms, 2, 0);
    const value_id inside = emit_select_row(l, is, 0, u);

    return sum_of(l, node, w, inside, emit_select_row(l, is, 1, rest));
}

static value_id by_waves(struct lowering *l, const mpcf_node *node, const struct wave_gate *w)
{
    const double reach = ldexp((double) w->inside + 1, -COARSE);
    const value_id u = inner_value(l, w);

    if (l->status != MPCF_OK || (w->low >= -reach && w->high <= reach)) {
        return u;
    }
    const value_id coarse = emit_at(l, w->x, COARSE);
    return index_bits(w) <= LOOKUP_BITS ? look_up(l, node, w, coarse, u)
                                        : compare(l, node, w, coarse, u);
}

void lower_gate(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    struct gate g;

    if (!find_gate(node, 0, &g)) {
        (void) find_gate(node, 1, &g);
    }
    const int wanted = l->nodes[lower_past_taps(g.curve->in[0])->id].want + log2_up(g.scale);
    const int most = l->nodes[g.x->id].want > wanted ? l->nodes[g.x->id].want : wanted;
    struct wave_gate w = {.gate = &g, .dims = node_dims(l, node)};

    w.x = emit_shared(l, lower_at(l, g.x, most < 4 ? 4 : (unsigned) most));
    if (l->status != MPCF_OK) {
        return;
    }
    w.f = value_at(l, w.x)->fraction;
    node_interval(l, g.x, &w.low, &w.high);
    if (value_at(l, w.x)->magnitude > 0 && find_waves(l, &w)) {
        out->raw = by_waves(l, node, &w);
    } else {
        lower_gate_by_pieces(l, node, &g, wanted, out);
    }
}
