/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a trained network's ranges wide, put into random weights. Behind a layer norm of gain 1 a row has unit
 * variance, so a linear's result has the spread that its weights are given, in whatever layer.
 *
 * - "Massive activations" (Sun et al., COLM 2024): the first token's rows have a direction of their own; they set off
 *   one neuron of each feed-forward, which answers in that direction.
 * - Heads differ in how far their scores spread, from 0.5 to 9, one whose scores are all alike aside; and they look at
 *   the first token (Xiao et al., ICLR 2024), so that rows of two tokens have no sum near 0 either.
 */
#include "bench/trained_weights.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define SCORE_SPREAD_LEAST 0.5
#define SCORE_SPREAD_MOST  9.0
#define FIRST_SCORE        6.0 /* times the spread: of the first token */
#define ALIKE_SCORE        -0.5 /* of the head whose scores are: 2Quad (c: 5) sums two of them to 40 */
#define NEURON_MOST        20.0 /* what the neuron is set off by */
#define ROW_MOST           64.0 /* times a row of unit variance: 12 octaves of variance */

struct names {
    const char *query, *key, *attended, *inner, *outer; /* OUTER may stand in ATTENDED */
};

static const struct names known[] = {
    {".attention.self.query.", ".attention.self.key.", ".attention.output.dense.",
     ".intermediate.dense.", ".output.dense."},
    {".attention.q_lin.", ".attention.k_lin.", ".attention.out_lin.", ".ffn.lin1.", ".ffn.lin2."},
};
enum { KNOWN = sizeof known / sizeof known[0] };

/* The first token's direction, of elements 1 and -1, whose sum is 0: of each two neighbours one is the other's
 * opposite. */
static double loud(size_t i)
{
    uint64_t random = 77 + i / 2;

    return ((random_next(&random) ^ i) & 1) != 0 ? 1 : -1;
}

static bool is_of(const struct parameter *p, const char *part, const char *kind)
{
    const char *found = strstr(p->name, part);

    return found != NULL && strcmp(found + strlen(part), kind) == 0;
}

/* --- Scores --- */

/* The spread of head H's scores; 0: the head whose scores are alike. */
static double score_spread(size_t h, size_t heads)
{
    const double least = SCORE_SPREAD_LEAST / SCORE_SPREAD_MOST;

    return h + 1 == heads ? SCORE_SPREAD_MOST
           : h == 0
               ? 0
               : SCORE_SPREAD_MOST * pow(least, (double) (heads - 1 - h) / (double) (heads - 1));
}

/* A score is a sum over D = WIDTH / HEADS products, divided by sqrt(D): its spread is that of a query's elements times
 * that of a key's. A query's bias of B and a key of B by the first token's direction add B^2 sqrt(D). */
static double first_element(size_t h, size_t heads, size_t d)
{
    const double score = h == 0 && heads > 1 ? 0 : FIRST_SCORE * score_spread(h, heads);

    return sqrt(score / sqrt((double) d));
}

static void make_rows(struct parameter *p, size_t heads, size_t width, double spread, bool is_key)
{
    const size_t d = p->count / width / heads;

    for (size_t i = 0; i < p->count; i++) {
        const size_t h = i / width / d;
        const double wanted = sqrt(score_spread(h, heads) / (double) width);
        const double first =
            is_key ? first_element(h, heads, d) / (double) width * loud(i % width) : 0;

        p->value[i] = (float) ((double) p->value[i] * wanted / spread + first);
    }
}

static void make_bias(struct parameter *p, size_t heads, bool is_key)
{
    const size_t d = p->count / heads;
    const double alike = sqrt(fabs(ALIKE_SCORE) / sqrt((double) d));

    assert(d > 0);
    for (size_t i = 0; i < p->count; i++) {
        const double alone = i < d && heads > 1 ? (is_key ? -alike : alike) : 0;

        p->value[i] = (float) (is_key ? alone : alone + first_element(i / d, heads, d));
    }
}

/* --- The first token --- */

/* ROW = factor times the direction. */
static void fill_row(struct parameter *p, size_t row, size_t width, double factor)
{
    for (size_t i = 0; i < width; i++) {
        p->value[row * width + i] = (float) (factor * loud(i));
    }
}

/* Vectors of WIDTH elements, STEP apart, the next one's first element NEXT behind: none has a part in the direction, so
 * that no other token sets off the neuron. */
static void take_direction_out(struct parameter *p, size_t width, size_t step, size_t next)
{
    for (size_t v = 0; v < p->count / width; v++) {
        float *x = p->value + v * next;
        double part = 0;

        for (size_t i = 0; i < width; i++) {
            part += (double) x[i * step] * loud(i) / (double) width;
        }
        for (size_t i = 0; i < width; i++) {
            x[i * step] -= (float) (part * loud(i));
        }
    }
}

/* Of a linear's weight, [WIDTH, in], or its bias, what it gives. */
static void take_out_of_results(struct parameter *p, size_t width)
{
    const size_t in = p->count / width;

    take_direction_out(p, width, in, 1);
}

/* Quad, ((z + 1)^2 + 3) / 8, does not grow from z = -1; others are 0 from there down. */
static const double quad_rest = -1, other_rest = -10;

static bool is_quad(const struct trained_shape *s)
{
    return strncmp(s->activation, "quad", 4) == 0;
}

static double quad_of(double z)
{
    return ((z + 1) * (z + 1) + 3) / 8;
}

/* Row 0 of the inner linear and its bias: NEURON_MOST by the direction, else REST. */
static void make_inner(struct parameter *p, const struct trained_shape *s, bool is_bias)
{
    const double rest = is_quad(s) ? quad_rest : other_rest;
    const size_t width = (size_t) s->facts->hidden;

    if (is_bias) {
        p->value[0] = (float) rest;
    } else {
        fill_row(p, 0, width, (NEURON_MOST - rest) / (double) width);
    }
}

/* Column 0 of the outer linear: the direction; its bias takes away what the neuron answers at rest. */
static void make_outer(struct parameter *p, const struct trained_shape *s, bool is_bias)
{
    const size_t width = (size_t) s->facts->hidden, in = p->count / width;
    const double answer = is_quad(s) ? quad_of(NEURON_MOST) : NEURON_MOST;
    const double rest = is_quad(s) ? quad_of(quad_rest) : 0;

    take_out_of_results(p, width);
    for (size_t i = 0; i < width; i++) {
        const double by = ROW_MOST / answer * loud(i);

        p->value[i * in] = (float) (is_bias ? (double) p->value[i * in] - rest * by : by);
    }
}

/* --- All of them --- */

struct made {
    size_t scores, neurons, places;
};

static bool is_linear(const struct parameter *p, const char *part)
{
    return is_of(p, part, "weight") || is_of(p, part, "bias");
}

static void make_table(struct parameter *p, const struct trained_shape *s, struct made *made)
{
    const size_t width = (size_t) s->facts->hidden;

    if (p->count % width != 0 || p->shape.dim[p->shape.rank - 1] != s->facts->hidden) {
        return;
    }
    take_direction_out(p, width, 1, width);
    if (is_of(p, ".position_embeddings.", "weight") && p->count >= s->places * width) {
        fill_row(p, p->count / width - s->places, width, 8 * s->spread);
        made->places++;
    }
}

static void make_one(struct parameter *p, const struct names *n, const struct trained_shape *s,
                     struct made *made)
{
    const size_t heads = (size_t) s->facts->heads, width = (size_t) s->facts->hidden;
    const bool is_key = is_linear(p, n->key), is_bias = text_ends_with(p->name, ".bias");

    if (p->is_table || is_of(p, ".position_embeddings.", "weight")) {
        make_table(p, s, made);
    } else if (is_key || is_linear(p, n->query)) {
        if (is_bias) {
            make_bias(p, heads, is_key);
        } else {
            make_rows(p, heads, width, s->spread, is_key);
            made->scores++;
        }
    } else if (is_linear(p, n->attended)) {
        take_out_of_results(p, width);
    } else if (is_linear(p, n->inner)) {
        make_inner(p, s, is_bias);
    } else if (is_linear(p, n->outer)) {
        make_outer(p, s, is_bias);
        made->neurons += is_bias ? 0 : 1;
    }
}

mpcf_status trained_weights(struct parameters *p, const struct trained_shape *s, mpcf_error *err)
{
    const size_t layers = (size_t) s->facts->layers;

    for (size_t k = 0; k < KNOWN; k++) {
        struct made made = {0};

        for (size_t i = 0; i < p->count; i++) {
            make_one(&p->items[i], &known[k], s, &made);
        }
        if (made.scores == 2 * layers && made.neurons == layers && made.places == 1) {
            return MPCF_OK;
        }
        if (made.scores > 0) {
            break;
        }
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                     "--ranges trained: known of encoders whose tables are as wide as their "
                     "layers, with BERT's or DistilBERT's names; --ranges random, or a "
                     "checkpoint's folder as --model, measures others");
}
