/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Hugging Face folder: config.json, tokenizer files, *.safetensors (one or sharded).
 */
#ifndef MPCF_CHECKPOINT_CHECKPOINT_H
#define MPCF_CHECKPOINT_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "graph/parameters.h"

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

/*
 * Fills PARAMETERS of graph G by name: F32, F16, BF16, F64 to float. PREFIX ("bert.") may be
 * missing in the file's names; old names gamma/beta stand for LayerNorm's weight/bias. A parameter
 * whose init is not MPCF_INIT_REQUIRED may be absent (it keeps its value; counted in *MADE).
 * Wrong shapes and missing names: MPCF_E_SHAPE, MPCF_E_FORMAT with name, found, expected; so are
 * elements that are NaN or infinite. Tensors that G has no use for are passed over. MADE may be NULL.
 */
mpcf_status checkpoint_load(const struct checkpoint *c, const mpcf_graph *g, const char *prefix,
                            struct parameters *parameters, size_t *made, mpcf_error *err);

/* Writes config.json (CONFIG), model.safetensors (F32, metadata format "pt") and copies tokenizer
 * files of FROM (may be NULL). Whole or not at all: files appear by rename, model last. */
mpcf_status checkpoint_save(const char *folder, const json_t *config, const char *from,
                            const struct parameters *parameters, mpcf_error *err);
/* Copies the tokenizer's files that FROM has into FOLDER, each whole. */
mpcf_status checkpoint_copy_tokenizer(const char *folder, const char *from, mpcf_error *err);

#endif
