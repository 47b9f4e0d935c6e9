/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scales of weights that a checkpoint keeps in 8 bits.
 */
#ifndef MPCF_CHECKPOINT_SCALE_H
#define MPCF_CHECKPOINT_SCALE_H

#include <stdbool.h>

#include <mpcf/error.h>

#include "checkpoint/checkpoint.h"
#include "format/tensor.h"

/* Whether T's elements are nothing without a scale: F8. */
bool scale_is_needed(const struct tensor *t);
/* Multiplies VALUES, which are T's, by the scale beside T in C: NAME_scale_inv or NAME_scale, a number,
 * one a row, or one a block (config.json's quantization_config.weight_block_size, else 128 by 128).
 * MPCF_E_UNSUPPORTED: there is none, or of another shape. */
mpcf_status scale_apply(const struct checkpoint *c, const struct tensor *t, float *values,
                        mpcf_error *err);

#endif
