/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A function by pieces while its steps are made.
 */
#ifndef MPCF_LOWER_PIECEWISE_H
#define MPCF_LOWER_PIECEWISE_H

#include "lower/lowering.h"
#include "lower/pieces.h"

struct piecewise {
    const struct pieces *p;
    double scale; /* the function is of scale * value */
    value_id x;
    unsigned f;          /* fraction of x */
    double low, high;    /* of the value, with margin */
    value_id bits, ring; /* as bits, as numbers */
    struct dims dims;
    bool straight_low, straight_high; /* outer pieces */
    bool is_written;                  /* PIECEWISE: by a builder, not fitted */
    const mpcf_node *delta;           /* PIECEWISE_OF, or NULL */
};

/* Of the first and the last piece, where they are straight: lines are added by the bit. */
bool piece_is_outer(const struct piecewise *k, size_t piece);
/* Coefficient I of value^i about the centre, for inner pieces; outer ones have what is constant. */
double piece_coefficient(const struct piecewise *k, size_t piece, size_t i);
double piece_outer_slope(const struct piecewise *k, size_t piece);
/* Coefficient I of all pieces at F bits into TABLE [cuts + 1]; returns the largest. */
double piece_table(const struct piecewise *k, size_t i, unsigned f, int64_t *table);

#endif
