/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants of a network, from rows of a corpus.
 */
#ifndef MPCF_NETWORK_MEASURE_ROWS_H
#define MPCF_NETWORK_MEASURE_ROWS_H

#include "corpus/corpus.h"
#include "network/loaded_network.h"

struct measured_rows {
    size_t constants; /* how many had no value */
    size_t rows, passes;
};

/* Gives N's constants their values where they have none: on ROWS rows of CORPUS, spread evenly over it, or on
 * all where it has fewer. OTHERS (may be NULL) has texts of other lengths: the largest and smallest values are
 * of these, too. DONE (may be NULL) says what was done; constants 0: nothing. */
mpcf_status network_measure(struct loaded_network *n, const struct corpus *corpus, size_t rows,
                            const struct corpus *others, struct measured_rows *done,
                            mpcf_error *err);

#endif
