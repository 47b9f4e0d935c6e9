/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Hugging Face folder: config.json, tokenizer files, *.safetensors (one or sharded).
 */
#ifndef MPCF_CHECKPOINT_CHECKPOINT_H
#define MPCF_CHECKPOINT_CHECKPOINT_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/error.h>

struct checkpoint;
struct tensor;

/* Opens a folder; weights are mapped, not read. Missing files, broken headers, shards that do
 * not agree: an error naming file and cause. */
mpcf_status checkpoint_open(const char *folder, struct checkpoint **out, mpcf_error *err);
void checkpoint_close(struct checkpoint *c); /* NULL is fine */
const json_t *checkpoint_config(const struct checkpoint *c);
const char *checkpoint_folder(const struct checkpoint *c);
/* Adds names, shapes and data of all tensors: equal for equal weights, however sharded. */
struct digest;
void checkpoint_digest(const struct checkpoint *c, struct digest *digest);
size_t checkpoint_tensor_count(const struct checkpoint *c);
const char *checkpoint_tensor_name(const struct checkpoint *c, size_t i);
/* The tensor of exactly this name, or NULL; lives as long as C. */
const struct tensor *checkpoint_tensor(const struct checkpoint *c, const char *name);

#endif
