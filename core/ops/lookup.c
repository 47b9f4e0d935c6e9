/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look-up in a public table: y = table[floor((x - low) / (high - low) count)], the first entry below
 * LOW, the last from HIGH on. coef holds low, high, then the entries.
 *
 * The gradient is the slope between the neighbours of x's entry, 0 outside: steps have none, and training
 * would stand still.
 */
#include <string.h>

#include "graph/build.h"
#include "ops/op.h"

#define ENTRIES_MAX 4096

mpcf_node *mpcf_lookup(mpcf_graph *g, mpcf_node *x, double low, double high, const double *table,
                       size_t count)
{
    double numbers[ENTRIES_MAX + 2] = {low, high};
    const double *kept;
    mpcf_node *node;

    if (count < 2 || count > ENTRIES_MAX || table == NULL || !(low < high)) {
        return graph_fail(g, MPCF_E_INVALID, "lookup: %zu entries (2 .. %d) from %g to %g", count,
                          ENTRIES_MAX, low, high);
    }
    memcpy(numbers + 2, table, count * sizeof *table);
    kept = graph_coefficients(g, OP_LOOKUP, numbers, count + 2);
    node = kept == NULL ? NULL : graph_unary(g, OP_LOOKUP, x);
    if (node != NULL) {
        node->coef = kept;
        node->degree = count + 1;
    }
    return node;
}

struct lookup {
    const double *table;
    size_t last; /* entry */
    double low, rate;
};

static struct lookup lookup_of(const mpcf_node *node)
{
    const size_t count = node->degree - 1;

    return (struct lookup){.table = node->coef + 2,
                           .last = count - 1,
                           .low = node->coef[0],
                           .rate = (double) count / (node->coef[1] - node->coef[0])};
}

/* In entries, from the first one's left edge on. */
static double place_of(const struct lookup *l, float x)
{
    return ((double) x - l->low) * l->rate;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const struct lookup l = lookup_of(c->node);

    for (size_t i = begin; i < end; i++) {
        const double place = place_of(&l, c->x[0][i]);
        const size_t entry = !(place > 0) ? 0 : place >= (double) l.last ? l.last : (size_t) place;

        c->y[i] = (float) l.table[entry];
    }
}

static void forward(const struct op_call *c)
{
    op_each(c, c->out.count, forward_part);
}

static double slope_at(const struct lookup *l, double place)
{
    if (!(place >= 0) || place >= (double) l->last + 1) {
        return 0;
    }
    const size_t entry = (size_t) place;
    const size_t left = entry == 0 ? 0 : entry - 1, right = entry == l->last ? entry : entry + 1;

    return (l->table[right] - l->table[left]) / (double) (right - left) * l->rate;
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const struct lookup l = lookup_of(c->node);

    for (size_t i = begin; i < end; i++) {
        const float slope = (float) slope_at(&l, place_of(&l, c->x[0][i]));

        c->dx[0][i] = (c->add[0] ? c->dx[0][i] : 0.0F) + slope * c->dy[i];
    }
}

static void backward(const struct op_call *c)
{
    op_each(c, c->out.count, backward_part);
}

const struct op op_lookup = {.forward = forward, .backward = backward, .reads = OP_READS_X0};
