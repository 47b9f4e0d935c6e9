/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of weights in either form: *.safetensors, or what torch.save() writes.
 */
#ifndef MPCF_CHECKPOINT_WEIGHTS_FILE_H
#define MPCF_CHECKPOINT_WEIGHTS_FILE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "format/tensor.h"

struct weights_file;

/* By the end of its name: ".safetensors" is the one, all else the other. */
mpcf_status weights_file_open(const char *path, struct weights_file **out, mpcf_error *err);
void weights_file_close(struct weights_file *file); /* NULL is fine */
size_t weights_file_count(const struct weights_file *file);
const struct tensor *weights_file_tensor(const struct weights_file *file, size_t i);

#endif
