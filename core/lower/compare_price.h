/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a COMPARE costs an element, for choices between ways to lower something.
 */
#ifndef MPCF_LOWER_COMPARE_PRICE_H
#define MPCF_LOWER_COMPARE_PRICE_H

#include "lower/prices.h"

/* With one threshold. */
struct compare_price {
    unsigned rounds;
    double seconds; /* an element, without its rounds' messages */
};
/* Of a value of MAGNITUDE bits; infinite where there is none so wide. */
struct compare_price compare_price(const struct prices *at, unsigned magnitude);

#endif
