/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Join heads, made by slots: parts [B, n, r, c] of the heads as one, in ascending order.
 */
#include <string.h>

#include "ops/head_gradient.h"

/* Where head HEAD of the result comes from. */
struct origin {
    size_t operand, head;
};

static struct origin origin_of(const mpcf_node *node, size_t head)
{
    struct head_set all = {{0}};
    struct origin from = {0, 0};

    for (size_t i = 0; i < node->in_count; i++) {
        all = head_set_join(&all, &node->heads[i]);
    }
    head = head_set_at(&all, head);
    while (!head_set_has(&node->heads[from.operand], head)) {
        from.operand++;
    }
    from.head = head_set_rank(&node->heads[from.operand], head);
    return from;
}

/* The first element of example I / heads, head I % heads of the result in operand FROM->operand. */
static size_t place(const struct op_call *c, size_t i, struct origin *from)
{
    const size_t heads = c->out.dim[1], size = c->out.dim[2] * c->out.dim[3];

    *from = origin_of(c->node, i % heads);
    return (i / heads * c->in[from->operand].dim[1] + from->head) * size;
}

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t size = c->out.dim[2] * c->out.dim[3];

    for (size_t i = begin; i < end; i++) {
        struct origin from;
        const size_t first = place(c, i, &from);

        memcpy(c->y + i * size, c->x[from.operand] + first, size * sizeof(float));
    }
}

static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t size = c->out.dim[2] * c->out.dim[3];

    for (size_t i = begin; i < end; i++) {
        struct origin from;
        const size_t first = place(c, i, &from);

        if (c->dx[from.operand] != NULL) {
            head_gradient(c->dy + i * size, c->dx[from.operand] + first, size,
                          c->add[from.operand]);
        }
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.dim[0] * c->out.dim[1], c->out.dim[2] * c->out.dim[3], forward_part);
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->out.dim[0] * c->out.dim[1], c->out.dim[2] * c->out.dim[3], backward_part);
}

const struct op op_join_heads = {.forward = forward, .backward = backward};
