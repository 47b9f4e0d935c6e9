/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: numbers, and the two symbols that a run puts numbers in for. */
#include "graph/shapes.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

mpcf_shape mpcf_shape_1(int64_t a)
{
    return (mpcf_shape){1, {a, 0, 0, 0}};
}

mpcf_shape mpcf_shape_2(int64_t a, int64_t b)
{
    return (mpcf_shape){2, {a, b, 0, 0}};
}

mpcf_shape mpcf_shape_3(int64_t a, int64_t b, int64_t c)
{
    return (mpcf_shape){3, {a, b, c, 0}};
}

mpcf_shape mpcf_shape_4(int64_t a, int64_t b, int64_t c, int64_t d)
{
    return (mpcf_shape){4, {a, b, c, d}};
}

/* No tensor of a network we take is longer in one dimension. */
#define DIMENSION_MAX ((int64_t) 1 << 31)

bool shape_valid(mpcf_shape shape)
{
    if (shape.rank < 1 || shape.rank > MPCF_RANK_MAX) {
        return false;
    }
    for (int32_t i = 0; i < shape.rank; i++) {
        const int64_t dim = shape.dim[i];

        if (dim != MPCF_DIM_BATCH && dim != MPCF_DIM_TOKENS && (dim < 1 || dim > DIMENSION_MAX)) {
            return false;
        }
    }
    return true;
}

bool shape_is_numbers(mpcf_shape shape)
{
    for (int32_t i = 0; i < shape.rank; i++) {
        if (shape.dim[i] < 1) {
            return false;
        }
    }
    return true;
}

bool shape_equal(mpcf_shape a, mpcf_shape b)
{
    if (a.rank != b.rank) {
        return false;
    }
    for (int32_t i = 0; i < a.rank; i++) {
        if (a.dim[i] != b.dim[i]) {
            return false;
        }
    }
    return true;
}

bool shape_broadcasts_to(mpcf_shape small, mpcf_shape shape)
{
    if (small.rank != shape.rank) {
        return false;
    }
    for (int32_t i = 0; i < small.rank; i++) {
        if (small.dim[i] != 1 && small.dim[i] != shape.dim[i]) {
            return false;
        }
    }
    return true;
}

int64_t shape_row(mpcf_shape shape)
{
    assert(shape.rank >= 1 && shape.rank <= MPCF_RANK_MAX);
    return shape.dim[shape.rank - 1];
}

const char *shape_text(mpcf_shape shape, char text[SHAPE_TEXT_SIZE])
{
    size_t used = 0;

    text[0] = '\0';
    for (int32_t i = 0; i < shape.rank && used < SHAPE_TEXT_SIZE; i++) {
        const char *lead = i == 0 ? "[" : ", ";
        int n;

        if (shape.dim[i] == MPCF_DIM_BATCH || shape.dim[i] == MPCF_DIM_TOKENS) {
            n = snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%c", lead,
                         shape.dim[i] == MPCF_DIM_BATCH ? 'B' : 'T');
        } else {
            n = snprintf(text + used, SHAPE_TEXT_SIZE - used, "%s%" PRId64, lead, shape.dim[i]);
        }
        used += n < 0 ? 0 : (size_t) n;
    }
    if (used + 1 < SHAPE_TEXT_SIZE) {
        text[used] = ']';
        text[used + 1] = '\0';
    }
    return text;
}

struct dims shape_resolve(mpcf_shape shape, size_t batch, size_t tokens)
{
    struct dims dims = {{1, 1, 1, 1}, 1};

    for (int32_t i = 0; i < shape.rank; i++) {
        const int64_t dim = shape.dim[i];
        const size_t number = dim == MPCF_DIM_BATCH    ? batch
                              : dim == MPCF_DIM_TOKENS ? tokens
                                                       : (size_t) dim;

        dims.dim[MPCF_RANK_MAX - shape.rank + i] = number;
        dims.count *= number;
    }
    return dims;
}
