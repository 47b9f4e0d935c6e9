/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which elements of a value are of real tokens: what padding holds is anything, and counts in no range
 * and no statistic.
 */
#ifndef MPCF_PASS_REAL_ELEMENTS_H
#define MPCF_PASS_REAL_ELEMENTS_H

#include <stdbool.h>

#include "float_engine/float_batch.h"
#include "graph/graph.h"

/* Axes of a value, right-aligned as struct dims; -1 where there is none. */
struct axes {
    int batch, tokens[2];
};

struct axes axes_of(mpcf_shape shape);
/* Whether the element AT is of real tokens of B. */
bool axes_real(const struct axes *axes, const size_t at[MPCF_RANK_MAX],
               const struct float_batch *b);
/* AT of the element behind. */
void axes_advance(size_t at[MPCF_RANK_MAX], const struct dims *d);

#endif
