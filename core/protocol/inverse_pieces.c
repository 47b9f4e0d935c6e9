/* SPDX-License-Identifier: Apache-2.0 */
/* The series, by integers alone: no two machines round them differently. */
#include "protocol/inverse_pieces.h"

#define E_BITS 15 /* of the opened part */

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
    const int64_t at = (int64_t) (l >= E_BITS ? g >> (l - E_BITS) : g << (E_BITS - l));

    return at - (1 << (E_BITS - 1)) -
           (l > TREE_PLACE_BITS ? 1 << (E_BITS - TREE_PLACE_BITS - 1) : 0);
}

static int64_t times(int64_t e, int64_t x)
{
    return e * x >> E_BITS;
}

static int64_t rounded(int64_t x, unsigned shift)
{
    return (x + (((int64_t) 1 << shift) >> 1)) >> shift;
}

void inverse_pieces_at(const void *context, unsigned l, uint64_t c, size_t count,
                       uint64_t (*pieces)[TREE_NODES])
{
    const struct inverse_pieces *p = context;
    const unsigned shift = (l - p->finest) / (p->is_root ? 2 : 1);
    const int64_t e = opened_part(l, c);

    for (size_t j = 0; j < count; j++) {
        const int64_t q1 = p->series[1][j], q2 = p->series[2][j], q3 = p->series[3][j],
                      q4 = p->series[4][j];
        const int64_t value =
            p->series[0][j] + times(e, q1 + times(e, q2 + times(e, q3 + times(e, q4))));
        const int64_t slope = q1 + times(e, 2 * q2 + times(e, 3 * q3 + times(e, 4 * q4)));
        const int64_t curve = q2 + times(e, 3 * q3 + times(e, 6 * q4));
        const int64_t third = q3 + times(e, 4 * q4);
        pieces[0][j] = (uint64_t) rounded(value, shift);
        pieces[1][j] = 0 - (uint64_t) rounded(slope + (3 * third >> 4), shift + TREE_PLACE_BITS);
        pieces[2][j] = (uint64_t) rounded(curve, shift + TREE_PLACE_BITS);
    }
}
