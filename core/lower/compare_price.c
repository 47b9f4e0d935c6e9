/* SPDX-License-Identifier: Apache-2.0 */
/* Bits as core/protocol/compare.c sends them, one for one. */
#include "lower/compare_price.h"

#include "lower/ring_trial.h"

struct compare_price compare_price(unsigned magnitude)
{
    struct compare_price p = {1, 2.0 * (magnitude + 1)};
    unsigned dealt = 1 + 15 * (magnitude / 4) + ((1U << (magnitude % 4)) - 1);

    for (unsigned groups = (magnitude + 3) / 4; groups > 1; groups = (groups + 1) / 2) {
        p.rounds++;
        p.bits += 2.0 * (3 * (groups / 2) - 1);
        dealt += 2 * (groups / 2) - 1;
    }
    p.bits += DEALER_WEIGHT * dealt;
    return p;
}
