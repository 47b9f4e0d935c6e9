/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One approximation at points of one's own, beside the exact function: `mpcf-host plugin eval`.
 *
 * Each row is a text of its own. Of a normaliser it is the scores of its tokens, all of which see the same, so that a
 * shorter row is one with fewer tokens; of a layer norm it is a token's values, with gain 1 and bias 0. For
 * others rows do not matter. Trained values stand at what they begin with, and measured constants are
 * measured on these points, as are the ranges of the secure run's integers.
 */
#ifndef MPCF_BENCH_EVAL_APPROX_H
#define MPCF_BENCH_EVAL_APPROX_H

#include <stddef.h>

#include "format/number_rows.h"
#include "plugin/plugins.h"

struct eval_approx_request {
    struct plugins *plugins;
    const mpcf_approx *approx;
    const char *options; /* as of filled_slot_open() */
    const char *exact;   /* an approximation of the same slot; NULL: the slot's own */
    size_t layer;        /* by which a formula may differ */
    const struct number_rows *rows;
};

/* Each as long as the rows' values, in their order. */
struct eval_approx_result {
    float *value, *exact;
    double *reference; /* of the secure run, in the clear; NULL: it is refused */
    char *refused;     /* why; NULL: it is not */
};

/* MPCF_E_CONFIG: the rows or options are not of the approximation. Clear RESULT also after a failure. */
mpcf_status eval_approx(const struct eval_approx_request *request,
                        struct eval_approx_result *result, mpcf_error *err);
void eval_approx_clear(struct eval_approx_result *result);

#endif
