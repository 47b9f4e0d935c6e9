/* SPDX-License-Identifier: Apache-2.0 */
/* The step's own cost, asked of a program that is nothing but one. */
#include "lower/step_price.h"

#include <assert.h>
#include <math.h>

#include "protocol/compare_shape.h"
#include "protocol/step_table.h"

struct step_price step_price(const struct prices *at, const struct step *s, struct value *values)
{
    value_id in[2] = {0, 1};
    struct program p = {.values = values, .value_count = s->in_count + 1};
    struct step alone = *s;
    struct step_cost cost;

    assert(s->in_count <= 2);
    alone.operations = step_table[s->kind];
    alone.in = in;
    alone.out = (value_id) s->in_count;
    alone.opening[1].item = 1; /* each operand's is its own */
    step_cost(&p, &alone, &cost);
    return (struct step_price){cost.rounds, prices_step(at, &cost)};
}

struct value priced_value(enum value_kind kind, unsigned magnitude, unsigned ring)
{
    return (struct value){
        .kind = kind,
        .dims = {.dim = {1, 1, 1, PRICED_ELEMENTS}, .count = PRICED_ELEMENTS},
        .magnitude = magnitude,
        .ring = ring,
    };
}

static struct step_price of_element(struct step_price of_all)
{
    return (struct step_price){of_all.rounds, of_all.seconds / PRICED_ELEMENTS};
}

static struct step_price threshold_price(const struct prices *at, unsigned magnitude,
                                         int64_t threshold)
{
    const struct step s = {
        .kind = STEP_COMPARE, .in_count = 1, .thresholds = &threshold, .threshold_count = 1};
    struct value values[] = {priced_value(VALUE_SHARED, magnitude, magnitude + 1),
                             priced_value(VALUE_BITS, 0, 1)};

    if (magnitude < 1 || magnitude > COMPARE_MAGNITUDE_MAX) {
        return (struct step_price){1, (double) INFINITY};
    }
    return of_element(step_price(at, &s, values));
}

struct step_price compare_price(const struct prices *at, unsigned magnitude)
{
    return threshold_price(at, magnitude, 1);
}

struct step_price sign_price(const struct prices *at, unsigned magnitude)
{
    return threshold_price(at, magnitude, 0);
}

struct step_price select_price(const struct prices *at, unsigned magnitude)
{
    const unsigned ring = magnitude + 1;
    const struct step s = {.kind = STEP_SELECT, .in_count = 2};
    struct value values[] = {priced_value(VALUE_BITS, 0, 1),
                             priced_value(VALUE_SHARED, magnitude, ring),
                             priced_value(VALUE_SHARED, magnitude, ring)};

    return of_element(step_price(at, &s, values));
}
