/* SPDX-License-Identifier: Apache-2.0 */
/* Coefficients of pieces as steps have them: outer ones that are straight have none but a constant. */
#include "lower/piecewise.h"

#include <math.h>

bool piece_is_outer(const struct piecewise *k, size_t piece)
{
    return (piece == 0 && k->straight_low) || (piece == k->p->cut_count && k->straight_high);
}

double piece_coefficient(const struct piecewise *k, size_t piece, size_t i)
{
    const struct pieces *p = k->p;

    if (piece_is_outer(k, piece)) {
        const double slope = p->degree > 0 ? p->coef[piece][1] : 0;
        return i == 0 ? p->coef[piece][0] - slope * p->center[piece] : 0;
    }
    return p->coef[piece][i] * pow(k->scale, (double) i);
}

double piece_outer_slope(const struct piecewise *k, size_t piece)
{
    return k->p->degree > 0 ? k->p->coef[piece][1] * k->scale : 0;
}

double piece_table(const struct piecewise *k, size_t i, unsigned f, int64_t *table)
{
    double largest = 0;

    for (size_t piece = 0; piece <= k->p->cut_count; piece++) {
        const double c = piece_coefficient(k, piece, i);
        table[piece] = llround(ldexp(c, (int) f));
        largest = fabs(c) > largest ? fabs(c) : largest;
    }
    return largest;
}
