/* SPDX-License-Identifier: Apache-2.0 */
/* The series, by integers alone: no two machines round them differently. */
#include "protocol/inverse_pieces.h"

#include "protocol/interval_kernel.h"

__extension__ typedef unsigned __int128 wide;

/* floor(sqrt(x)) */
static uint64_t root_of(wide x)
{
    uint64_t root = 0;

    for (int bit = 62; bit >= 0; bit--) {
        const uint64_t next = root | (uint64_t) 1 << bit;
        root = (wide) next * next <= x ? next : root;
    }
    return root;
}

/* The coefficients of A (J + d)^-1 or A (J + d)^(-1/2) in powers of d. */
static void series_at(struct inverse_pieces *p, int64_t scale, int64_t j, int64_t *out)
{
    static const int64_t numerators[5] = {1, -1, 3, -5, 35}, denominators[5] = {1, 2, 8, 16, 128};
    const wide square = (wide) scale * (wide) scale;
    int64_t power = 1;

    for (int k = 0; k < 5; k++) {
        if (p->is_root) {
            out[k] = numerators[k] * (int64_t) root_of(square / (uint64_t) j) /
                     (denominators[k] * power);
        } else {
            out[k] = (k % 2 == 0 ? scale : -scale) / (power * j);
        }
        power *= j;
    }
}

void inverse_pieces_make(struct inverse_pieces *p, bool is_root, unsigned finest, int64_t scale)
{
    p->is_root = is_root;
    p->finest = finest;
    for (int64_t j = 0; j < TREE_NODES; j++) {
        const bool is_below = j < 1 << TREE_SPLIT_BITS;
        int64_t series[5];
        series_at(p, scale, is_below ? 1 << TREE_SPLIT_BITS : j, series);
        for (int k = 0; k < 5; k++) {
            p->series[k][j] = is_below && k > 0 ? 0 : series[k];
        }
    }
}

/* g - 1/2, less half a unit of a p that was cut. */
static int64_t opened_part(unsigned l, uint64_t c)
{
    const uint64_t g = c & (((uint64_t) 1 << l) - 1);
    const int64_t at =
        (int64_t) (l >= TREE_PART_BITS ? g >> (l - TREE_PART_BITS) : g << (TREE_PART_BITS - l));

    return at - (1 << (TREE_PART_BITS - 1)) -
           (l > TREE_PLACE_BITS ? 1 << (TREE_PART_BITS - TREE_PLACE_BITS - 1) : 0);
}

void inverse_pieces_at(const void *context, unsigned l, const uint64_t *c, size_t first, size_t end,
                       struct tree_pieces *out)
{
    const struct inverse_pieces *p = context;
    int64_t e[TREE_ROWS];

    for (size_t i = 0; i < TREE_ROWS; i++) {
        e[i] = opened_part(l, c[i]);
    }
    interval_kernel()->parabolas(out, p->series, e, (l - p->finest) / (p->is_root ? 2 : 1), first,
                                 end);
}
