/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pytorch_model.bin: the state dict of a network as torch.save() writes it, as a zip archive (from
 * PyTorch 1.6 on) or as a stream of pickles (before). Nothing of what such a file could run is run.
 */
#ifndef MPCF_FORMAT_TORCH_FILE_H
#define MPCF_FORMAT_TORCH_FILE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "format/tensor.h"

struct torch_file;

mpcf_status torch_file_open(const char *path, struct torch_file **out, mpcf_error *err);
/* From memory, for tests and fuzzing; DATA outlives it. */
mpcf_status torch_file_parse(const void *data, size_t length, const char *name,
                             struct torch_file **out, mpcf_error *err);
void torch_file_close(struct torch_file *file); /* NULL is fine */
size_t torch_file_count(const struct torch_file *file);
/* In order of their names (bytes). Views are as they lie in their storage: with strides. */
const struct tensor *torch_file_tensor(const struct torch_file *file, size_t i);

#endif
