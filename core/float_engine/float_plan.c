/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes a float engine computes, which of them share a buffer, and how long each lives. */
#include "float_engine/float_plan.h"

#include <string.h>

#include "base/memory.h"
#include "graph/position_ids.h"
#include "ops/op_table.h"

bool plan_is_ids(const mpcf_node *node)
{
    return node->kind == OP_INPUT && strcmp(node->label, "attention_mask") != 0;
}

/* Operands whose values are computed: not the formula behind a FUSED node. */
static size_t operand_count(const mpcf_node *node)
{
    return node->kind == OP_FUSED ? 2 : node->in_count;
}

bool plan_passes_gradient(const mpcf_node *node, size_t i)
{
    switch (node->kind) {
    case OP_STOP_GRADIENT:
    case OP_ROW_MAX:
        return false;
    case OP_MASK:
    case OP_FUSED:
    case OP_EMBEDDING:
        return i == 0;
    default:
        return true;
    }
}

static void mark_live(struct float_plan *plan)
{
    const mpcf_graph *g = plan->graph;

    for (size_t i = 0; i < graph_output_count(g); i++) {
        plan->nodes[graph_output(g, i)->node->id].kept = true;
    }
    for (size_t i = plan->count; i-- > 0;) {
        const mpcf_node *node = graph_node(g, i);
        struct node_plan *n = &plan->nodes[i];

        n->kept = n->kept || node->kind == OP_TAP;
        n->live = n->live || n->kept;
        for (size_t k = 0; n->live && k < operand_count(node); k++) {
            if (node->in[k] != NULL) {
                plan->nodes[node->in[k]->id].live = true;
                plan->nodes[node->in[k]->id].consumers++;
            }
        }
    }
}

static bool has_shape(const mpcf_node *node, int32_t rank, const int64_t *dim)
{
    return node->shape.rank == rank &&
           memcmp(node->shape.dim, dim, (size_t) rank * sizeof(*dim)) == 0;
}

static mpcf_status check_input(const mpcf_node *node, mpcf_error *err)
{
    static const int64_t ids[] = {MPCF_DIM_BATCH, MPCF_DIM_TOKENS};
    static const int64_t mask[] = {MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS};
    const bool is_known = strcmp(node->label, "input_ids") == 0 ||
                          strcmp(node->label, "token_type_ids") == 0 ||
                          position_ids_named(node->label);

    if (is_known && has_shape(node, 2, ids)) {
        return MPCF_OK;
    }
    if (strcmp(node->label, "attention_mask") == 0 && has_shape(node, 4, mask)) {
        return MPCF_OK;
    }
    return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                     "input '%s': only input_ids, token_type_ids and position_ids [B, T] and "
                     "attention_mask [B, 1, 1, T] are known",
                     node->label);
}

static mpcf_status check_node(const struct float_plan *plan, struct parameters *p,
                              const mpcf_node *node, struct node_plan *n, mpcf_error *err)
{
    bool is_trained = false;

    if (node->kind == OP_INPUT) {
        return check_input(node, err);
    }
    if (node->kind == OP_PARAMETER) {
        n->parameter = parameters_find(p, node->label);
        if (n->parameter == NULL) {
            return mpcf_fail(err, MPCF_E_INVALID, "there is no parameter '%s'", node->label);
        }
        n->wants_gradient = plan->mode == FLOAT_TRAIN && n->parameter->is_trained;
        return MPCF_OK;
    }
    for (size_t k = 0; k < operand_count(node); k++) {
        is_trained = is_trained || (node->in[k] != NULL && plan_passes_gradient(node, k) &&
                                    plan->nodes[node->in[k]->id].wants_gradient);
    }
    if (is_trained && op_of(node->kind)->backward == NULL) {
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "'%s' has no gradient: train before the passes",
                         node->name);
    }
    n->wants_gradient = is_trained;
    return MPCF_OK;
}

/* --- Which nodes share a value --- */

static bool only_products_read(const struct float_plan *plan, size_t id)
{
    for (size_t i = id + 1; i < plan->count; i++) {
        const mpcf_node *node = graph_node(plan->graph, i);

        for (size_t k = 0; plan->nodes[i].live && k < operand_count(node); k++) {
            if (node->in[k] != NULL && node->in[k]->id == id && node->kind != OP_MATMUL) {
                return false;
            }
        }
    }
    return true;
}

/* The operand is for this node alone. */
static bool is_sole(const struct float_plan *plan, const mpcf_node *x)
{
    return plan->nodes[x->id].consumers == 1 && !plan->nodes[x->id].kept &&
           x->kind != OP_PARAMETER && x->kind != OP_INPUT;
}

/* Decides whether NODE is its operand under another name; see struct node_plan. */
static bool choose_view(struct float_plan *plan, const mpcf_node *node, struct node_plan *n)
{
    const mpcf_node *x = node->in[0];
    struct node_plan *before = &plan->nodes[x->id];

    switch (node->kind) {
    case OP_TAP:
    case OP_STOP_GRADIENT:
        return true;
    case OP_DROPOUT:
        return plan->mode != FLOAT_TRAIN;
    case OP_SPLIT_HEADS:
        n->interleaved = plan->mode != FLOAT_OBSERVE && !n->kept && is_sole(plan, x) &&
                         only_products_read(plan, node->id);
        return n->interleaved;
    case OP_MERGE_HEADS:
        before->interleaved = before->interleaved || (plan->mode != FLOAT_OBSERVE &&
                                                      is_sole(plan, x) && x->kind == OP_MATMUL);
        return before->interleaved;
    case OP_SCALE:
        if (plan->mode == FLOAT_OBSERVE || !is_sole(plan, x) || x->kind != OP_MATMUL) {
            return false;
        }
        before->factor = (float) node->real;
        return true;
    default:
        return false;
    }
}

static bool same_form(const mpcf_node *a, const mpcf_node *b)
{
    return a->shape.rank == b->shape.rank &&
           memcmp(a->shape.dim, b->shape.dim, (size_t) a->shape.rank * sizeof(int64_t)) == 0;
}

static bool may_overwrite(const struct float_plan *plan, const mpcf_node *node)
{
    const mpcf_node *x = node->in[0];

    return plan->mode != FLOAT_OBSERVE && op_of(node->kind)->in_place && is_sole(plan, x) &&
           same_form(node, x) && !plan->nodes[x->id].interleaved &&
           !plan->nodes[plan->nodes[x->id].root].is_locked &&
           (node->in_count < 2 || node->in[1] != x);
}

static void share_values(struct float_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const mpcf_node *node = graph_node(plan->graph, i);
        struct node_plan *n = &plan->nodes[i];
        const bool reads_own = (op_of(node->kind)->reads & OP_READS_Y) != 0 && n->wants_gradient;

        n->root = i;
        n->factor = 1;
        if (!n->live || node->in_count == 0) {
            n->is_locked = true;
            continue;
        }
        n->is_view = choose_view(plan, node, n);
        if (n->is_view || may_overwrite(plan, node)) {
            n->root = plan->nodes[node->in[0]->id].root;
        }
        if (n->kept || reads_own || (n->is_view && !is_sole(plan, node->in[0]))) {
            plan->nodes[n->root].is_locked = true;
        }
    }
}

/* --- Which nodes share a gradient --- */

/* The operand's gradient is this node's, and it has no other. */
static bool hands_on_gradient(const struct float_plan *plan, const mpcf_node *node, size_t k)
{
    const mpcf_node *x = node->in[k];

    if (!is_sole(plan, x) || !plan->nodes[x->id].wants_gradient) {
        return false;
    }
    switch (node->kind) {
    case OP_TAP:
    case OP_OFFSET:
        return true;
    case OP_ADD:
        return same_form(node, x);
    case OP_SPLIT_HEADS:
    case OP_MERGE_HEADS:
    case OP_SCALE:
        return plan->nodes[node->id].is_view;
    default:
        return false;
    }
}

static void share_gradients(struct float_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        plan->nodes[i].gradient_root = i;
    }
    for (size_t i = plan->count; i-- > 0;) {
        const mpcf_node *node = graph_node(plan->graph, i);

        for (size_t k = 0; plan->nodes[i].wants_gradient && k < operand_count(node); k++) {
            if (node->in[k] != NULL && plan_passes_gradient(node, k) &&
                hands_on_gradient(plan, node, k)) {
                plan->nodes[node->in[k]->id].gradient_root = plan->nodes[i].gradient_root;
            }
        }
    }
}

/* --- Lives --- */

/* The most elements a node can have in a run within the limits. */
static size_t largest(const struct float_plan *plan, mpcf_shape shape)
{
    size_t count = 1;
    size_t token_dims = 0;
    bool has_batch = false;

    for (int32_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] == MPCF_DIM_BATCH) {
            has_batch = true;
        } else if (shape.dim[i] == MPCF_DIM_TOKENS) {
            token_dims++;
        } else {
            count *= (size_t) shape.dim[i];
        }
    }
    if (has_batch && token_dims > 0) {
        count *= plan->elements;
        token_dims--;
    } else if (has_batch) {
        count *= plan->batch;
    }
    for (; token_dims > 0; token_dims--) {
        count *= plan->tokens;
    }
    return count;
}

static void live_until(struct span *s, size_t time)
{
    s->end = time > s->end ? time : s->end;
}

static void begin_lives(struct float_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const mpcf_node *node = graph_node(plan->graph, i);
        const struct op *op = op_of(node->kind);
        struct node_plan *n = &plan->nodes[i];
        struct dims dims = shape_resolve(node->shape, plan->batch, plan->tokens);
        size_t in_count[NODE_INPUTS_MAX] = {0};

        n->value = (struct span){0, 0, i, i};
        n->saved = (struct span){0, 0, i, i};
        n->gradient = (struct span){0, 0, 2 * plan->count, 0};
        if (!n->live || node->kind == OP_PARAMETER || plan_is_ids(node)) {
            continue;
        }
        dims.count = largest(plan, node->shape);
        n->value.count = n->root == i ? dims.count : 0;
        n->value.begin = node->kind == OP_INPUT ? 0 : i;
        for (size_t k = 0; k < operand_count(node); k++) {
            in_count[k] = node->in[k] == NULL ? 0 : largest(plan, node->in[k]->shape);
        }
        n->saved.count = op->saved != NULL ? op->saved(node, &dims, in_count) : 0;
        if (n->wants_gradient || (plan->mode == FLOAT_TRAIN && n->kept)) {
            n->gradient.count = n->gradient_root == i ? dims.count : 0;
        }
    }
}

/* What node I reads, when it runs and when its gradient runs. */
static void extend_lives(struct float_plan *plan, size_t i)
{
    const mpcf_node *node = graph_node(plan->graph, i);
    struct node_plan *n = &plan->nodes[i];
    const unsigned reads = n->wants_gradient ? op_of(node->kind)->reads : 0;
    const size_t back = 2 * plan->count - 1 - i;
    struct span *own = &plan->nodes[n->root].value;
    struct span *gradient = &plan->nodes[n->gradient_root].gradient;

    live_until(own, n->kept || plan->mode == FLOAT_OBSERVE ? 2 * plan->count : i);
    if ((reads & OP_READS_Y) != 0) {
        live_until(own, back);
    }
    if (n->wants_gradient) {
        live_until(&n->saved, back);
    }
    live_until(gradient, back);
    if (n->kept && plan->count < gradient->begin) {
        gradient->begin = plan->count; /* the loss writes before the way back begins */
    }
    for (size_t k = 0; k < operand_count(node); k++) {
        struct node_plan *x = node->in[k] == NULL ? NULL : &plan->nodes[node->in[k]->id];

        if (x == NULL) {
            continue;
        }
        live_until(&plan->nodes[x->root].value, i);
        if ((reads & (k == 0 ? OP_READS_X0 : OP_READS_X1)) != 0) {
            live_until(&plan->nodes[x->root].value, back);
        }
        if (n->wants_gradient && back < plan->nodes[x->gradient_root].gradient.begin) {
            plan->nodes[x->gradient_root].gradient.begin = back;
        }
    }
}

static mpcf_status place(struct float_plan *plan, mpcf_error *err)
{
    struct span **spans = mpcf_alloc_array(3 * plan->count + 1, sizeof(*spans));
    size_t count = 0;
    mpcf_status status;

    if (spans == NULL) {
        return mpcf_fail_memory(err, 3 * plan->count * sizeof(*spans), "plan");
    }
    for (size_t i = 0; i < plan->count; i++) {
        struct span *own[] = {&plan->nodes[i].value, &plan->nodes[i].gradient,
                              &plan->nodes[i].saved};

        for (size_t k = 0; k < 3; k++) {
            if (own[k]->count > 0) {
                spans[count++] = own[k];
            }
        }
    }
    status = plan_place(spans, count, &plan->floats, err);
    mpcf_free(spans);
    return status;
}

mpcf_status plan_make(struct float_plan *plan, struct parameters *p, mpcf_error *err)
{
    plan->count = graph_count(plan->graph);
    plan->nodes = mpcf_alloc_array(plan->count + 1, sizeof(*plan->nodes));
    if (plan->nodes == NULL) {
        return mpcf_fail_memory(err, plan->count * sizeof(*plan->nodes), "plan");
    }
    mark_live(plan);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->nodes[i].live) {
            MPCF_TRY(check_node(plan, p, graph_node(plan->graph, i), &plan->nodes[i], err));
        }
    }
    share_values(plan);
    share_gradients(plan);
    begin_lives(plan);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->nodes[i].live) {
            extend_lives(plan, i);
        }
    }
    return place(plan, err);
}

void plan_clear(struct float_plan *plan)
{
    mpcf_free(plan->nodes);
    plan->nodes = NULL;
}
