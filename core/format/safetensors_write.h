/* SPDX-License-Identifier: Apache-2.0 */
/*
 * safetensors written: a file of their own, or into an open stream, for those who write several
 * files as one.
 */
#ifndef MPCF_FORMAT_SAFETENSORS_WRITE_H
#define MPCF_FORMAT_SAFETENSORS_WRITE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <mpcf/error.h>

struct tensor_out {
    const char *name;
    size_t rank;
    uint64_t dim[8];
    const float *data;
};
/* F32, names in the order given, data aligned to 8; metadata {"format": "pt"}. */
mpcf_status safetensors_write(const char *path, const struct tensor_out *tensors, size_t count,
                              mpcf_error *err);

/* As safetensors_write(); STREAM stays open, and its last bytes may still be in its buffer.
 * METADATA is an object of texts, NULL for {"format": "pt"}.
 * MPCF_E_INVALID for two tensors of one name, MPCF_E_IO where STREAM takes no more. */
mpcf_status safetensors_put(FILE *stream, const struct tensor_out *tensors, size_t count,
                            const json_t *metadata, mpcf_error *err);

#endif
