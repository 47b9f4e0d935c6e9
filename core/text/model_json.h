/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "model" of tokenizer.json: its kind, its words and how they are put together.
 */
#ifndef MPCF_TEXT_MODEL_JSON_H
#define MPCF_TEXT_MODEL_JSON_H

#include "text/tokenizer_source.h"

mpcf_status model_read_json(const struct tokenizer_source *s, const json_t *model);

#endif
