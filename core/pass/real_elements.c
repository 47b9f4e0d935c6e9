/* SPDX-License-Identifier: Apache-2.0 */
/* Which elements of a value are of real tokens. */
#include "pass/real_elements.h"

struct axes axes_of(mpcf_shape shape)
{
    struct axes axes = {-1, {-1, -1}};
    size_t found = 0;

    for (int32_t i = 0; i < shape.rank; i++) {
        const int axis = MPCF_RANK_MAX - shape.rank + i;
        if (shape.dim[i] == MPCF_DIM_BATCH) {
            axes.batch = axis;
        } else if (shape.dim[i] == MPCF_DIM_TOKENS && found < 2) {
            axes.tokens[found++] = axis;
        }
    }
    return axes;
}

bool axes_real(const struct axes *axes, const size_t at[MPCF_RANK_MAX], const struct float_batch *b)
{
    const size_t example = axes->batch < 0 ? 0 : at[axes->batch];

    if (axes->batch < 0) {
        return true; /* positions: the same for all */
    }
    for (size_t i = 0; i < 2; i++) {
        if (axes->tokens[i] >= 0 &&
            b->attention_mask[example * b->tokens + at[axes->tokens[i]]] == 0) {
            return false;
        }
    }
    return true;
}

void axes_advance(size_t at[MPCF_RANK_MAX], const struct dims *d)
{
    for (int i = MPCF_RANK_MAX - 1; i >= 0; i--) {
        if (++at[i] < d->dim[i]) {
            return;
        }
        at[i] = 0;
    }
}
