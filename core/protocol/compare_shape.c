/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a COMPARE is cut into groups of bits and rounds, and where a party keeps its planes.
 */
#include "protocol/compare_shape.h"

_Static_assert(COMPARE_GROUP_BITS >= 1 && COMPARE_GROUP_BITS <= 4, "what bit_one_hot() takes");

/* What is compared with 0 is d itself, and fits its own bits. */
static bool is_of_signs(const struct step *s)
{
    bool all = true;

    for (size_t i = 0; i < s->threshold_count; i++) {
        all = all && s->thresholds[i] == 0;
    }
    return all;
}

struct compare compare_of(const struct program *p, const struct step *s)
{
    const struct value *x = step_in(p, s, 0);
    struct compare c = {.program = p, .step = s, .rounds = 1};

    c.opened = x->magnitude + (is_of_signs(s) && x->magnitude > 1 ? 0 : 1);
    c.groups = (c.opened - 1 + COMPARE_GROUP_BITS - 1) / COMPARE_GROUP_BITS;
    c.thresholds = s->threshold_count;
    c.elements = x->dims.count;
    c.words = (c.elements + 63) / 64;
    for (size_t joined = 1; joined < c.groups; joined *= COMPARE_WIDTH_MAX) {
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

static size_t power(size_t width, unsigned levels)
{
    size_t all = 1;

    for (unsigned i = 0; i < levels; i++) {
        all *= width;
    }
    return all;
}

struct compare_join compare_join(const struct compare *c, unsigned round)
{
    struct compare_join j = {.count = c->groups};

    for (unsigned i = 1; i <= round; i++) {
        j.groups = j.count;
        j.width = 2;
        while (power(j.width, c->rounds - i) < j.groups) {
            j.width++;
        }
        j.count = (j.groups + j.width - 1) / j.width;
    }
    return j;
}

size_t compare_join_width(const struct compare_join *j, size_t q)
{
    const size_t left = j->groups - q * j->width;

    return left < j->width ? left : j->width;
}

/* Equality of all groups but the lowest and less-than of all but the highest; for the join's own equality
 * the lowest's, too. */
static size_t opened_of(size_t width, bool is_lowest)
{
    return width == 1 ? 0 : 2 * width - (is_lowest ? 2 : 1);
}

/* Of equalities of two and more; each less-than with those above it; and the lowest equality with all. */
static size_t products_of(size_t width, bool is_lowest)
{
    const size_t half = (size_t) 1 << (width - 1);

    return width == 1 ? 0 : (half - width) + (2 * half - width - 1) + (is_lowest ? 0 : half - 1);
}

static size_t before(const struct compare_join *j, size_t q,
                     size_t (*planes)(size_t width, bool is_lowest))
{
    size_t all = 0;

    for (size_t i = 0; i < q; i++) {
        all += planes(compare_join_width(j, i), i == 0);
    }
    return all;
}

size_t compare_opened_before(const struct compare_join *j, size_t q)
{
    return before(j, q, opened_of);
}

size_t compare_products_before(const struct compare_join *j, size_t q)
{
    return before(j, q, products_of);
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
    size_t opened = 0;

    for (unsigned round = 1; round < c->rounds; round++) {
        const struct compare_join j = compare_join(c, round);
        const size_t planes = compare_opened_before(&j, j.count);
        opened = planes > opened ? planes : opened;
    }
    return c->thresholds * c->words * (2 * (size_t) c->groups + 1 + opened);
}
