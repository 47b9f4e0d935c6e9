/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A split of the pipeline's dataset as token ids.
 */
#ifndef MPCF_NETWORK_SPLIT_H
#define MPCF_NETWORK_SPLIT_H

#include "base/text.h"
#include "corpus/corpus.h"
#include "pipeline/pipeline.h"
#include "text/tokenizer.h"

/* SPLIT ("dev") by TOKENIZER, at most LIMIT rows (0: all); corpus_destroy(). */
mpcf_status split_load(const struct pipeline *p, const struct tokenizer *tokenizer,
                       const char *split, size_t limit, struct corpus **out, mpcf_error *err);
/* What is to be said of texts that were cut; nothing where none was. */
void split_tell_cut(const struct pipeline *p, const char *split, const struct corpus *c,
                    struct text_buffer *out);
/* Says it in the log. */
void split_say_cut(const struct pipeline *p, const char *split, const struct corpus *c);

/* MPCF_E_CONFIG where dataset.max_length is beyond the positions of the network, of which SPEC is. */
mpcf_status split_check_length(const struct pipeline *p, const mpcf_tokenizer_spec *spec,
                               mpcf_error *err);
/* Whether split_load() would take the first ROWS rows of SPLIT; LABELLED: each with its label. */
mpcf_status split_check(const struct pipeline *p, const struct tokenizer *tokenizer,
                        const char *split, size_t rows, bool labelled, mpcf_error *err);

/* *ROWS of SPLIT, as far as LIMIT: no further are read. */
mpcf_status split_count(const struct pipeline *p, const struct tokenizer *tokenizer,
                        const char *split, size_t limit, size_t *rows, mpcf_error *err);

#endif
