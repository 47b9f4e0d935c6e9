/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The choice of rings: the smallest for each value that its readers can work with, and which
 * truncations extend.
 */
#ifndef MPCF_LOWER_RING_SEARCH_H
#define MPCF_LOWER_RING_SEARCH_H

#include "lower/lower_options.h"
#include "program/program.h"

/*
 * Chooses between TRUNCATE_REDUCE (free, but its operand's ring is wider by the shift) and
 * TRUNCATE_EXTEND (any ring, for a message) at each truncation of P, so that what travels is
 * little, then sets all rings and finishes the program. Prices are those of NETWORK (prices.h).
 * Deterministic: depends on these alone.
 * IS_TRIAL: nobody runs it; of a long program the rings are then what the first moves find, which costs some per
 * cent more, unless these do not keep within 64 bits.
 * MPCF_E_RANGE, naming a node, where no choice keeps all rings within 64 bits.
 */
mpcf_status ring_search(struct program *p, const struct lower_network *network, bool is_trial,
                        mpcf_error *err);

#endif
