/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model of type Unigram in tokenizer.json.
 */
#ifndef MPCF_TEXT_UNIGRAM_JSON_H
#define MPCF_TEXT_UNIGRAM_JSON_H

#include <jansson.h>

#include "text/unigram.h"

/*
 * MODEL: {"type": "Unigram", "unk_id": .., "vocab": [[piece, score], ..], "byte_fallback": ..}. The
 * library reads a score in two roundings (the digits as a whole number, divided by a power of ten),
 * which one score in eight shows, and a tie may be decided by it; so do we.
 */
mpcf_status unigram_read_json(struct unigram *u, const json_t *model, const char *name,
                              mpcf_error *err);
/* Of a U that was read from MODEL: what transformers' own classes make of it. Scores as the nearest
 * doubles, no bytes; what is unknown is piece 3, or where UNKNOWN is not NULL the first of that text
 * (0: none has it). */
mpcf_status unigram_rebuild_json(struct unigram *u, const json_t *model, const char *unknown,
                                 const char *name, mpcf_error *err);

#endif
