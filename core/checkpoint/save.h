/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint's folder written, and the tokenizer's files that go with it.
 */
#ifndef MPCF_CHECKPOINT_SAVE_H
#define MPCF_CHECKPOINT_SAVE_H

#include <jansson.h>
#include <mpcf/error.h>

#include "graph/parameters.h"

/* Writes config.json (CONFIG), model.safetensors (F32, metadata format "pt") and copies tokenizer
 * files of FROM (may be NULL). Whole or not at all: files appear by rename, model last. */
mpcf_status checkpoint_save(const char *folder, const json_t *config, const char *from,
                            const struct parameters *parameters, mpcf_error *err);

#endif
