/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a step costs where there is no program yet, for choices between ways to lower something.
 */
#ifndef MPCF_LOWER_STEP_PRICE_H
#define MPCF_LOWER_STEP_PRICE_H

#include "lower/prices.h"
#include "program/program.h"

struct step_price {
    unsigned rounds;
    double seconds; /* without its rounds' messages */
};

/* Of S, of which its kind and that kind's own fields are set, alone: VALUES are its operands, at most two, in order, and
 * its result. */
struct step_price step_price(const struct prices *at, const struct step *s, struct value *values);

#define PRICED_ELEMENTS 4096 /* so many that what is rounded up to words does not count */
/* PRICED_ELEMENTS of KIND. */
struct value priced_value(enum value_kind kind, unsigned magnitude, unsigned ring);

/* An element of values of MAGNITUDE bits: a COMPARE with one threshold, infinite where there is none so wide; a SELECT. */
struct step_price compare_price(const struct prices *at, unsigned magnitude);
struct step_price sign_price(const struct prices *at,
                             unsigned magnitude); /* of exact ones, with 0 */
struct step_price select_price(const struct prices *at, unsigned magnitude);

#endif
