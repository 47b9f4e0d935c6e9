/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repeatable numbers for initial weights and shuffles: never for anything secret.
 */
#ifndef MPCF_BASE_RANDOM_H
#define MPCF_BASE_RANDOM_H

#include <stdint.h>

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014); any start is a good one. */
uint64_t random_next(uint64_t *state);
double random_uniform(uint64_t *state); /* [0, 1) */
double random_normal(uint64_t *state);  /* mean 0, deviation 1 (Box and Muller, 1958) */

#endif
