/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Defaults of a lowering's options, and which are refused.
 */
#include "lower/lower_options.h"

void lower_options_default(struct lower_options *o)
{
    *o = (struct lower_options){.value_fraction = 12,
                                .weight_fraction = 14,
                                .reveal_fraction = 8,
                                .network = named_networks[0].link};
}

enum lower_limit lower_options_limit(const struct lower_options *o, size_t batch, bool exact_length)
{
    if (o->reveal_fraction > o->value_fraction) {
        return LOWER_REVEALS_BEYOND_VALUES;
    }
    return exact_length && batch != 1 ? LOWER_BATCH_OF_EXACT : LOWER_FITS;
}

mpcf_status lower_options_check(const struct lower_options *o, size_t batch, bool exact_length,
                                mpcf_error *err)
{
    const enum lower_limit limit = lower_options_limit(o, batch, exact_length);

    if (o->value_fraction < 4 || o->value_fraction > 24 || o->weight_fraction < 4 ||
        o->weight_fraction > 24 || limit == LOWER_REVEALS_BEYOND_VALUES) {
        return mpcf_fail(err, MPCF_E_INVALID,
                         "fractional bits: values %u, weights %u (4 to 24), revealed %u (up to "
                         "those of values)",
                         o->value_fraction, o->weight_fraction, o->reveal_fraction);
    }
    if (limit == LOWER_BATCH_OF_EXACT) {
        return mpcf_fail(err, MPCF_E_INVALID, "exact length goes with a batch of 1, found %zu",
                         batch);
    }
    return MPCF_OK;
}
