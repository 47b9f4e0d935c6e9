/* SPDX-License-Identifier: Apache-2.0 */
/* A factor for each bit of t, in 62 bits behind the point; selected, so that time says nothing of t. */
#include "protocol/exp_parts.h"

#include <stddef.h>

__extension__ typedef unsigned __int128 wide;

static const uint64_t one = (uint64_t) 1 << EXP_POINT;

static uint64_t times(uint64_t a, uint64_t b)
{
    return (uint64_t) (((wide) a * b) >> EXP_POINT);
}

/* e^-(1 / 2^shift), 1 / 2^shift at most 1/2: 1 - t + t^2 / 2 - ... */
static uint64_t series(unsigned shift)
{
    uint64_t sum = one, term = one;

    for (uint64_t n = 1; term > 0; n++) {
        term = (shift < 64 ? term >> shift : 0) / n;
        sum = n % 2 == 1 ? sum - term : sum + term;
    }
    return sum;
}

void exp_powers_make(uint64_t *powers, unsigned count, unsigned fraction)
{
    uint64_t power = series(1);

    for (unsigned i = 0; i < count; i++) {
        if (i < fraction) {
            powers[i] = series(fraction - i);
        } else {
            power = times(power, power);
            powers[i] = power;
        }
    }
}

uint64_t exp_parts_of(const uint64_t *powers, unsigned count, uint64_t t)
{
    uint64_t y = one;

    for (unsigned i = 0; i < count; i++) {
        const uint64_t is_set = 0 - (t >> i & 1);
        y = times(y, one ^ (is_set & (one ^ powers[i])));
    }
    return y;
}
