/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of ring_layout.h: pieces of the depth of one length, so that one plan of cuBLASLt does
 * for all, none of which has more terms than 32 bits take.
 */
#include "ring_layout.h"

#include "ring_digits.h"

static size_t round_up(size_t x, size_t step)
{
    return (x + step - 1) / step * step;
}

static void cut_depth(struct ring_layout *l)
{
    const size_t depth = l->product.depth;
    const size_t most = DIGIT_TERMS_MAX / l->digits / RING_PADDING * RING_PADDING;
    const size_t pieces = (depth + most - 1) / most;

    l->piece = round_up((depth + pieces - 1) / pieces, RING_PADDING);
    l->pieces = (depth + l->piece - 1) / l->piece;
    l->depth = l->piece;
}

mpcf_status ring_layout_make(const struct device_ring_product *product, struct ring_layout *out,
                             mpcf_error *err)
{
    struct ring_layout l = {.product = *product, .digits = (product->bits + 7) / 8};

    cut_depth(&l);
    l.rows = round_up(product->rows, RING_PADDING);
    l.columns = round_up(product->columns, RING_PADDING);
    const double line = (double) l.digits * (double) l.depth * (double) product->count;
    const double sums =
        4.0 * l.digits * (double) l.rows * (double) l.columns * (double) product->count;
    if (line * (double) (l.rows + l.columns) + sums > 1e15) {
        return mpcf_fail(err, MPCF_E_SHAPE,
                         "a product modulo 2^%u of %zu times [%zu, %zu] by [%zu, %zu] is too large",
                         product->bits, product->count, product->rows, product->depth,
                         product->depth, product->columns);
    }
    l.left_bytes = product->count * l.rows * l.digits * l.depth;
    l.right_bytes = product->count * l.columns * l.digits * l.depth;
    l.sums_bytes = product->count * l.digits * l.rows * l.columns * sizeof(int32_t);
    l.right_at = round_up(l.left_at + l.left_bytes, DEVICE_ALIGNMENT);
    l.sums_at = round_up(l.right_at + l.right_bytes, DEVICE_ALIGNMENT);
    l.bytes = round_up(l.sums_at + l.sums_bytes, DEVICE_ALIGNMENT);
    *out = l;
    return MPCF_OK;
}

size_t ring_layout_piece(const struct ring_layout *l, size_t i)
{
    const size_t first = i * l->piece, left = l->product.depth - first;

    return left < l->piece ? left : l->piece;
}
