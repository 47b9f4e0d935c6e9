/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of one lowering: what is known of each node. emit.h adds steps to it, lower_node.h
 * gives a node's value, and a lower_<what>.h each has the operations; lower.c knows them all.
 *
 * A node is lowered once, when something first asks for it, to its *raw* value: the result of its
 * last product, not truncated (fraction f_x + f_w behind a linear). Who reads it asks for a
 * fraction and gets a truncation, made once for each fraction. So sums of products are
 * truncated once, behind the sum, and each truncation is a site that the planner
 * (ring_search.h) turns into a TRUNCATE_REDUCE or a TRUNCATE_EXTEND.
 *
 * Failures stick: the first is kept, and everything after it does nothing.
 */
#ifndef MPCF_LOWER_LOWERING_H
#define MPCF_LOWER_LOWERING_H

#include "graph/node.h"
#include "lower/lower_options.h"
#include "pass/ranges.h"
#include "program/program.h"

#define VALUE_NONE UINT32_MAX
#define FORMS_MAX  6

struct lowered {
    bool is_done, is_uniform;
    double uniform; /* is_uniform: every element is this public number; no value */
    value_id raw;
    value_id forms[FORMS_MAX]; /* truncations of raw */
    size_t form_count;
    int want; /* fraction its readers need (fractions.h); below 0 is 0 */
};

/* check_ranges: how a node's values are compared with their bound. */
enum range_check_kind { RANGE_NOT_COMPARED = 0, RANGE_EITHER_SIGN, RANGE_POSITIVE };
struct range_check {
    enum range_check_kind kind;
    uint8_t headroom; /* bits beyond its bound that its values have (headroom.h) */
    bool is_compared; /* the steps are there: */
    double held; /* what is not marked is not beyond, in integers of the form that was compared; */
    double unit; /* one of these */
};

struct lowering;
/* Lowers NODE, of one operation: sets OUT->raw, or OUT->is_uniform and OUT->uniform. */
typedef void lower_op(struct lowering *l, const mpcf_node *node, struct lowered *out);

struct lowering {
    const mpcf_graph *graph;
    const struct ranges *ranges;
    const struct lower_options *options;
    size_t batch_size, tokens;
    bool exact_length;
    /* The lowering of NODE, which asks for its operands and so for other lowerings. */
    lower_op *(*operation_of)(const struct lowering *l, const mpcf_node *node);
    struct program *program;
    struct lowered *nodes;      /* by id */
    int *growth;                /* by id: growth.h */
    struct range_check *checks; /* by id; NULL: nothing is compared */
    value_id keep;              /* the user's mask, for comparisons alone; 0: not there yet */
    value_id outside;    /* [batch, 1, 1, 1]: how many comparisons failed, OUTSIDE_MOST at most */
    size_t outside_most; /* 0: no comparison yet */
    value_id *masked;    /* by value: its masked form, or VALUE_NONE */
    size_t masked_capacity;
    const mpcf_node *node; /* whose steps are emitted now */
    uint32_t function;
    mpcf_status status;
    mpcf_error *err;
    struct value spare;
};

mpcf_status lower_fail(struct lowering *l, mpcf_status status, const char *format, ...)
    MPCF_PRINTF(3, 4);

struct dims node_dims(const struct lowering *l, const mpcf_node *node);
struct dims dims_of(size_t a, size_t b, size_t c, size_t d);
struct dims dims_row(struct dims d, size_t row); /* with ROW as last dimension */
const struct value *value_at(const struct lowering *l, value_id id);

#endif
