/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: set by the builder, and by passes on behalf of a node. */
#include "graph/scope.h"

#include <string.h>

#include "graph/graph_inside.h"

/* TEXT in the graph's arena; "" for NULL. NULL: memory was short, and G is failed. */
static const char *keep(mpcf_graph *g, const char *text)
{
    const char *copy = text == NULL || text[0] == '\0' ? "" : arena_strdup(g->arena, text);

    if (copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for scope '%s'", text);
    }
    return copy;
}

static const char *counted_as(const mpcf_graph *g, const char *scope)
{
    for (const struct counted_scope *c = g->counted; c != NULL; c = c->next) {
        if (strcmp(c->scope, scope) == 0) {
            return c->function;
        }
    }
    return NULL;
}

const char *mpcf_scope_current(const mpcf_graph *g)
{
    return g->scope;
}

void mpcf_scope(mpcf_graph *g, const char *name)
{
    const char *scope = keep(g, name);

    if (scope != NULL) {
        g->scope = scope;
        g->function = counted_as(g, scope);
    }
}

void mpcf_scope_counts_as(mpcf_graph *g, const char *name, const char *function)
{
    struct counted_scope *c = arena_alloc(g->arena, 1, sizeof(*c));
    const char *scope = keep(g, name);
    const char *copy = keep(g, function);

    if (c == NULL || scope == NULL || copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for a scope");
        return;
    }
    if (copy[0] == '\0') {
        graph_fail(g, MPCF_E_INVALID, "scope '%s' counts as nothing", scope);
        return;
    }
    *c = (struct counted_scope){scope, copy, g->counted};
    g->counted = c;
    if (strcmp(g->scope, scope) == 0) {
        g->function = copy;
    }
}

void graph_scope_as(mpcf_graph *g, const char *scope, const char *function)
{
    const char *name = keep(g, scope);
    const char *copy = keep(g, function);

    if (name != NULL && copy != NULL) {
        g->scope = name;
        g->function = copy;
    }
}

static bool is_embedding(const mpcf_node *node)
{
    return node != NULL && strcmp(node->function, "embedding") == 0;
}

const char *scope_usual_function(enum op_kind kind, mpcf_node *const *in)
{
    switch (kind) {
    case OP_EMBEDDING:
    case OP_POSITIONS:
        return "embedding";
    case OP_ADD:
    case OP_SUB:
        return is_embedding(in[0]) && is_embedding(in[1]) ? "embedding" : "linear";
    case OP_MATMUL:
    case OP_MATMUL_MASKED:
        return "attention";
    case OP_LAYER_NORM:
        return "layer_norm";
    default:
        return "linear";
    }
}
