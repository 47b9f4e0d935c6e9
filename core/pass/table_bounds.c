/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sum of rows w + o, w of the largest table, o a sum of rows of the others:
 *
 *   an element      between the sums of the smallest and of the largest of its column in each table
 *   mean square     at most (max |w| + max |o|)^2 / h; at least the smallest |w + o|^2 / h, looked for among those
 *                   w alone for which (|w| - |o|)^2 does not rule it out
 *   inverse root    of these
 *   sum times root  at most sqrt(h)
 */
#include "pass/table_bounds.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "float/float_kernel.h"
#include "float_engine/float_constant.h"
#include "graph/node.h"
#include "graph/owner.h"

#define TABLES_MAX 8
#define OTHERS_MAX 8192 /* combinations of rows of the smaller tables */
#define WORK_MAX   1e11 /* multiply-adds in the search for the smallest row */

struct table {
    const mpcf_node *node;
    size_t rows;
    float *values; /* [rows, width] */
};

/* A sum of tables' rows. */
struct sum {
    const mpcf_graph *graph;
    const struct parameters *parameters;
    struct table tables[TABLES_MAX];
    size_t count, width;
};

/* --- Tables --- */

/* What NODE has rows of; NULL: it is no table. */
static const mpcf_node *table_of(const mpcf_node *node)
{
    assert(node != NULL);
    if (node_is_constant(node)) {
        return node;
    }
    return node->kind == OP_EMBEDDING && node_is_constant(node->in[0]) ? node->in[0] : NULL;
}

static bool is_sum(const mpcf_node *node, size_t *count)
{
    if (table_of(node) != NULL) {
        return ++*count <= TABLES_MAX;
    }
    if (node->kind == OP_TAP) {
        return is_sum(node->in[0], count);
    }
    return node->kind == OP_ADD && is_sum(node->in[0], count) && is_sum(node->in[1], count);
}

static mpcf_status read_table(struct sum *s, const mpcf_node *node, mpcf_error *err)
{
    const size_t places = node_places(node);
    const size_t count = shape_resolve(node->shape, 1, places > 0 ? places : 1).count;
    struct table *t = &s->tables[s->count];

    *t = (struct table){.node = node, .rows = count / s->width};
    if ((size_t) shape_row(node->shape) != s->width) {
        return MPCF_OK; /* one number a row: no table; bound_sum() counts */
    }
    t->values = mpcf_alloc_array(count, sizeof *t->values);
    if (t->values == NULL) {
        return mpcf_fail_memory(err, count * sizeof *t->values, "a table");
    }
    s->count++;
    return float_evaluate_constant(s->graph, s->parameters, node, t->values, count, err);
}

/* NODE is_sum(). */
static mpcf_status read_tables(struct sum *s, const mpcf_node *node, mpcf_error *err)
{
    const mpcf_node *table = table_of(node);

    if (table != NULL) {
        return read_table(s, table, err);
    }
    assert(node->in != NULL);
    MPCF_TRY(read_tables(s, node->in[0], err));
    return node->kind == OP_ADD ? read_tables(s, node->in[1], err) : MPCF_OK;
}

static void sum_clear(struct sum *s)
{
    for (size_t i = 0; i < s->count; i++) {
        mpcf_free(s->tables[i].values);
    }
    s->count = 0;
}

/* The largest table first. */
static void put_largest_first(struct sum *s)
{
    for (size_t i = 1; i < s->count; i++) {
        if (s->tables[i].rows > s->tables[0].rows) {
            const struct table t = s->tables[0];

            s->tables[0] = s->tables[i];
            s->tables[i] = t;
        }
    }
}

/* --- Ranges --- */

static struct node_range *range_of(const struct ranges *r, const mpcf_node *node)
{
    const struct node_range *found = ranges_find(r, node->name);

    return found != NULL ? r->items + (found - r->items) : NULL;
}

/* The margin is for what is not known; these values are. */
static void widen(const struct ranges *r, const mpcf_node *node, double low, double high)
{
    struct node_range *range = range_of(r, node);
    const double margin = exp2(r->margin_bits);

    if (range != NULL) {
        range->low = fmin(range->low, low > 0 ? low * margin : low / margin);
        range->high = fmax(range->high, high > 0 ? high / margin : high * margin);
    }
}

/* A positive value's smallest stays below its largest. */
static void widen_positive(const struct ranges *r, const mpcf_node *node, double low, double high)
{
    const struct node_range *range = range_of(r, node);

    if (range != NULL && low > 0) {
        widen(r, node, fmin(low, range->low), fmax(high, range->high));
    }
}

static void bound_elements(const struct ranges *r, const struct sum *s, const mpcf_node *node)
{
    double smallest = INFINITY, largest = -INFINITY;

    for (size_t c = 0; c < s->width; c++) {
        double low = 0, high = 0;

        for (size_t i = 0; i < s->count; i++) {
            const struct table *t = &s->tables[i];
            float least = t->values[c], most = least;

            for (size_t row = 1; row < t->rows; row++) {
                const float x = t->values[row * s->width + c];

                least = x < least ? x : least;
                most = x > most ? x : most;
            }
            low += (double) least;
            high += (double) most;
        }
        smallest = fmin(smallest, low);
        largest = fmax(largest, high);
    }
    widen(r, node, smallest, largest);
}

/* --- Mean squares --- */

static double norm2(const struct sum *s, const float *row)
{
    return (double) float_kernel()->dot(row, row, s->width);
}

/* Sums of one row of each table but the first: *COUNT rows, mpcf_free(). NULL with *COUNT 0: too many. */
static mpcf_status other_rows(const struct sum *s, float **out, size_t *count, mpcf_error *err)
{
    size_t n = 1;

    *out = NULL;
    *count = 0;
    for (size_t i = 1; i < s->count; i++) {
        if (s->tables[i].rows > OTHERS_MAX / n) {
            return MPCF_OK;
        }
        n *= s->tables[i].rows;
    }
    float *x = mpcf_alloc_array(n * s->width, sizeof *x); /* zero */
    if (x == NULL) {
        return mpcf_fail_memory(err, n * s->width * sizeof *x, "rows of tables");
    }
    for (size_t k = 0; k < n; k++) {
        size_t left = k;

        for (size_t i = 1; i < s->count; i++) {
            const struct table *t = &s->tables[i];
            const float *row = t->values + left % t->rows * s->width;

            for (size_t c = 0; c < s->width; c++) {
                x[k * s->width + c] += row[c];
            }
            left /= t->rows;
        }
    }
    *out = x;
    *count = n;
    return MPCF_OK;
}

struct squares {
    double smallest, largest; /* of |w + o|^2 */
};

/* The smallest and the largest norm of COUNT rows X. */
static struct squares norms_of(const struct sum *s, const float *x, size_t count)
{
    struct squares n = {INFINITY, 0};

    for (size_t i = 0; i < count; i++) {
        const double norm = sqrt(norm2(s, x + i * s->width));

        n.smallest = fmin(n.smallest, norm);
        n.largest = fmax(n.largest, norm);
    }
    return n;
}

/* The smallest |w + o|^2 of one W, where it is below KNOWN. */
static double smallest_with(const struct sum *s, const float *w, const float *others, size_t count,
                            double known)
{
    const double own = norm2(s, w);

    for (size_t k = 0; k < count; k++) {
        const float *o = others + k * s->width;
        const double both = own + norm2(s, o) + 2 * (double) float_kernel()->dot(w, o, s->width);

        known = fmin(known, fmax(both, 0));
    }
    return known;
}

static struct squares search(const struct sum *s, const float *others, size_t count, double known)
{
    const struct table *words = &s->tables[0];
    const struct squares o = norms_of(s, others, count);
    const struct squares w = norms_of(s, words->values, words->rows);
    struct squares found = {known, (w.largest + o.largest) * (w.largest + o.largest)};
    double work = 0;

    for (size_t i = 0; i < words->rows && work < WORK_MAX; i++) {
        const float *row = words->values + i * s->width;
        const double norm = sqrt(norm2(s, row));
        const double apart = fmax(0, fmax(norm - o.largest, o.smallest - norm));

        if (apart * apart < found.smallest) {
            found.smallest = smallest_with(s, row, others, count, found.smallest);
            work += 2 * (double) count * (double) s->width;
        }
    }
    return found;
}

/* NODE is the mean square of S. What the margin holds anyway is not looked for. */
static mpcf_status bound_mean_square(const struct ranges *r, const struct sum *s,
                                     const mpcf_node *node, mpcf_error *err)
{
    const struct node_range *range = range_of(r, node);
    const double h = (double) s->width;
    float *others = NULL;
    size_t count = 0;

    if (range == NULL) {
        return MPCF_OK;
    }
    MPCF_TRY(other_rows(s, &others, &count, err));
    if (count > 0) {
        const double held = range->low * exp2(-r->margin_bits) - node->real;
        const struct squares found = search(s, others, count, fmax(held, 0) * h);

        widen_positive(r, node, found.smallest / h + node->real, found.largest / h + node->real);
    }
    mpcf_free(others);
    return MPCF_OK;
}

/* --- Readers of a sum --- */

static bool is_root_of(const mpcf_node *node, const mpcf_node *sum)
{
    const mpcf_node *root = node_past_taps(node);
    const mpcf_node *square = root->kind == OP_RSQRT ? node_past_taps(root->in[0]) : NULL;

    return square != NULL && square->kind == OP_ROW_MEAN_SQUARE &&
           node_past_taps(square->in[0]) == sum;
}

/* READER of the sum NODE; a mean square comes before its root in the graph's order. */
static mpcf_status bound_reader(const struct ranges *r, const struct sum *s, const mpcf_node *node,
                                const mpcf_node *reader, mpcf_error *err)
{
    if (reader->kind == OP_ROW_MEAN_SQUARE && node_past_taps(reader->in[0]) == node) {
        return bound_mean_square(r, s, reader, err);
    }
    if (is_root_of(reader, node) && reader->kind == OP_RSQRT) {
        const struct node_range *square = range_of(r, node_past_taps(reader->in[0]));
        const double margin = exp2(r->margin_bits);

        if (square != NULL && square->low > 0) {
            widen_positive(r, reader, 1 / sqrt(square->high * margin),
                           1 / sqrt(square->low / margin));
        }
    }
    if (reader->kind == OP_MUL &&
        ((node_past_taps(reader->in[0]) == node && is_root_of(reader->in[1], node)) ||
         (node_past_taps(reader->in[1]) == node && is_root_of(reader->in[0], node)))) {
        widen(r, reader, -sqrt((double) s->width), sqrt((double) s->width));
    }
    return MPCF_OK;
}

static mpcf_status bound_readers(const struct ranges *r, const struct sum *s, const mpcf_node *node,
                                 mpcf_error *err)
{
    for (size_t i = node->id + 1; i < graph_count(s->graph); i++) {
        MPCF_TRY(bound_reader(r, s, node, graph_node(s->graph, i), err));
    }
    return MPCF_OK;
}

static mpcf_status bound_sum(const struct ranges *r, struct sum *s, const mpcf_node *node,
                             mpcf_error *err)
{
    size_t expected = 0;

    (void) is_sum(node, &expected);
    MPCF_TRY(read_tables(s, node, err));
    if (s->count != expected) {
        return MPCF_OK;
    }
    put_largest_first(s);
    bound_elements(r, s, node);
    return bound_readers(r, s, node, err);
}

mpcf_status table_bounds(const mpcf_graph *g, const struct parameters *p, struct ranges *r,
                         mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; i < graph_count(g) && status == MPCF_OK; i++) {
        const mpcf_node *node = graph_node(g, i);
        size_t count = 0;

        if (node->kind != OP_TAP && !node_is_constant(node) && is_sum(node, &count)) {
            struct sum s = {.graph = g, .parameters = p, .width = (size_t) shape_row(node->shape)};

            status = bound_sum(r, &s, node, err);
            sum_clear(&s);
        }
    }
    return status;
}
