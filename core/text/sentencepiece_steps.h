/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What XLM-RoBERTa's and CamemBERT's tokenizers do around their pieces in transformers 5, whatever
 * their file says. Inside core/text only.
 */
#ifndef MPCF_TEXT_SENTENCEPIECE_STEPS_H
#define MPCF_TEXT_SENTENCEPIECE_STEPS_H

#include "text/tokenizer_parts.h"
#include "text/tokenizer_settings.h"

/* Words at blanks, with a lower one eighth block in front unless add_prefix_space is false; and the
 * tokens around texts. In place of what is there. */
mpcf_status sentencepiece_set_steps(struct tokenizer *t, const struct tokenizer_settings *s,
                                    mpcf_error *err);

#endif
