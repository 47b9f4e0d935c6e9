/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's input of a secure run.
 */
#ifndef MPCF_PROGRAM_SECURE_INPUT_H
#define MPCF_PROGRAM_SECURE_INPUT_H

#include <stdint.h>

struct placements; /* protocol/placement.h */

/* As float_batch: each [batch, tokens] of exactly the program's sizes, right-padded. */
struct secure_input {
    const int32_t *input_ids, *token_type_ids, *attention_mask;
    /* Where the ids are found in the batch codes of the program; NULL: not made yet, or it has none. */
    const struct placements *placements;
};

#endif
