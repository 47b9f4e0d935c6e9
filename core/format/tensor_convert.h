/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Element types of tensors in files: names and sizes, and what elements are as numbers.
 */
#ifndef MPCF_FORMAT_TENSOR_CONVERT_H
#define MPCF_FORMAT_TENSOR_CONVERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "format/tensor.h"

/* Bytes of an element: 1, 2, 4 or 8; 0: TENSOR_OTHER. */
size_t tensor_type_size(enum tensor_type type);
/* Bytes of data from the first element to the last, holes between them included. */
size_t tensor_bytes(const struct tensor *t);
/* "BF16", as safetensors writes it. */
const char *tensor_type_name(enum tensor_type type);
/* False where NAME is none that is converted. */
bool tensor_type_parse(const char *name, enum tensor_type *type);
/* Elements as float or 64-bit integers, converted; MPCF_E_FORMAT for types that are not of that sort. */
mpcf_status tensor_floats(const struct tensor *t, float *out, mpcf_error *err);
mpcf_status tensor_integers(const struct tensor *t, int64_t *out, mpcf_error *err);

#endif
