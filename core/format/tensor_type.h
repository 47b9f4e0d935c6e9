/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Element types of tensors in files: their names and sizes.
 */
#ifndef MPCF_FORMAT_TENSOR_TYPE_H
#define MPCF_FORMAT_TENSOR_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "format/safetensors.h"

/* Bytes of an element: 1, 2, 4 or 8. */
size_t tensor_type_size(enum tensor_type type);
/* "BF16", as safetensors writes it. */
const char *tensor_type_name(enum tensor_type type);
/* False where NAME is none of the types. */
bool tensor_type_parse(const char *name, enum tensor_type *type);

#endif
