/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges by walking the float engine over batches.
 */
#ifndef MPCF_PASS_CALIBRATE_H
#define MPCF_PASS_CALIBRATE_H

#include "float_engine/float_engine.h"
#include "pass/ranges.h"

/* Ranges of every node of G (a graph after pass_all) over batches that NEXT gives: it fills
 * *BATCH and returns MPCF_OK, with batch->batch == 0 at the end. Values of padded rows and
 * columns do not count. A batch has up to BATCH examples, TOKENS tokens and ELEMENTS (0: batch * tokens) of both
 * together. MPCF_E_RANGE: a value that is not finite, by node name. */
typedef mpcf_status calibrate_next(void *context, struct float_batch *batch, mpcf_error *err);
mpcf_status calibrate(const mpcf_graph *g, struct parameters *p, size_t batch, size_t tokens,
                      size_t elements, calibrate_next *next, void *context, struct ranges **out,
                      mpcf_error *err);
/* calibrate() on the one batch B: for graphs that are made up. */
mpcf_status calibrate_on_batch(const mpcf_graph *g, struct parameters *p,
                               const struct float_batch *b, struct ranges **out, mpcf_error *err);

#endif
