/* SPDX-License-Identifier: Apache-2.0 */
/* Walks what is behind one node, where that is parameters only. */
#include "float_engine/float_constant.h"

#include <string.h>

#include "base/memory.h"
#include "graph/owner.h"
#include "ops/op_table.h"

struct constants {
    const struct parameters *parameters;
    size_t count;  /* nodes up to the one asked for */
    size_t tokens; /* positions of its tables; 1 where it reads none */
    bool *needed;
    float **values; /* ours, but for parameters */
};

static void clear(const mpcf_graph *g, struct constants *c)
{
    for (size_t i = 0; c->values != NULL && i < c->count; i++) {
        if (graph_node(g, i)->kind != OP_PARAMETER) {
            mpcf_free(c->values[i]);
        }
    }
    mpcf_free(c->values);
    mpcf_free(c->needed);
}

static void mark_needed(const mpcf_graph *g, struct constants *c)
{
    c->needed[c->count - 1] = true;
    for (size_t i = c->count; i-- > 0;) {
        const mpcf_node *node = graph_node(g, i);

        for (size_t k = 0; c->needed[i] && k < node->in_count; k++) {
            if (node->in[k] != NULL) {
                c->needed[node->in[k]->id] = true;
            }
        }
    }
}

/* A table by position is known by its own name. */
static const char *called(const mpcf_node *node)
{
    while (node->kind == OP_POSITIONS || node->kind == OP_SPLIT_HEADS) {
        node = node->in[0];
    }
    return node->label != NULL ? node->label : node->name;
}

/* The kernels give 0 for 1/0, which would switch off what is multiplied with it. */
static mpcf_status check_operand(const mpcf_node *node, const float *x, size_t count,
                                 mpcf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const bool has_inverse = x[i] > 0 || (node->kind == OP_RECIPROCAL && x[i] < 0);

        if (!has_inverse) {
            return mpcf_fail(
                err, MPCF_E_RANGE, "'%s' has no %s: its value %zu is %g", called(node->in[0]),
                node->kind == OP_RECIPROCAL ? "inverse" : "inverse root", i, (double) x[i]);
        }
    }
    return MPCF_OK;
}

static mpcf_status compute(struct constants *c, const mpcf_node *node, mpcf_error *err)
{
    const struct op *op = op_of(node->kind);
    struct op_call call = {.node = node,
                           .batch = 1,
                           .tokens = c->tokens,
                           .factor = 1,
                           .out = shape_resolve(node->shape, 1, c->tokens)};
    size_t in_count[NODE_INPUTS_MAX] = {0};
    size_t saved = 0;
    mpcf_status status = MPCF_OK;

    for (size_t k = 0; k < node->in_count; k++) {
        if (node->in[k] != NULL) {
            call.in[k] = shape_resolve(node->in[k]->shape, 1, c->tokens);
            call.x[k] = c->values[node->in[k]->id];
            in_count[k] = call.in[k].count;
        }
    }
    if (node->kind == OP_RECIPROCAL || node->kind == OP_RSQRT) {
        MPCF_TRY(check_operand(node, call.x[0], in_count[0], err));
    }
    saved = op->saved == NULL ? 0 : op->saved(node, &call.out, in_count);
    call.saved = mpcf_alloc_array(saved + 1, sizeof(float));
    call.y = mpcf_alloc_array(call.out.count, sizeof(float));
    c->values[node->id] = call.y;
    if (call.y != NULL && call.saved != NULL) {
        op->forward(&call);
    } else {
        status = mpcf_fail_memory(err, call.out.count * sizeof(float), node->name);
    }
    mpcf_free(call.saved);
    return status;
}

static mpcf_status give_value(struct constants *c, const mpcf_node *node, mpcf_error *err)
{
    struct parameter *p;

    if (node->kind == OP_INPUT) {
        return mpcf_fail(err, MPCF_E_INVALID, "'%s' depends on the input", node->name);
    }
    if (node->kind != OP_PARAMETER) {
        return compute(c, node, err);
    }
    p = parameters_find(c->parameters, node->label);
    if (p == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "there is no parameter '%s'", node->label);
    }
    if (parameter_is_unmeasured(p)) {
        return parameter_fail_unmeasured(p, err);
    }
    c->values[node->id] = p->value;
    return MPCF_OK;
}

mpcf_status float_evaluate_constant(const mpcf_graph *g, const struct parameters *p,
                                    const mpcf_node *node, float *out, size_t count,
                                    mpcf_error *err)
{
    const size_t places = node_places(node);
    struct constants c = {
        .parameters = p, .count = node->id + 1, .tokens = places > 0 ? places : 1};
    const size_t found = shape_resolve(node->shape, 1, c.tokens).count;
    mpcf_status status = MPCF_OK;

    if (found != count) {
        return mpcf_fail(err, MPCF_E_SHAPE, "'%s' has %zu elements, not %zu", node->name, found,
                         count);
    }
    c.needed = mpcf_alloc_array(c.count, sizeof(*c.needed));
    c.values = mpcf_alloc_array(c.count, sizeof(*c.values));
    if (c.needed != NULL && c.values != NULL) {
        mark_needed(g, &c);
    } else {
        status = mpcf_fail_memory(err, c.count * sizeof(*c.values), "constants");
    }
    for (size_t i = 0; status == MPCF_OK && i < c.count; i++) {
        if (c.needed[i]) {
            status = give_value(&c, graph_node(g, i), err);
        }
    }
    if (status == MPCF_OK) {
        memcpy(out, c.values[node->id], count * sizeof(float));
    }
    clear(g, &c);
    return status;
}
