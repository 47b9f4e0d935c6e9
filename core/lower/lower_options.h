/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all parties agree on before a graph is lowered.
 */
#ifndef MPCF_LOWER_LOWER_OPTIONS_H
#define MPCF_LOWER_LOWER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <mpcf/error.h>

#include "lower/named_network.h"

/* Which values are compared with their bounds (headroom.c). */
enum lower_checks {
    CHECK_NONE = 0,
    CHECK_ROWS, /* what is one number a row, and the outputs */
    CHECK_ALL   /* and what functions are of */
};

struct lower_options {
    unsigned value_fraction;  /* fractional bits of activations; default 12 */
    unsigned weight_fraction; /* of weights; default 14 */
    bool embedding_public;    /* the user has the embedding tables and looks rows up itself */
    bool weights_shared; /* products with weights by Beaver triples, as in the paper's system */
    unsigned reveal_fraction; /* of revealed logits; default 8 */
    int check_ranges;         /* lower_checks */
    bool reveal_label;        /* only the number of the largest logit is revealed */
    bool is_trial; /* nobody runs the program: its rings are searched less (ring_search.h) */
    struct lower_network network; /* default lan (named_network.h) */
};
void lower_options_default(struct lower_options *o);
/* Which limit between the options is broken. The only place that knows them: the pipeline file's reader asks
 * here, too, and says it with the names of its keys. */
enum lower_limit {
    LOWER_FITS,
    LOWER_REVEALS_BEYOND_VALUES, /* more fractional bits revealed than values have */
    LOWER_BATCH_OF_EXACT         /* several examples at their exact lengths */
};
enum lower_limit lower_options_limit(const struct lower_options *o, size_t batch,
                                     bool exact_length);
/* MPCF_E_INVALID where nothing can be lowered with them; the message says what is allowed. */
mpcf_status lower_options_check(const struct lower_options *o, size_t batch, bool exact_length,
                                mpcf_error *err);

#endif
