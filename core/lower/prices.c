/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seconds of link and of computing.
 *
 * Computing is what a bit costs where no link is in the way: BERT-base on 2 cores, both pairs of functions, of
 * which one has 580 MB more online and 575 MB more of the dealer's than the other. It is what decides on a LAN,
 * where a bit's link takes a third of that; at 200 Mbit/s computing is a tenth. A MiniLM of 128 tokens with 33 MB online and
 * 94 MB before the run takes the processor seconds of one with 65 and 62 (0.58): little is lost near the optimum.
 */
#include "lower/prices.h"

#include <assert.h>

#define MESSAGE_COMPUTED 50e-6   /* waking who waits for it, at both ends */
#define ONLINE_COMPUTED  3e-10   /* masked, packed, sent, unpacked, and what is made of it */
#define DEALER_COMPUTED  4.5e-10 /* made by the dealer, and as streams of both parties */
#define EARLY_COMPUTED   1e-10
#define WIDE_COMPUTED    2e-9 /* another pass of the product kernels */
#define KEY_COMPUTED     2e-6 /* of a core, beyond what an inverse by steps takes */

/* What goes before the question is known is waited for less than what goes behind it. */
#define EARLY_WEIGHT  0.35
#define DEALER_WEIGHT 0.06

struct prices prices_on(const struct lower_network *network)
{
    assert(network->bits_per_second > 0);
    const double link_bit = 0.5 / network->bits_per_second; /* it carries both directions at once */

    return (struct prices){
        .message = network->delay_seconds + MESSAGE_COMPUTED,
        .online_bit = link_bit + ONLINE_COMPUTED,
        .early_bit = EARLY_WEIGHT * link_bit + EARLY_COMPUTED,
        .dealer_bit = DEALER_WEIGHT * link_bit + DEALER_COMPUTED,
        .wide_bit = WIDE_COMPUTED,
        .key = KEY_COMPUTED,
    };
}

double prices_step(const struct prices *p, const struct step_cost *cost)
{
    uint64_t online = 0;

    for (uint32_t i = 0; i < cost->rounds; i++) {
        online += cost->provider_bits[i] + cost->user_bits[i];
    }
    return p->online_bit * (double) online + p->early_bit * (double) cost->offline_bits +
           p->dealer_bit * (double) cost->correction_bits + p->wide_bit * (double) cost->wide_bits;
}
