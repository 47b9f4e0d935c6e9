/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a COMPARE is cut into groups of bits and rounds, and where a party keeps its planes.
 */
#include "protocol/compare_shape.h"

_Static_assert(COMPARE_GROUP_BITS >= 1 && COMPARE_GROUP_BITS <= 4, "what bit_one_hot() takes");

struct compare compare_of(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0);
    struct compare c = {.program = p, .step = s, .opened = x->magnitude + 1, .rounds = 1};

    c.groups = (x->magnitude + COMPARE_GROUP_BITS - 1) / COMPARE_GROUP_BITS;
    c.thresholds = s->threshold_count;
    c.elements = x->dims.count;
    c.words = (c.elements + 63) / 64;
    for (unsigned g = c.groups; g > 1; g = (g + 1) / 2) {
        c.rounds++;
    }
    c.planes = 1;
    for (unsigned g = 0; g < c.groups; g++) {
        c.planes += (1u << compare_group_bits(&c, g)) - 1;
    }
    return c;
}

unsigned compare_group_bits(const struct compare *c, unsigned g)
{
    unsigned left = c->opened - 1 - COMPARE_GROUP_BITS * g;

    return left < COMPARE_GROUP_BITS ? left : COMPARE_GROUP_BITS;
}

uint64_t compare_threshold(const struct compare *c, size_t threshold)
{
    int64_t half = INT64_C(1) << (c->opened - 2), t = c->step->thresholds[threshold];

    t = t < -half ? -half : t > half ? half : t;
    return (uint64_t) (t + half);
}

size_t compare_pairs(const struct compare *c, unsigned round, size_t *groups)
{
    *groups = c->groups;
    for (unsigned i = 1; i < round; i++) {
        *groups = (*groups + 1) / 2;
    }
    return *groups / 2;
}

struct compare_state compare_state_at(const struct compare *c, uint64_t *block)
{
    size_t all = c->thresholds * c->groups * c->words;
    struct compare_state state = {.less = block, .equal = block + all, .top = block + 2 * all};

    state.opened = state.top + c->thresholds * c->words;
    return state;
}

size_t compare_state_words(const struct compare *c)
{
    size_t opened = 3 * (c->groups / 2);

    return c->thresholds * c->words * (2 * (size_t) c->groups + 1 + opened);
}
