/* SPDX-License-Identifier: Apache-2.0 */
/* Which counts, of which levels, a row's maximum takes, by their price, and the steps of each. */
#include "lower/row_levels.h"

#include <math.h>

#include "lower/emit.h"
#include "lower/emit_guarded.h"
#include "lower/emit_party.h"
#include "lower/emit_sum.h"
#include "lower/lower_node.h"
#include "lower/magnitude.h"
#include "lower/score_shift.h"
#include "lower/step_price.h"

/* --- A tournament's round --- */

/* Columns FIRST .. FIRST + WIDTH - 1. */
static struct term columns(const struct lowering *l, value_id x, size_t first, int64_t weight)
{
    struct term t = term_whole(l, x, weight, value_at(l, x)->dims);

    t.first = first;
    return t;
}

value_id emit_larger_half(struct lowering *l, value_id x)
{
    const int64_t zero = 0;
    const struct value v = *value_at(l, x);
    const size_t c = v.dims.dim[3], width = (c + 1) / 2;
    const struct dims dims = dims_row(v.dims, width);
    const struct term difference[2] = {columns(l, x, 0, 1), columns(l, x, c - width, -1)};
    const value_id d = emit_combine(l, dims, v.fraction, v.magnitude + 1, difference, 2, 0);
    const value_id gain = emit_select(l, emit_compare_guarded(l, d, &zero, 1), d);
    const struct term sum[2] = {columns(l, x, c - width, 1), term_whole(l, gain, 1, dims)};

    return emit_combine(l, dims, v.fraction, v.magnitude, sum, 2, 0);
}

/* --- Which levels --- */

#define REACHED_RING 24 /* about what the largest score has, which is a sum of them */

enum { STAGES_MAX = 4, BITS_MIN = 3, BITS_MAX = 6, HALVES_MAX = 5 };

/* From the last stage, 0, up: stage i counts 2^bits[i] levels of 2^shift[i] steps each. */
struct level_plan {
    unsigned stages, bits[STAGES_MAX], shift[STAGES_MAX];
    unsigned halves; /* comparisons of halves before */
    double price;
};

struct level_scores {
    double low, high, step;
    unsigned fraction;  /* of the steps */
    double most;        /* the largest score less the lowest, in steps, which may be one too high */
    unsigned magnitude; /* of scores less the lowest, in steps */
    size_t columns, rows;
    struct prices at;
};

/* A comparison and a selection of numbers of M bits. */
static double selection_price(const struct level_scores *s, unsigned m, double elements)
{
    const struct step_price bit = compare_price(&s->at, m), selection = select_price(&s->at, m);

    return (bit.rounds + selection.rounds) * s->at.message +
           (bit.seconds + selection.seconds) * elements;
}

/* HALVES comparisons of halves; leaves COLUMNS of them. */
static double halves_price(const struct level_scores *s, unsigned halves, double *columns)
{
    double price = 0;

    for (unsigned i = 0; i < halves; i++) {
        *columns = ceil(*columns / 2);
        price += selection_price(s, s->magnitude + 1, *columns * (double) s->rows);
    }
    return price;
}

/* Of a count less one, -1 .. columns - 1. */
static unsigned count_magnitude(size_t columns)
{
    const unsigned bits = 1 + (unsigned) log2_up((double) columns);

    return bits < 3 ? 3 : bits;
}

/* Of an element that is counted, in 2^BITS levels by M bits. */
static struct step_price counts_price(const struct level_scores *s, unsigned bits, unsigned m)
{
    const size_t levels = ((size_t) 1 << bits) - 1;
    const struct step step = {.kind = STEP_LEVEL_COUNTS, .in_count = 1};
    struct value values[] = {priced_value(VALUE_SHARED, bits, bits),
                             priced_value(VALUE_SHARED, m, m)};

    values[1].dims = dims_of(1, 1, PRICED_ELEMENTS, levels); /* rows of one */
    struct step_price p = step_price(&s->at, &step, values);
    p.seconds /= PRICED_ELEMENTS;
    return p;
}

/* Of a bit that says whether a level is reached, as a number. */
static struct step_price number_price(const struct level_scores *s)
{
    const struct step step = {.kind = STEP_BITS_TO_RING, .in_count = 1};
    struct value values[] = {priced_value(VALUE_BITS, 0, 1),
                             priced_value(VALUE_SHARED, 2, REACHED_RING)};
    struct step_price p = step_price(&s->at, &step, values);

    p.seconds /= PRICED_ELEMENTS;
    return p;
}

static double stage_price(const struct level_scores *s, unsigned bits, double columns)
{
    const unsigned m = count_magnitude((size_t) columns);
    const struct step_price counts = counts_price(s, bits, m), sign = sign_price(&s->at, m),
                            number = number_price(s);
    const double rows = (double) s->rows, levels = exp2(bits) - 1;

    return (counts.rounds + sign.rounds + number.rounds) * s->at.message +
           rows * (columns * counts.seconds + levels * (sign.seconds + number.seconds));
}

static void set_price(const struct level_scores *s, struct level_plan *p)
{
    double columns = (double) s->columns;

    p->price = halves_price(s, p->halves, &columns);
    for (unsigned i = 0; i < p->stages; i++) {
        p->price += stage_price(s, p->bits[i], columns);
        if (i + 1 < p->stages) {
            p->price +=
                selection_price(s, s->magnitude - p->shift[i] + 1, columns * (double) s->rows);
        }
    }
}

/* P has all stages but the first; the first finds a window of two of its levels, which the next one has as levels of its
 * own. The cheapest of all with that end goes into BEST. */
static void try_stages(const struct level_scores *s, struct level_plan p, struct level_plan *best)
{
    const unsigned i = p.stages++;

    p.shift[i] = i == 0 ? 0 : p.shift[i - 1] + p.bits[i - 1] - 1;
    const double over = i == 0 ? 0 : 1; /* a truncated number may be one too high */
    const int bits = log2_up(floor(ldexp(s->most, -(int) p.shift[i])) + over + 1);
    p.bits[i] = bits < BITS_MIN ? BITS_MIN : (unsigned) bits;
    if (p.bits[i] <= BITS_MAX) {
        set_price(s, &p);
        *best = best->stages == 0 || p.price < best->price ? p : *best;
    }
    for (p.bits[i] = BITS_MIN; p.stages < STAGES_MAX && bits > 0 && p.bits[i] <= BITS_MAX;
         p.bits[i]++) {
        try_stages(s, p, best);
    }
}

static struct level_plan cheapest_plan(const struct level_scores *s)
{
    struct level_plan best = {0};

    for (unsigned halves = 0; halves <= HALVES_MAX && s->columns >> halves > 0; halves++) {
        try_stages(s, (struct level_plan){.halves = halves}, &best);
    }
    return best;
}

static double tournament_price(const struct level_scores *s)
{
    double columns = (double) s->columns;

    return halves_price(s, (unsigned) log2_up(columns), &columns);
}

/* --- Steps --- */

#define UNITS                                                                                      \
    32 /* bits that levels are declared to have behind the point: only their integers matter */

static int64_t lowest_of(const struct level_scores *s)
{
    return (int64_t) floor(s->low / s->step) - 1;
}

/* Scores less the lowest, in steps, from 1 on; 0 where masked. Below and above, a level is another one, modulo their
 * number: less the middle they have a magnitude that the reference compares at both ends. */
static value_id offset_scores(struct lowering *l, const mpcf_node *node,
                              const struct level_scores *s)
{
    const value_id x = lower_at(l, node->in[0], s->fraction);
    const struct dims dims = value_at(l, x)->dims;
    const struct term whole = term_whole(l, x, 1, dims);
    const int64_t middle = (int64_t) 1 << (s->magnitude - 2);
    const value_id centred =
        emit_combine(l, dims, UNITS, s->magnitude - 1, &whole, 1, -lowest_of(s) - middle);
    const struct term from_middle = term_whole(l, centred, 1, dims);
    const value_id y = emit_combine(l, dims, UNITS, s->magnitude, &from_middle, 1, middle);
    double c = 0;

    if (lower_is_uniform(l, node->in[1], &c) && c == 1) {
        return y;
    }
    const struct term keep = term_whole(l, lower_raw(l, node->in[1]), 1, dims);
    return emit_user_select(l, y, &keep);
}

/* Bits [row, level]: whether a number of the row of X is beyond it. */
static value_id levels_reached(struct lowering *l, value_id x, unsigned bits)
{
    const struct dims of = value_at(l, x)->dims;
    const int64_t zero = 0;
    const struct dims dims = dims_row(of, ((size_t) 1 << bits) - 1);
    const value_id counts = emit_level_counts(l, x, dims, 0); /* may wrap: less one it does not */
    const struct term whole = term_whole(l, counts, 1, dims);
    const value_id less_one = emit_combine(l, dims, 0, count_magnitude(of.dim[3]), &whole, 1, -1);

    return emit_bits_to_ring(l, emit_compare(l, less_one, &zero, 1)); /* exact: no guard */
}

/* UNIT (FLOOR + numbers of the levels REACHED) + CONSTANT, a number a row like LIKE; FLOOR may be none. */
static value_id raised(struct lowering *l, value_id floor, value_id reached, unsigned bits,
                       int64_t unit, int64_t constant, const struct value *like)
{
    const size_t levels = ((size_t) 1 << bits) - 1;
    struct term terms[1 << BITS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < levels; i++) {
        struct term t = {.x = reached, .weight = unit, .first = i, .stride = {0, 0, levels, 0}};
        t.stride[1] = levels * like->dims.dim[2];
        t.stride[0] = t.stride[1] * like->dims.dim[1];
        terms[count++] = t;
    }
    if (floor != VALUE_NONE) {
        terms[count++] = term_whole(l, floor, unit, like->dims);
    }
    return emit_combine(l, like->dims, like->fraction, like->magnitude, terms, count, constant);
}

/* By what X is above FLOOR, and 0 below: all that reaches the window has BITS. A truncated X may be one too high, and
 * the window is one short of two levels' width then; one is taken off. */
static value_id above_floor(struct lowering *l, value_id x, value_id floor, unsigned bits,
                            bool is_truncated)
{
    const int64_t zero = 0;
    const struct value v = *value_at(l, x);
    const struct term terms[2] = {term_whole(l, x, 1, v.dims), term_whole(l, floor, -1, v.dims)};
    const value_id d =
        emit_combine(l, v.dims, v.fraction, v.magnitude + 1, terms, 2, is_truncated ? -1 : 0);
    const value_id y = emit_select(l, emit_compare_guarded(l, d, &zero, 1), d);

    if (l->status == MPCF_OK) {
        l->program->values[y].magnitude = bits + 1;
    }
    return y;
}

/* One stage, of Y: its floor, in units of the next stage; of the last stage the row's largest number, in steps. What is
 * truncated may be one too high: the first floor is one lower. */
static value_id stage_floor(struct lowering *l, const struct level_scores *s,
                            const struct level_plan *p, unsigned i, value_id y, value_id floor)
{
    const bool is_first = i + 1 == p->stages;
    const unsigned next = i > 0 ? p->shift[i - 1] : 0, shift = p->shift[i], bits = p->bits[i];
    value_id x = shift > 0 ? emit_truncate(l, y, shift, s->magnitude - shift + 1) : y;
    struct value rows = *value_at(l, x);
    const int64_t unit = (int64_t) 1 << (shift - next);

    rows.dims = dims_row(rows.dims, 1);
    rows.fraction = UNITS - next;
    rows.magnitude = s->magnitude - next + 1;
    if (!is_first) {
        x = above_floor(l, x, floor, bits, shift > 0);
    }
    return raised(l, is_first ? VALUE_NONE : floor, levels_reached(l, x, bits), bits, unit,
                  is_first && i > 0 ? -unit : 0, &rows);
}

#define RESULT_FRACTION 3 /* the finest step, and what score_shift_of() rounds to */

/* The largest score is from LARGEST - 1 steps on, and less than LARGEST + 1. */
static value_id in_scores(struct lowering *l, const struct level_scores *s, value_id largest,
                          const struct score_shift *shift)
{
    const struct value v = *value_at(l, largest);
    const struct term t = term_whole(l, largest, (int64_t) ldexp(s->step, RESULT_FRACTION), v.dims);
    const double first = (double) (lowest_of(s) - 1) * s->step + shift->below;
    const double most = fmax(fabs(s->low), fabs(s->high)) + 4;

    return emit_combine(l, v.dims, RESULT_FRACTION, magnitude_of(most, RESULT_FRACTION), &t, 1,
                        (int64_t) ldexp(first, RESULT_FRACTION));
}

static struct level_scores scores_of(struct lowering *l, const mpcf_node *node, double step)
{
    const struct dims dims = node_dims(l, node_past_taps(node->in[0]));
    struct level_scores s = {.columns = dims.dim[3], .at = prices_on(&l->options->network)};

    s.rows = dims.count / dims.dim[3];
    node_interval(l, node->in[0], &s.low, &s.high);
    /* As far as a score may go on either side; where it is compared, up to the unit behind, from which it is marked. */
    const double bound = node_bound(l, node->in[0]);
    const double most = l->checks != NULL ? floor(bound) + 1 : bound;

    s.low = -most - 0.125; /* where all are near 0 they are rounding */
    s.high = fmax(s.high, most) + 0.125;
    s.step = step;
    s.fraction = (unsigned) log2_up(1 / step);
    s.most = floor(s.high / step) + 1 - (double) lowest_of(&s);
    const unsigned bits = 1 + (unsigned) log2_up(s.most + 1);
    s.magnitude = bits < 4 ? 4 : bits;
    return s;
}

bool row_levels(struct lowering *l, const mpcf_node *node, struct lowered *out)
{
    const struct score_shift shift = score_shift_of(l);

    if (shift.step <= 0 || l->status != MPCF_OK || !shift_cancels(l, node)) {
        return false;
    }
    const struct level_scores s = scores_of(l, node, shift.step);
    const struct level_plan p = cheapest_plan(&s);
    if (p.stages == 0 || p.price >= tournament_price(&s)) {
        return false;
    }
    value_id y = offset_scores(l, node, &s), floor = VALUE_NONE;
    for (unsigned i = 0; i < p.halves; i++) {
        y = emit_larger_half(l, y);
    }
    for (unsigned i = p.stages; i-- > 0 && l->status == MPCF_OK;) {
        floor = stage_floor(l, &s, &p, i, y, floor);
    }
    out->raw = in_scores(l, &s, floor, &shift);
    return true;
}
