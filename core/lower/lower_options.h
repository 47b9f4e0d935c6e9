/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all parties agree on before a graph is lowered.
 */
#ifndef MPCF_LOWER_LOWER_OPTIONS_H
#define MPCF_LOWER_LOWER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

struct lower_options {
    unsigned value_fraction;  /* fractional bits of activations; default 12 */
    unsigned weight_fraction; /* of weights; default 14 */
    bool embedding_public;    /* the user has the embedding tables and looks rows up itself */
    bool weights_shared; /* products with weights by Beaver triples, as in the paper's system */
    unsigned reveal_fraction; /* of revealed logits; default 8 */
    bool reveal_label;        /* only the number of the largest logit is revealed */
};
void lower_options_default(struct lower_options *o);
/* MPCF_E_INVALID where nothing can be lowered with them; the message says what is allowed. */
mpcf_status lower_options_check(const struct lower_options *o, size_t batch, bool exact_length,
                                mpcf_error *err);

#endif
