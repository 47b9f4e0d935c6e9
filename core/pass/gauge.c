/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How s is chosen. A rounding of W is an error of v that U multiplies; a rounding of U is multiplied by v. Both are
 * smallest together where a row of W and the column of U that reads it have one norm. The row is taken with the layer
 * norm's gain in front and with its bias, as they are when it is rounded.
 */
#include "pass/gauge.h"

#include <math.h>

#include "base/memory.h"
#include "graph/node.h"
#include "pass/drop_training.h"
#include "pass/rewrite.h"

#define LEAST_BITS 2  /* a smaller power of two is not worth a change */
#define MOST_BITS  40 /* far from the ends of a float's exponent */

struct gauge {
    const mpcf_graph *graph; /* without what only training needs */
    struct parameters *parameters;
    const mpcf_node **reader; /* by id: the one node that reads it; NULL: none, or several */
    size_t *uses;             /* by id: how often it is read, by taps that nobody reads not */
    size_t changed;
};

/* A linear whose weights can be scaled, and how far its channels were followed. */
struct channels {
    const mpcf_node *linear;
    struct parameter *weight;
    float *bias;          /* NULL: none */
    const mpcf_node *at;  /* the last node in which they are whole */
    const mpcf_node *end; /* what reads that: a LINEAR, or a MATMUL of two such */
    size_t slot;          /* as which of its operands */
    unsigned degree;      /* behind squares: s^degree */
};

/* --- Who reads what --- */

static bool is_read(const struct gauge *x, const mpcf_node *node)
{
    bool is_output = false;

    for (size_t i = 0; i < graph_output_count(x->graph); i++) {
        is_output = is_output || graph_output(x->graph, i)->node == node;
    }
    return node->kind != OP_TAP || x->uses[node->id] > 0 || is_output;
}

/* From the outputs back, so that a tap's own readers are known when it is looked at. */
static void find_readers(struct gauge *x)
{
    for (size_t i = 0; i < graph_output_count(x->graph); i++) {
        x->uses[graph_output(x->graph, i)->node->id] += 2; /* whoever asked reads it as it is */
    }
    for (size_t i = graph_count(x->graph); i-- > 0;) {
        const mpcf_node *node = graph_node(x->graph, i);

        for (size_t j = 0; j < node->in_count && is_read(x, node); j++) {
            if (node->in[j] != NULL) {
                const size_t id = node->in[j]->id;

                x->reader[id] = x->uses[id]++ == 0 ? node : NULL;
            }
        }
    }
}

/* The parameter that NODE is, read once; NULL: it is none. */
static struct parameter *own_parameter(const struct gauge *x, const mpcf_node *node)
{
    return node != NULL && node->kind == OP_PARAMETER && x->uses[node->id] == 1
               ? parameters_find(x->parameters, node->label)
               : NULL;
}

static struct parameter *weight_of(const struct gauge *x, const mpcf_node *linear)
{
    struct parameter *w = own_parameter(x, linear->in[1]);

    return w != NULL && w->value != NULL && w->shape.rank == 2 ? w : NULL;
}

static int64_t width_of(const mpcf_node *node)
{
    return shape_row(node->shape);
}

/* --- Following channels --- */

/* The power of x that a polynomial of one term is; 0: another. */
static unsigned single_power(const mpcf_node *node)
{
    unsigned power = 0;

    for (unsigned i = 0; i <= node->degree; i++) {
        if (node->coef[i] != 0) {
            if (power > 0 || i == 0) {
                return 0;
            }
            power = i;
        }
    }
    return power;
}

static bool same_row(const mpcf_node *a, const mpcf_node *b)
{
    return a->shape.rank == b->shape.rank && width_of(a) == width_of(b);
}

/* By which power NODE, which reads channels as operand SLOT, has them; 0: not as channels any more. */
static unsigned passes_as(const mpcf_node *node, size_t slot)
{
    switch (node->kind) {
    case OP_TAP:
    case OP_SCALE:
    case OP_RELU:
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_TOKEN:
        return 1;
    case OP_MASK:
        return slot == 0 ? 1 : 0;
    case OP_MUL:
        return same_row(node, node->in[slot]) ? 1 : 0;
    case OP_MATMUL:
        return slot == 1 && !node->transposed ? 1 : 0;
    case OP_SQUARE:
        return 2;
    case OP_POLY:
        return single_power(node) <= 2 ? single_power(node) : 0;
    default:
        return 0;
    }
}

static size_t slot_of(const mpcf_node *reader, const mpcf_node *node)
{
    size_t slot = 0;

    while (reader->in[slot] != node) {
        slot++;
    }
    return slot;
}

/* What LINEAR's channels are made with; false: not weights that can be scaled. */
static bool begin(const struct gauge *x, const mpcf_node *linear, struct channels *out)
{
    const bool has_bias = linear->in_count > 2 && linear->in[2] != NULL;
    struct parameter *bias = has_bias ? own_parameter(x, linear->in[2]) : NULL;

    *out = (struct channels){.linear = linear, .at = linear, .degree = 1};
    out->weight = linear->kind == OP_LINEAR ? weight_of(x, linear) : NULL;
    out->bias = bias != NULL ? bias->value : NULL;
    return out->weight != NULL && (!has_bias || out->bias != NULL);
}

/* False: LINEAR's channels are none, or another reads them, too. */
static bool follow(const struct gauge *x, const mpcf_node *linear, struct channels *out)
{
    if (!begin(x, linear, out)) {
        return false;
    }
    while (x->reader[out->at->id] != NULL) {
        out->end = x->reader[out->at->id];
        out->slot = slot_of(out->end, out->at);
        const unsigned power = passes_as(out->end, out->slot);

        if (power == 0) {
            return true;
        }
        out->degree *= power;
        out->at = out->end;
    }
    return false;
}

/* --- Norms --- */

static double square(double x)
{
    return x * x;
}

/* Values of the vector that NODE is, [count]; NULL: it is no parameter. */
static const float *vector_of(const struct gauge *x, const mpcf_node *node, size_t count)
{
    const struct parameter *p = node != NULL && node->kind == OP_PARAMETER
                                    ? parameters_find(x->parameters, node->label)
                                    : NULL;

    return p != NULL && p->count == count ? p->value : NULL;
}

/* Of row I of the weights and bias, as they meet normalised rows. */
static double row_norm(const struct gauge *x, const struct channels *c, size_t i)
{
    const size_t n = (size_t) c->weight->shape.dim[1];
    const mpcf_node *from = node_without_taps(c->linear->in[0]);
    const bool is_norm = from->kind == OP_LAYER_NORM;
    const float *gain = is_norm ? vector_of(x, from->in[1], n) : NULL;
    const float *shift = is_norm ? vector_of(x, from->in[2], n) : NULL;
    double sum = 0, bias = c->bias != NULL ? (double) c->bias[i] : 0;

    for (size_t j = 0; j < n; j++) {
        const double v = (double) c->weight->value[i * n + j];

        sum += square(gain != NULL ? v * (double) gain[j] : v);
        bias += shift != NULL ? v * (double) shift[j] : 0;
    }
    return sqrt(sum + square(bias));
}

static double column_norm(const struct parameter *w, size_t j)
{
    const size_t n = (size_t) w->shape.dim[1], rows = (size_t) w->shape.dim[0];
    double sum = 0;

    for (size_t i = 0; i < rows; i++) {
        sum += square((double) w->value[i * n + j]);
    }
    return sqrt(sum);
}

/* The power of two that brings MINE s and OTHER / s^degree together; 0: near enough, or one of them is 0. */
static int bits_between(double mine, double other, unsigned degree)
{
    if (!(mine > 0) || !(other > 0) || !isfinite(mine) || !isfinite(other)) {
        return 0;
    }
    const double bits = (log2(other) - log2(mine)) / (1 + degree);
    const double kept = fmin(fmax(bits, -MOST_BITS), MOST_BITS);

    return fabs(kept) < LEAST_BITS ? 0 : (int) lround(kept);
}

/* --- Scaling --- */

static void scale_row(const struct channels *c, size_t i, int bits)
{
    const size_t n = (size_t) c->weight->shape.dim[1];

    for (size_t j = 0; j < n; j++) {
        c->weight->value[i * n + j] = ldexpf(c->weight->value[i * n + j], bits);
    }
    if (c->bias != NULL) {
        c->bias[i] = ldexpf(c->bias[i], bits);
    }
}

static void scale_column(struct parameter *w, size_t j, int bits)
{
    const size_t n = (size_t) w->shape.dim[1], rows = (size_t) w->shape.dim[0];

    for (size_t i = 0; i < rows; i++) {
        w->value[i * n + j] = ldexpf(w->value[i * n + j], bits);
    }
}

/* Channels that end in another linear. */
static void gauge_reader(struct gauge *x, const struct channels *c)
{
    struct parameter *reader =
        c->end->kind == OP_LINEAR && c->slot == 0 ? weight_of(x, c->end) : NULL;
    const int64_t count = width_of(c->linear);

    if (reader == NULL || reader->shape.dim[1] != count || width_of(c->at) != count) {
        return;
    }
    for (size_t i = 0; i < (size_t) count; i++) {
        const int bits = bits_between(row_norm(x, c, i), column_norm(reader, i), c->degree);

        if (bits != 0) {
            scale_row(c, i, bits);
            scale_column(reader, i, -(int) c->degree * bits);
            x->changed++;
        }
    }
}

/* Channels A that meet others, B, in a product of rows with rows. */
static void gauge_pair(struct gauge *x, const struct channels *a, const struct channels *b)
{
    const int64_t count = width_of(a->linear);

    if (a->degree != 1 || b->degree != 1 || width_of(b->linear) != count ||
        width_of(a->at) != width_of(b->at) || a->at->shape.rank != b->at->shape.rank) {
        return;
    }
    for (size_t i = 0; i < (size_t) count; i++) {
        const int bits = bits_between(row_norm(x, a, i), row_norm(x, b, i), 1);

        if (bits != 0) {
            scale_row(a, i, bits);
            scale_row(b, i, -bits);
            x->changed++;
        }
    }
}

/* The channels that end where A does, as the other operand; false: none do. */
static bool find_partner(const struct gauge *x, const struct channels *a, struct channels *out)
{
    for (size_t i = 0; i < graph_count(x->graph); i++) {
        if (follow(x, graph_node(x->graph, i), out) && out->end == a->end && out->slot == 1 &&
            out->linear != a->linear) {
            return true;
        }
    }
    return false;
}

static void gauge_all(struct gauge *x)
{
    struct channels c, partner;

    for (size_t i = 0; i < graph_count(x->graph); i++) {
        if (!follow(x, graph_node(x->graph, i), &c)) {
            continue;
        }
        if (c.end->kind == OP_MATMUL && c.end->transposed && c.slot == 0) {
            if (find_partner(x, &c, &partner)) {
                gauge_pair(x, &c, &partner);
            }
        } else {
            gauge_reader(x, &c);
        }
    }
}

mpcf_status gauge_weights(const mpcf_graph *g, struct parameters *p, size_t *channels,
                          mpcf_error *err)
{
    struct gauge x = {.parameters = p};
    mpcf_graph *plain = NULL;

    MPCF_TRY(rewrite_graph(g, rule_drop_training, &plain, err));
    const size_t count = graph_count(plain) + 1;
    mpcf_status status = MPCF_OK;
    x.graph = plain;
    x.reader = mpcf_alloc_array(count, sizeof *x.reader);
    x.uses = mpcf_alloc_array(count, sizeof *x.uses);
    if (x.reader == NULL || x.uses == NULL) {
        status = mpcf_fail_memory(err, count * sizeof *x.uses, "scales of weights");
    } else {
        find_readers(&x);
        gauge_all(&x);
    }
    mpcf_free(x.reader);
    mpcf_free(x.uses);
    graph_destroy(plain);
    if (status == MPCF_OK && channels != NULL) {
        *channels = x.changed;
    }
    return status;
}
