/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps a sign right where a truncation rounds up: a COMPARE opens signs in the bits that its operand is declared
 * with, and other thresholds in one more.
 */
#include "lower/emit_guarded.h"

#include "lower/emit_sum.h"
#include "protocol/compare_shape.h"

static bool are_zero(const int64_t *thresholds, size_t count)
{
    bool all = true;

    for (size_t i = 0; i < count; i++) {
        all = all && thresholds[i] == 0;
    }
    return all;
}

static value_id with_bit(struct lowering *l, value_id x)
{
    if (x == VALUE_NONE || value_at(l, x)->magnitude >= COMPARE_MAGNITUDE_MAX) {
        return x;
    }
    const struct value v = *value_at(l, x);
    const struct term t = term_whole(l, x, 1, v.dims);

    return emit_combine(l, v.dims, v.fraction, v.magnitude + 1, &t, 1, 0);
}

value_id emit_compare_guarded(struct lowering *l, value_id x, const int64_t *thresholds,
                              size_t count)
{
    return emit_compare(l, are_zero(thresholds, count) ? with_bit(l, x) : x, thresholds, count);
}
