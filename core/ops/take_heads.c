/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Take heads, made by slots: some heads of [B, heads, r, c], in ascending order.
 */
#include <string.h>

#include "ops/head_gradient.h"

static void forward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t from = c->in[0].dim[1], to = c->out.dim[1], size = c->out.dim[2] * c->out.dim[3];

    for (size_t i = begin; i < end; i++) {
        const size_t head = head_set_at(c->node->heads, i % to);

        memcpy(c->y + i * size, c->x[0] + (i / to * from + head) * size, size * sizeof(float));
    }
}

static void forward(const struct op_call *c)
{
    op_each_row(c, c->out.dim[0] * c->out.dim[1], c->out.dim[2] * c->out.dim[3], forward_part);
}

/* Over the heads of the operand: those that were not taken get nothing. */
static void backward_part(const struct op_call *c, size_t begin, size_t end)
{
    const size_t from = c->in[0].dim[1], to = c->out.dim[1], size = c->out.dim[2] * c->out.dim[3];

    for (size_t i = begin; i < end; i++) {
        const bool is_taken = head_set_has(c->node->heads, i % from);
        const size_t row = i / from * to + head_set_rank(c->node->heads, i % from);

        head_gradient(is_taken ? c->dy + row * size : NULL, c->dx[0] + i * size, size, c->add[0]);
    }
}

static void backward(const struct op_call *c)
{
    op_each_row(c, c->in[0].dim[0] * c->in[0].dim[1], c->out.dim[2] * c->out.dim[3], backward_part);
}

const struct op op_take_heads = {.forward = forward, .backward = backward};
