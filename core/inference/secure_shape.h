/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program is made for: the shape of one inference.
 */
#ifndef MPCF_INFERENCE_SECURE_SHAPE_H
#define MPCF_INFERENCE_SECURE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

struct secure_shape {
    size_t batch, tokens;
    bool exact; /* batch is 1, no padding and no mask */
};

#endif
