/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "pre_tokenizer" of tokenizer.json.
 */
#ifndef MPCF_TEXT_SPLITTERS_JSON_H
#define MPCF_TEXT_SPLITTERS_JSON_H

#include "text/tokenizer_source.h"

mpcf_status splitters_read_json(const struct tokenizer_source *s, const json_t *part);

#endif
