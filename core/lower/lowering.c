/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a lowering: its values and shapes, what a tap stands for, and the first failure.
 */
#include "lower/lowering.h"

#include <stdarg.h>
#include <stdio.h>

mpcf_status lower_fail(struct lowering *l, mpcf_status status, const char *format, ...)
{
    char text[512];
    va_list arguments;

    if (l->status != MPCF_OK) {
        return l->status; /* the first cause stays */
    }
    va_start(arguments, format);
    (void) vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    l->status = status;
    return mpcf_fail(l->err, status, "lowering: %s", text);
}

const struct value *value_at(const struct lowering *l, value_id id)
{
    if (l->status != MPCF_OK || id >= l->program->value_count) {
        return &l->spare;
    }
    return &l->program->values[id];
}

struct dims node_dims(const struct lowering *l, const mpcf_node *node)
{
    return shape_resolve(node->shape, l->batch_size, l->tokens);
}

struct dims dims_of(size_t a, size_t b, size_t c, size_t d)
{
    return (struct dims){{a, b, c, d}, a * b * c * d};
}

struct dims dims_row(struct dims d, size_t row)
{
    return dims_of(d.dim[0], d.dim[1], d.dim[2], row);
}
