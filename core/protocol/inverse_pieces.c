/* SPDX-License-Identifier: Apache-2.0 */
/* The series, by integers alone: no two machines round them differently. */
#include "protocol/inverse_pieces.h"

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
static void series_at(bool is_root, int64_t scale, int64_t j, int64_t *out)
{
    static const int64_t numerators[5] = {1, -1, 3, -5, 35}, denominators[5] = {1, 2, 8, 16, 128};
    const wide square = (wide) scale * (wide) scale;
    int64_t power = 1;

    for (int k = 0; k < 5; k++) {
        if (is_root) {
            out[k] = numerators[k] * (int64_t) root_of(square / (uint64_t) j) /
                     (denominators[k] * power);
        } else {
            out[k] = (k % 2 == 0 ? scale : -scale) / (power * j);
        }
        power *= j;
    }
}

void inverse_pieces_make(struct tree_function *f, bool is_root, int64_t scale)
{
    f->down = is_root ? 1 : 2;
    for (int64_t j = 0; j < TREE_NODES; j++) {
        const bool is_below = j < 1 << TREE_SPLIT_BITS;
        int64_t series[TREE_SERIES];
        series_at(is_root, scale, is_below ? 1 << TREE_SPLIT_BITS : j, series);
        for (int k = 0; k < TREE_SERIES; k++) {
            f->series[k][j] = is_below && k > 0 ? 0 : series[k];
        }
    }
}
