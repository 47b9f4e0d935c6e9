/* SPDX-License-Identifier: Apache-2.0 */
/* What constructors have in common: checks, and the forms that many share. */
#include "graph/build.h"

#include <math.h>
#include <string.h>

#include "graph/graph_inside.h"

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

/* In a file of tensors, a message or a path it is one word. A network's are those of its checkpoint, where some have
 * '/' for '.'. */
static bool label_well_formed(const mpcf_graph *g, const char *label)
{
    static const char characters[] =
        "/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
    const char *allowed = g->parameter_prefix[0] == '\0' ? characters : characters + 1;
    const char *ends = "./";

    return label[strspn(label, allowed)] == '\0' && strchr(ends, label[0]) == NULL &&
           strchr(ends, label[strlen(label) - 1]) == NULL && strstr(label, "..") == NULL &&
           strstr(label, "//") == NULL;
}

bool graph_label_ok(mpcf_graph *g, enum op_kind kind, const char *label)
{
    if (label == NULL || label[0] == '\0') {
        graph_fail(g, MPCF_E_INVALID, "%s without a name", op_name(kind));
        return false;
    }
    if (!label_well_formed(g, label)) {
        graph_fail(g, MPCF_E_INVALID,
                   "%s '%s': a name is letters, digits, '_', '-' and single dots between them%s",
                   op_name(kind), label,
                   g->parameter_prefix[0] == '\0' ? ", in a network also '/'" : "");
        return false;
    }
    return g->status == MPCF_OK;
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

const double *graph_coefficients(mpcf_graph *g, enum op_kind kind, const double *values,
                                 size_t count)
{
    double *copy = NULL;

    if (values == NULL) {
        graph_fail(g, MPCF_E_INVALID, "%s: no coefficients", op_name(kind));
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) {
            graph_fail(g, MPCF_E_INVALID, "%s: coefficient %zu is not finite", op_name(kind), i);
            return NULL;
        }
    }
    copy = arena_alloc(g->arena, count, sizeof(*copy));
    if (copy == NULL) {
        graph_fail(g, MPCF_E_NOMEM, "out of memory for %zu coefficients", count);
        return NULL;
    }
    memcpy(copy, values, count * sizeof(*copy));
    return copy;
}
