/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Concat, made by passes: rows joined, [.., a] and [.., b] -> [.., a + b]; with `first` 1 the
 * outermost dimension (weights stacked).
 */
#include <string.h>

#include "ops/op.h"

static void forward(const struct op_call *c)
{
    const bool stacked = c->node->first == 1;
    const size_t rows = stacked ? 1 : c->out.count / c->out.dim[3];
    float *y = c->y;

    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < c->node->in_count; i++) {
            const size_t length = stacked ? c->in[i].count : c->in[i].dim[3];

            memcpy(y, c->x[i] + r * length, length * sizeof(float));
            y += length;
        }
    }
}

const struct op op_concat = {.forward = forward};
