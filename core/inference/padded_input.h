/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inputs of one inference, right-padded.
 */
#ifndef MPCF_INFERENCE_PADDED_INPUT_H
#define MPCF_INFERENCE_PADDED_INPUT_H

#include "inference/secure_batches.h"
#include "program/program.h"
#include "program/secure_input.h"

struct padded_input {
    int32_t *ids, *types, *mask;   /* [batch, tokens] each; one secret block */
    struct secure_input given;     /* the three, as a session takes them */
    struct placements *placements; /* of the ids that are in it, or NULL */
};
/* Room for any of BATCHES. */
mpcf_status padded_input_create(const struct secure_batches *batches, struct padded_input *out,
                                mpcf_error *err);
void padded_input_clear(struct padded_input *input);
/* The rows of BATCH; where it has fewer than its shape, the last one again. */
void padded_input_fill(struct padded_input *input, const struct secure_batch *batch,
                       const struct corpus *corpus);
/* Finds the places of its ids in PROGRAM's batch codes, where it has any: in a time that depends on the
 * ids, so before anybody hears of the inference. None: MPCF_E_INVALID. */
mpcf_status padded_input_place(struct padded_input *input, const struct program *program,
                               mpcf_error *err);

#endif
