/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "post_processor" of tokenizer.json: what stands around the texts.
 */
#ifndef MPCF_TEXT_TEMPLATE_JSON_H
#define MPCF_TEXT_TEMPLATE_JSON_H

#include "text/tokenizer_source.h"

mpcf_status templates_read_json(const struct tokenizer_source *s, const json_t *part);

#endif
