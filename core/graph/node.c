/* SPDX-License-Identifier: Apache-2.0 */
/* A node is added: its place in the list, a unique name, whose it is. */
#include "graph/node.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "graph/graph_inside.h"
#include "graph/scope.h"

mpcf_shape mpcf_node_shape(const mpcf_node *x)
{
    const mpcf_shape none = {0, {0, 0, 0, 0}};

    return x == NULL ? none : x->shape;
}

/* Where the numbers of BASE are remembered, so that a chain of equal operations does not try them all. */
static struct numbered_name *numbered(mpcf_graph *g, const char *base)
{
    size_t hash = 5381;

    for (const char *c = base; *c != '\0'; c++) {
        hash = hash * 33 + (unsigned char) *c;
    }
    struct numbered_name *place = &g->numbered[hash % NUMBERED_NAMES];
    if (place->base == NULL || strcmp(place->base, base) != 0) {
        *place = (struct numbered_name){.base = base, .next = 2};
    }
    return place;
}

/* BASE, of the graph's arena, or BASE.2, BASE.3 .. where it is taken. */
static const char *unique_name(mpcf_graph *g, const char *base)
{
    const char *name = base;

    if (base == NULL || graph_find(g, base) == NULL) {
        return base;
    }
    struct numbered_name *place = numbered(g, base);
    do {
        name = arena_format(g->arena, "%s.%zu", base, place->next++);
    } while (name != NULL && graph_find(g, name) != NULL);
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

const char *graph_name_node(mpcf_graph *g, const mpcf_node *node)
{
    const char *what = node->label == NULL ? op_name(node->kind) : node->label;
    const bool is_plain = node->label != NULL || node->scope[0] == '\0';

    return unique_name(g, is_plain ? arena_strdup(g->arena, what)
                                   : arena_format(g->arena, "%s.%s", node->scope, what));
}

static const char *function_of(const mpcf_graph *g, enum op_kind kind, mpcf_node *const *in)
{
    if (g->function != NULL) {
        return g->function;
    }
    return g->slot_function != NULL ? g->slot_function : scope_usual_function(kind, in);
}

static mpcf_node *make(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *const *in,
                       size_t in_count)
{
    mpcf_node *node = arena_alloc(g->arena, 1, sizeof(*node));

    assert(in_count <= NODE_INPUTS_MAX);
    if (node == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    node->graph = g;
    node->kind = kind;
    node->shape = shape;
    node->scope = g->scope;
    node->in_count = in_count;
    for (size_t i = 0; i < in_count; i++) {
        node->in[i] = in[i];
    }
    node->function = function_of(g, kind, node->in);
    set_owner(node);
    return node;
}

/* NAME as made by graph_name_node(). */
static mpcf_node *add(mpcf_graph *g, mpcf_node *node, const char *name)
{
    node->name = name;
    if (name == NULL || !append(g, node)) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    return node;
}

mpcf_node *graph_add_node(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *const *in,
                          size_t in_count)
{
    mpcf_node *node = make(g, kind, shape, in, in_count);

    return node == NULL ? NULL : add(g, node, graph_name_node(g, node));
}

mpcf_node *graph_add_labelled(mpcf_graph *g, enum op_kind kind, mpcf_shape shape, mpcf_node *in,
                              const char *label)
{
    mpcf_node *node = make(g, kind, shape, &in, in == NULL ? 0 : 1);

    if (node == NULL || (node->label = arena_strdup(g->arena, label)) == NULL) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    return add(g, node, graph_name_node(g, node));
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

static const struct head_set *copy_heads(mpcf_graph *g, const mpcf_node *node)
{
    struct head_set *copy = arena_alloc(g->arena, node->in_count, sizeof(*copy));

    if (copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for sets of heads");
        return NULL;
    }
    memcpy(copy, node->heads, node->in_count * sizeof(*copy));
    return copy;
}

static void copy_attributes(mpcf_graph *g, mpcf_node *copy, const mpcf_node *node)
{
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
    copy->is_measured = node->is_measured;
    copy->is_frozen = node->is_frozen;
    copy->approx = node->approx;
    copy->approx_config = node->approx_config;
    if (node->coef != NULL) {
        copy->coef = copy_numbers(g, node->coef, (node->cut_count + 1) * (node->degree + 1));
    }
    if (node->heads != NULL) {
        copy->heads = copy_heads(g, node);
    }
    if (node->cuts != NULL) {
        copy->cuts = copy_numbers(g, node->cuts, node->cut_count);
    }
}

mpcf_node *graph_copy_node(mpcf_graph *g, const mpcf_node *node, mpcf_node *const *in)
{
    mpcf_node *copy =
        g->status == MPCF_OK ? make(g, node->kind, node->shape, in, node->in_count) : NULL;

    if (copy == NULL) {
        return NULL;
    }
    copy->scope = arena_strdup(g->arena, node->scope);
    copy->function = arena_strdup(g->arena, node->function);
    copy->label = node->label == NULL ? NULL : arena_strdup(g->arena, node->label);
    if (copy->scope == NULL || copy->function == NULL ||
        (node->label != NULL && copy->label == NULL)) {
        return graph_fail(g, MPCF_E_NOMEM, "out of memory for a node");
    }
    copy_attributes(g, copy, node);
    copy = add(g, copy, unique_name(g, arena_strdup(g->arena, node->name)));
    return g->status == MPCF_OK ? copy : NULL;
}

const mpcf_node *node_past_taps(const mpcf_node *node)
{
    while (node != NULL && node->kind == OP_TAP) {
        node = node->in[0];
    }
    return node;
}

mpcf_node *node_without_taps(mpcf_node *node)
{
    while (node != node_past_taps(node)) {
        node = node->in[0];
    }
    return node;
}
