/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Hugging Face folder: config.json, tokenizer files, and the weights: model.safetensors or
 * pytorch_model.bin, one file or shards with an index.
 */
#ifndef MPCF_CHECKPOINT_CHECKPOINT_H
#define MPCF_CHECKPOINT_CHECKPOINT_H

#include <stddef.h>

#include <jansson.h>
#include <mpcf/error.h>

struct checkpoint;
struct tensor;

/* Opens a folder; weights are mapped, not read. Missing files, broken headers, a shard that is not
 * there: an error naming file and cause. Where there are several forms the first of these counts:
 * model.safetensors, its index, pytorch_model.bin, its index. Of an index only the names of the shards are
 * used: what they hold is there, whatever else the index says. */
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

/* MPCF_E_FORMAT where two shards hold a tensor of this name: nobody knows which one counts. */
mpcf_status checkpoint_check_once(const struct checkpoint *c, const char *name, mpcf_error *err);

#endif
