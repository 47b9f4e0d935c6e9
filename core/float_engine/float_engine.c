/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks a graph by its plan.
 */
#include "float_engine/float_engine.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "float_engine/float_plan.h"
#include "graph/position_ids.h"
#include "ops/op_table.h"

struct float_engine {
    struct float_plan plan;
    float *memory;
    bool *has_gradient; /* by node: this run put something into its gradient buffer */
    int32_t *positions; /* of each token, where the graph reads them; else NULL */
    struct float_batch run;
    bool has_run;
};

static bool reads_positions(const mpcf_graph *g)
{
    return graph_find_input(g, POSITION_IDS) != NULL;
}

static mpcf_status allocate(struct float_engine *e, mpcf_error *err)
{
    const struct float_plan *plan = &e->plan;

    e->memory = mpcf_alloc_array(plan->floats + 1, sizeof(float));
    e->has_gradient = mpcf_alloc_array(plan->count + 1, sizeof(bool));
    e->positions =
        mpcf_alloc_array(reads_positions(plan->graph) ? plan->elements : 1, sizeof(int32_t));
    return e->memory != NULL && e->has_gradient != NULL && e->positions != NULL
               ? MPCF_OK
               : mpcf_fail_memory(err, plan->floats * sizeof(float), "float engine");
}

mpcf_status float_engine_create(const mpcf_graph *g, struct parameters *p, enum float_mode mode,
                                size_t batch, size_t tokens, size_t elements,
                                struct float_engine **out, mpcf_error *err)
{
    struct float_engine *e;
    mpcf_status status;

    MPCF_TRY(graph_check(g, err));
    if (batch == 0 || tokens == 0 || tokens > RUN_TOKENS_MAX) {
        return mpcf_fail(err, MPCF_E_INVALID, "an engine for %zu examples of %zu tokens (1 .. %d)",
                         batch, tokens, RUN_TOKENS_MAX);
    }
    e = mpcf_alloc_array(1, sizeof(*e));
    if (e == NULL) {
        return mpcf_fail_memory(err, sizeof(*e), "float engine");
    }
    if (elements == 0 || elements > batch * tokens) {
        elements = batch * tokens;
    }
    e->plan = (struct float_plan){
        .graph = g, .mode = mode, .batch = batch, .tokens = tokens, .elements = elements};
    status = plan_make(&e->plan, p, err);
    if (status == MPCF_OK) {
        status = allocate(e, err);
    }
    if (status != MPCF_OK) {
        float_engine_destroy(e);
        return status;
    }
    *out = e;
    return MPCF_OK;
}

void float_engine_destroy(struct float_engine *e)
{
    if (e == NULL) {
        return;
    }
    plan_clear(&e->plan);
    mpcf_free(e->memory);
    mpcf_free(e->has_gradient);
    mpcf_free(e->positions);
    mpcf_free(e);
}

size_t float_engine_bytes(const struct float_engine *e)
{
    return e->plan.floats * sizeof(float);
}

mpcf_status float_engine_measure(const mpcf_graph *g, struct parameters *p, enum float_mode mode,
                                 size_t batch, size_t tokens, size_t *bytes, mpcf_error *err)
{
    struct float_plan plan = {
        .graph = g, .mode = mode, .batch = batch, .tokens = tokens, .elements = batch * tokens};
    mpcf_status status = graph_check(g, err);

    if (status == MPCF_OK) {
        status = plan_make(&plan, p, err);
    }
    if (status == MPCF_OK) {
        *bytes = plan.floats * sizeof(float);
    }
    plan_clear(&plan);
    return status;
}

/* --- A call --- */

static float *value_of(const struct float_engine *e, size_t id)
{
    const struct node_plan *root = &e->plan.nodes[e->plan.nodes[id].root];

    if (root->parameter != NULL) {
        return root->parameter->value;
    }
    return root->value.count == 0 ? NULL : e->memory + root->value.offset;
}

static float *gradient_of(const struct float_engine *e, size_t id)
{
    const struct node_plan *n = &e->plan.nodes[id];

    if (n->parameter != NULL) {
        return n->parameter->gradient;
    }
    return e->memory + e->plan.nodes[n->gradient_root].gradient.offset;
}

static const int32_t *ids_of(const struct float_engine *e, const mpcf_node *input)
{
    if (position_ids_named(input->label)) {
        return e->run.input_ids == NULL ? NULL : e->positions;
    }
    return strcmp(input->label, "input_ids") == 0 ? e->run.input_ids : e->run.token_type_ids;
}

static struct op_call make_call(const struct float_engine *e, const mpcf_node *node)
{
    const struct node_plan *n = &e->plan.nodes[node->id];
    struct op_call c = {.node = node,
                        .batch = e->run.batch,
                        .tokens = e->run.tokens,
                        .y = value_of(e, node->id),
                        .y_interleaved = n->interleaved,
                        .saved = e->memory + n->saved.offset,
                        .factor = n->factor,
                        .dropout_seed = e->run.dropout_seed,
                        .out = shape_resolve(node->shape, e->run.batch, e->run.tokens)};

    for (size_t i = 0; i < node->in_count; i++) {
        const mpcf_node *x = node->in[i];

        if (x == NULL || (node->kind == OP_FUSED && i == 2)) {
            continue;
        }
        c.in[i] = shape_resolve(x->shape, e->run.batch, e->run.tokens);
        c.x[i] = value_of(e, x->id);
        c.x_interleaved[i] = e->plan.nodes[x->id].interleaved;
        if (plan_is_ids(x)) {
            c.ids = ids_of(e, x);
        }
    }
    return c;
}

/* --- Forward --- */

static mpcf_status check_ids(const mpcf_node *node, const int32_t *ids, size_t count,
                             mpcf_error *err)
{
    const int64_t rows = node->in[0]->shape.dim[0];

    if (ids == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "'%s' needs input '%s'", node->name,
                         node->in[1]->label);
    }
    for (size_t i = 0; i < count; i++) {
        if (ids[i] < 0 || ids[i] >= rows) {
            return mpcf_fail(err, MPCF_E_INVALID, "%s %d is outside the table '%s' of %lld rows",
                             node->in[1]->label, (int) ids[i], node->in[0]->name, (long long) rows);
        }
    }
    return MPCF_OK;
}

static mpcf_status check_size(const struct float_engine *e, const struct float_batch *b,
                              mpcf_error *err)
{
    const struct float_plan *plan = &e->plan;

    if (b->batch == 0 || b->tokens == 0 || b->batch > plan->batch || b->tokens > plan->tokens ||
        b->batch * b->tokens > plan->elements) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "a batch of %zu examples of %zu tokens; the engine takes %zu of %zu, "
                         "%zu in all",
                         b->batch, b->tokens, plan->batch, plan->tokens, plan->elements);
    }
    return MPCF_OK;
}

/* Columns, or a row, of as many as there are tokens. */
static mpcf_status check_columns(const mpcf_node *node, int64_t tokens, mpcf_error *err)
{
    const mpcf_shape *in;

    if (node->kind != OP_SLICE && node->kind != OP_TOKEN) {
        return MPCF_OK;
    }
    in = &node->in[0]->shape;
    if (node->kind == OP_SLICE && shape_row(*in) == MPCF_DIM_TOKENS &&
        node->first + node->count > tokens) {
        return mpcf_fail(err, MPCF_E_INVALID, "%lld tokens, but '%s' takes columns %lld .. %lld",
                         (long long) tokens, node->name, (long long) node->first,
                         (long long) (node->first + node->count - 1));
    }
    if (node->kind == OP_TOKEN && in->dim[in->rank - 2] == MPCF_DIM_TOKENS &&
        node->first >= tokens) {
        return mpcf_fail(err, MPCF_E_INVALID, "%lld tokens, but '%s' takes token %lld",
                         (long long) tokens, node->name, (long long) node->first);
    }
    return MPCF_OK;
}

static mpcf_status check_run(const struct float_engine *e, const struct float_batch *b,
                             mpcf_error *err)
{
    const struct float_plan *plan = &e->plan;

    for (size_t i = 0; i < plan->count; i++) {
        const mpcf_node *node = graph_node(plan->graph, i);

        if (!plan->nodes[i].live) {
            continue;
        }
        if (node->kind == OP_PARAMETER && parameter_is_unmeasured(plan->nodes[i].parameter)) {
            return parameter_fail_unmeasured(plan->nodes[i].parameter, err);
        }
        if (node->kind == OP_EMBEDDING) {
            MPCF_TRY(check_ids(node, ids_of(e, node->in[1]), b->batch * b->tokens, err));
        }
        if (node->kind == OP_POSITIONS &&
            node->first + (int64_t) b->tokens > node->in[0]->shape.dim[0]) {
            return mpcf_fail(err, MPCF_E_INVALID, "%zu tokens, but '%s' has %lld positions",
                             b->tokens, node->in[0]->name,
                             (long long) (node->in[0]->shape.dim[0] - node->first));
        }
        MPCF_TRY(check_columns(node, (int64_t) b->tokens, err));
    }
    return MPCF_OK;
}

static mpcf_status put_mask(struct float_engine *e, const mpcf_node *input, mpcf_error *err)
{
    float *to = value_of(e, input->id);

    if (e->run.attention_mask == NULL) {
        return mpcf_fail(err, MPCF_E_INVALID, "input '%s' is missing", input->label);
    }
    for (size_t i = 0; i < e->run.batch * e->run.tokens; i++) {
        if (e->run.attention_mask[i] != 0 && e->run.attention_mask[i] != 1) {
            return mpcf_fail(err, MPCF_E_INVALID, "attention_mask holds %d",
                             (int) e->run.attention_mask[i]);
        }
        to[i] = (float) e->run.attention_mask[i];
    }
    return MPCF_OK;
}

/* After check_size(). */
static void count_positions(struct float_engine *e)
{
    const mpcf_node *input = graph_find_input(e->plan.graph, POSITION_IDS);

    if (input == NULL || e->run.input_ids == NULL) {
        return;
    }
    for (size_t i = 0; i < e->run.batch * e->run.tokens; i++) {
        const size_t t = i % e->run.tokens;

        e->positions[i] = position_id(e->run.input_ids + i - t, t, (int32_t) input->first);
    }
}

mpcf_status float_forward(struct float_engine *e, const struct float_batch *b, mpcf_error *err)
{
    e->run = *b;
    e->has_run = false;
    if (e->plan.mode != FLOAT_TRAIN) {
        e->run.dropout_seed = 0;
    }
    MPCF_TRY(check_size(e, b, err));
    count_positions(e);
    MPCF_TRY(check_run(e, b, err));
    memset(e->has_gradient, 0, e->plan.count * sizeof(bool));
    for (size_t i = 0; i < e->plan.count; i++) {
        const mpcf_node *node = graph_node(e->plan.graph, i);
        const struct node_plan *n = &e->plan.nodes[i];

        if (n->live && node->kind == OP_INPUT && !plan_is_ids(node)) {
            MPCF_TRY(put_mask(e, node, err));
        }
    }
    for (size_t i = 0; i < e->plan.count; i++) {
        const mpcf_node *node = graph_node(e->plan.graph, i);

        if (e->plan.nodes[i].live && !e->plan.nodes[i].is_view) {
            const struct op_call c = make_call(e, node);

            op_of(node->kind)->forward(&c);
        }
    }
    e->has_run = true;
    return MPCF_OK;
}

static bool is_readable(const struct float_engine *e, const mpcf_node *node)
{
    const struct node_plan *n = &e->plan.nodes[node->id];

    return e->has_run && n->live && !plan_is_ids(node) &&
           (n->kept || e->plan.mode == FLOAT_OBSERVE || n->parameter != NULL);
}

const float *float_value(const struct float_engine *e, const mpcf_node *node)
{
    return is_readable(e, node) ? value_of(e, node->id) : NULL;
}

const char *float_not_finite(const struct float_engine *e)
{
    for (size_t i = 0; i < e->plan.count; i++) {
        const mpcf_node *node = graph_node(e->plan.graph, i);
        const float *x = float_value(e, node);
        const size_t count = shape_resolve(node->shape, e->run.batch, e->run.tokens).count;

        for (size_t k = 0; x != NULL && node->kind != OP_PARAMETER && k < count; k++) {
            if (!isfinite(x[k])) {
                return node->name;
            }
        }
    }
    return NULL;
}

/* --- Backward --- */

float *float_seed(struct float_engine *e, const mpcf_node *node)
{
    const struct node_plan *n = &e->plan.nodes[node->id];
    float *seed;

    if (e->plan.mode != FLOAT_TRAIN || !n->kept || n->gradient.count == 0 || !e->has_run) {
        return NULL;
    }
    seed = gradient_of(e, node->id);
    if (!e->has_gradient[node->id]) {
        e->has_gradient[node->id] = true;
        memset(seed, 0,
               shape_resolve(node->shape, e->run.batch, e->run.tokens).count * sizeof(float));
    }
    return seed;
}

/* Fills what the gradient of operand I needs; nothing where it shares this node's. */
static bool ask_gradient(struct float_engine *e, struct op_call *c, size_t i)
{
    const mpcf_node *x = c->node->in[i];
    const size_t root = x == NULL ? 0 : e->plan.nodes[x->id].gradient_root;

    if (x == NULL || !plan_passes_gradient(c->node, i) || !e->plan.nodes[x->id].wants_gradient ||
        root == e->plan.nodes[c->node->id].gradient_root) {
        return false;
    }
    c->dx[i] = gradient_of(e, x->id);
    c->add[i] = e->plan.nodes[x->id].parameter != NULL || e->has_gradient[root];
    e->has_gradient[root] = true;
    if (c->node->kind == OP_EMBEDDING) {
        c->table = e->plan.nodes[x->id].parameter;
    }
    return true;
}

static void backward_node(struct float_engine *e, const mpcf_node *node)
{
    struct op_call c = make_call(e, node);
    bool is_asked = false;

    c.dy = gradient_of(e, node->id);
    for (size_t i = 0; i < node->in_count; i++) {
        is_asked = ask_gradient(e, &c, i) || is_asked;
    }
    if (is_asked) {
        op_of(node->kind)->backward(&c);
    }
}

mpcf_status float_backward(struct float_engine *e, mpcf_error *err)
{
    if (e->plan.mode != FLOAT_TRAIN || !e->has_run) {
        return mpcf_fail(err, MPCF_E_INVALID, "no forward run of a training engine to go back");
    }
    for (size_t i = e->plan.count; i-- > 0;) {
        const mpcf_node *node = graph_node(e->plan.graph, i);
        const struct node_plan *n = &e->plan.nodes[i];

        if (n->live && n->wants_gradient && n->parameter == NULL &&
            e->has_gradient[n->gradient_root]) {
            backward_node(e, node);
        }
    }
    return MPCF_OK;
}
