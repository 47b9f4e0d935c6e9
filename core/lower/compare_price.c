/* SPDX-License-Identifier: Apache-2.0 */
/* The step's own cost, asked of a program that is nothing but one. */
#include "lower/compare_price.h"

#include <math.h>

#include "protocol/compare_shape.h"
#include "protocol/step_table.h"

#define ELEMENTS 4096 /* so many that what is rounded up to words does not count */

struct compare_price compare_price(const struct prices *at, unsigned magnitude)
{
    const struct dims dims = {.dim = {1, 1, 1, ELEMENTS}, .count = ELEMENTS};
    struct value values[] = {
        {.kind = VALUE_SHARED, .dims = dims, .magnitude = magnitude, .ring = magnitude + 1},
        {.kind = VALUE_BITS, .dims = dims, .ring = 1}};
    struct program p = {.values = values, .value_count = 2};
    value_id x = 0;
    int64_t threshold = 0;
    const struct step s = {.kind = STEP_COMPARE,
                           .operations = step_table[STEP_COMPARE],
                           .in = &x,
                           .in_count = 1,
                           .out = 1,
                           .thresholds = &threshold,
                           .threshold_count = 1};
    struct step_cost cost;

    if (magnitude < 1 || magnitude > COMPARE_MAGNITUDE_MAX) {
        return (struct compare_price){1, INFINITY};
    }
    step_cost(&p, &s, &cost);
    return (struct compare_price){cost.rounds, prices_step(at, &cost) / ELEMENTS};
}
