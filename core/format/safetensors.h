/* SPDX-License-Identifier: Apache-2.0 */
/*
 * safetensors files: a JSON header and raw tensors. Every offset, shape and name of a file is
 * checked before use: they come from strangers.
 */
#ifndef MPCF_FORMAT_SAFETENSORS_H
#define MPCF_FORMAT_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "format/tensor.h"
#include "format/tensor_convert.h"

struct safetensors;
mpcf_status safetensors_open(const char *path, struct safetensors **out, mpcf_error *err);
/* From memory, for tests and fuzzing; DATA outlives it. */
mpcf_status safetensors_parse(const void *data, size_t length, const char *name,
                              struct safetensors **out, mpcf_error *err);
void safetensors_close(struct safetensors *s);
size_t safetensors_count(const struct safetensors *s);
/* In order of their names (bytes). */
const struct tensor *safetensors_tensor(const struct safetensors *s, size_t i);
const struct tensor *safetensors_find(const struct safetensors *s, const char *name);
/* The text KEY of the file's metadata, or NULL. */
const char *safetensors_metadata(const struct safetensors *s, const char *key);

#endif
