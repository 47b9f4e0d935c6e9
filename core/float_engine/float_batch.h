/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes into a run of a float engine.
 */
#ifndef MPCF_FLOAT_ENGINE_FLOAT_BATCH_H
#define MPCF_FLOAT_ENGINE_FLOAT_BATCH_H

#include <stddef.h>
#include <stdint.h>

/* Inputs of a run: ids and mask, right-padded. */
struct float_batch {
    size_t batch, tokens;
    const int32_t *input_ids;      /* [batch, tokens] */
    const int32_t *token_type_ids; /* [batch, tokens] */
    const int32_t *attention_mask; /* [batch, tokens] of 0, 1 */
    uint64_t dropout_seed;         /* of this step; 0: no dropout */
};

#endif
