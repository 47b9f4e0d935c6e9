/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps that evaluate a function by waves, between two lines.
 */
#ifndef MPCF_LOWER_WAVE_STEPS_H
#define MPCF_LOWER_WAVE_STEPS_H

#include "lower/lowering.h"
#include "lower/wave_fit.h"

/* A gate x / 2 + FUNCTION, FUNCTION being even, which is 0 below -END and x above END; or, IS_ODD, a curve
 * FUNCTION, which is -1 and 1 there. */
struct wave_form {
    fit_function *function;
    const void *context;
    bool is_odd;
    double end;
};

/* NODE as FORM of X, a node without taps that has at least WANT fractional bits: sets OUT->raw. False, and nothing
 * done but that X is lowered, where waves do not fit. */
bool lower_waves_at(struct lowering *l, const mpcf_node *node, const mpcf_node *x, int want,
                    const struct wave_form *form, struct lowered *out);

#endif
