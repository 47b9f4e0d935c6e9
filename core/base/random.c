/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that look random and repeat from the same start; not for secrets, see prg.h. */
#include "base/random.h"

#include <math.h>

uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double random_uniform(uint64_t *state)
{
    return (double) (random_next(state) >> 11) * 0x1p-53;
}

double random_normal(uint64_t *state)
{
    double radius = sqrt(-2 * log(1 - random_uniform(state)));

    return radius * cos(6.283185307179586 * random_uniform(state));
}
