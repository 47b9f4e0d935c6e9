/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a COMPARE costs an element, for choices between ways to lower something.
 */
#ifndef MPCF_LOWER_COMPARE_PRICE_H
#define MPCF_LOWER_COMPARE_PRICE_H

/* Its rounds; bits of both parties and, weighed, of the dealer, with one threshold. */
struct compare_price {
    unsigned rounds;
    double bits;
};
/* Of a value of MAGNITUDE bits. */
struct compare_price compare_price(unsigned magnitude);

#endif
