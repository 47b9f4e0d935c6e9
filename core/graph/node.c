/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes: their place in the list, unique names, owners.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "graph/build.h"

const char *op_name(enum op_kind kind)
{
    static const char *const names[OP_COUNT] = {
#define OP_NAME(upper, lower) #lower,
        OP_MAP(OP_NAME)
#undef OP_NAME
    };

    assert(kind < OP_COUNT);
    return names[kind];
}

mpcf_shape mpcf_node_shape(const mpcf_node *x)
{
    const mpcf_shape none = {0, {0, 0, 0, 0}};

    return x == NULL ? none : x->shape;
}

bool graph_operands_ok(mpcf_graph *g, enum op_kind kind, mpcf_node *const *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (in[i] == NULL || in[i]->graph != g) {
            graph_fail(g, MPCF_E_INVALID, "%s: operand %zu is %s", op_name(kind), i + 1,
                       in[i] == NULL ? "missing" : "a node of another graph");
            return false;
        }
    }
    return g->status == MPCF_OK;
}

/* BASE, or BASE.2, BASE.3 .. where it is taken. */
static const char *unique_name(mpcf_graph *g, const char *base)
{
    const char *name = base;

    for (size_t number = 2; name != NULL && graph_find(g, name) != NULL; number++) {
        name = arena_format(g->arena, "%s.%zu", base, number);
    }
    return name;
}

static void set_owner(mpcf_node *node)
{
    for (size_t i = 0; i < node->in_count; i++) {
        const mpcf_node *in = node->in[i];

        if (in == NULL) {
            continue;
        }
        if (in->is_shared ||
            (node->owner != MPCF_PUBLIC && in->owner != MPCF_PUBLIC && node->owner != in->owner)) {
            node->is_shared = true;
        }
        if (in->owner != MPCF_PUBLIC) {
            node->owner = in->owner;
        }
    }
}

static bool append(mpcf_graph *g, mpcf_node *node)
{
    if (g->count == g->capacity) {
        const size_t capacity = g->capacity == 0 ? 64 : 2 * g->capacity;
        mpcf_node **nodes = mpcf_grow_array(g->nodes, g->capacity, capacity, sizeof(*nodes));

        if (nodes == NULL) {
            return false;
        }
        g->nodes = nodes;
        g->capacity = capacity;
    }
    node->id = g->count;
    g->nodes[g->count++] = node;
    return true;
}

/* As graph_add_node(), with a name of its own (in the arena; NULL: memory was short). */
static mpcf_node *add_named(mpcf_graph *g, enum op_kind kind, mpcf_shape shape,
                            mpcf_node *const *in, size_t in_count, const char *name)
{
    mpcf_node *node = arena_alloc(g->arena, 1, sizeof(*node));

    assert(in_count <= NODE_INPUTS_MAX);
    if (node == NULL || name == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    node->graph = g;
    node->kind = kind;
    node->shape = shape;
    node->name = unique_name(g, name);
    node->in_count = in_count;
    for (size_t i = 0; i < in_count; i++) {
        node->in[i] = in[i];
    }
    set_owner(node);
    if (node->name == NULL || !append(g, node)) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    return node;
}

mpcf_node *graph_add_node(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *const *in,
                          size_t in_count)
{
    const char *scope = g->scope;
    const char *name = scope[0] == '\0' ? arena_strdup(g->arena, op_name(kind))
                                        : arena_format(g->arena, "%s.%s", scope, op_name(kind));

    return add_named(g, kind, shape, in, in_count, name);
}

/* Sources and taps are named by what the builder called them. */
static mpcf_node *add_labelled(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *in,
                               const char *label)
{
    const char *copy = arena_strdup(g->arena, label);
    mpcf_node *node = add_named(g, kind, shape, &in, in == NULL ? 0 : 1, copy);

    if (node != NULL) {
        node->label = copy;
    }
    return node;
}

static bool label_ok(mpcf_graph *g, enum op_kind kind, const char *label)
{
    if (label == NULL || label[0] == '\0') {
        graph_fail(g, MPCF_E_INVALID, "%s without a name", op_name(kind));
        return false;
    }
    return g->status == MPCF_OK;
}

mpcf_node *mpcf_input(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_owner owner)
{
    mpcf_node *node;

    if (!label_ok(g, OP_INPUT, name)) {
        return NULL;
    }
    if (!shape_valid(shape) || graph_find_input(g, name) != NULL) {
        return graph_fail(g, MPCF_E_SHAPE, "input '%s': %s", name,
                          shape_valid(shape) ? "is there already" : "shape not valid");
    }
    node = add_labelled(g, OP_INPUT, shape, NULL, name);
    if (node != NULL) {
        node->owner = owner;
    }
    return node;
}

static mpcf_node *find_parameter(const mpcf_graph *g, const char *label)
{
    for (size_t i = 0; i < g->count; i++) {
        mpcf_node *node = g->nodes[i];

        if (node->kind == OP_PARAMETER && strcmp(node->label, label) == 0) {
            return node;
        }
    }
    return NULL;
}

mpcf_node *mpcf_parameter(mpcf_graph *g, const char *name, mpcf_shape shape, mpcf_init init,
                          double value)
{
    const char *label;
    mpcf_node *node;

    if (!label_ok(g, OP_PARAMETER, name)) {
        return NULL;
    }
    label = arena_format(g->arena, "%s%s", g->parameter_prefix, name);
    if (label == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a name");
    }
    if (!shape_valid(shape) || !shape_is_numbers(shape) || !isfinite(value)) {
        return graph_fail(g, MPCF_E_SHAPE, "parameter '%s': shape and value must be numbers",
                          label);
    }
    node = find_parameter(g, label);
    if (node != NULL) {
        return shape_equal(node->shape, shape)
                   ? node
                   : graph_fail(g, MPCF_E_SHAPE, "parameter '%s' has two shapes", label);
    }
    node = add_labelled(g, OP_PARAMETER, shape, NULL, label);
    if (node != NULL) {
        node->owner = MPCF_PROVIDER;
        node->init = init;
        node->real = value;
    }
    return node;
}

mpcf_node *mpcf_tap(mpcf_graph *g, const char *name, mpcf_node *x)
{
    if (!label_ok(g, OP_TAP, name) || !graph_operands_ok(g, OP_TAP, &x, 1)) {
        return NULL;
    }
    for (size_t i = 0; i < g->count; i++) {
        if (g->nodes[i]->kind == OP_TAP && strcmp(g->nodes[i]->label, name) == 0) {
            return graph_fail(g, MPCF_E_INVALID, "tap '%s' is there already", name);
        }
    }
    return add_labelled(g, OP_TAP, x->shape, x, name);
}

static const double *copy_numbers(mpcf_graph *g, const double *from, size_t count)
{
    double *copy = arena_alloc(g->arena, count, sizeof(*copy));

    if (copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for %zu coefficients", count);
        return NULL;
    }
    memcpy(copy, from, count * sizeof(*copy));
    return copy;
}

mpcf_node *graph_copy_node(mpcf_graph *g, const mpcf_node *node, mpcf_node *const *in)
{
    mpcf_node *copy;

    if (g->status != MPCF_OK) {
        return NULL;
    }
    copy = add_named(g, node->kind, node->shape, in, node->in_count,
                     arena_strdup(g->arena, node->name));
    if (copy == NULL) {
        return NULL;
    }
    if (node->in_count == 0) {
        copy->owner = node->owner;
    }
    copy->real = node->real;
    copy->first = node->first;
    copy->count = node->count;
    copy->degree = node->degree;
    copy->cut_count = node->cut_count;
    copy->transposed = node->transposed;
    copy->init = node->init;
    copy->approx = node->approx;
    copy->approx_config = node->approx_config;
    if (node->label != NULL) {
        copy->label = arena_strdup(g->arena, node->label);
    }
    if (node->coef != NULL) {
        copy->coef = copy_numbers(g, node->coef, (node->cut_count + 1) * (node->degree + 1));
    }
    if (node->cuts != NULL) {
        copy->cuts = copy_numbers(g, node->cuts, node->cut_count);
    }
    return g->status == MPCF_OK ? copy : NULL;
}

mpcf_node *graph_unary(mpcf_graph *g, enum op_kind kind, mpcf_node *x)
{
    return graph_operands_ok(g, kind, &x, 1) ? graph_add_node(g, kind, x->shape, &x, 1) : NULL;
}

mpcf_node *graph_unary_real(mpcf_graph *g, enum op_kind kind, mpcf_node *x, double c)
{
    mpcf_node *node;

    if (!isfinite(c)) {
        return graph_fail(g, MPCF_E_INVALID, "%s: the number is not finite", op_name(kind));
    }
    node = graph_unary(g, kind, x);
    if (node != NULL) {
        node->real = c;
    }
    return node;
}

mpcf_node *graph_binary(mpcf_graph *g, enum op_kind kind, mpcf_node *a, mpcf_node *b)
{
    mpcf_node *in[2] = {a, b};
    char text_a[SHAPE_TEXT_SIZE];
    char text_b[SHAPE_TEXT_SIZE];
    mpcf_shape shape;

    if (!graph_operands_ok(g, kind, in, 2)) {
        return NULL;
    }
    shape = a->shape;
    for (int32_t i = 0; i < shape.rank && a->shape.rank == b->shape.rank; i++) {
        if (shape.dim[i] == 1) {
            shape.dim[i] = b->shape.dim[i];
        }
    }
    if (!shape_broadcasts_to(a->shape, shape) || !shape_broadcasts_to(b->shape, shape)) {
        return graph_fail(g, MPCF_E_SHAPE, "%s: %s and %s do not agree", op_name(kind),
                          shape_text(a->shape, text_a), shape_text(b->shape, text_b));
    }
    return graph_add_node(g, kind, shape, in, 2);
}
