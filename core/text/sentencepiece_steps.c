/* SPDX-License-Identifier: Apache-2.0 */
/* How both families cut a text into words, and what stands around it. */
#include "text/sentencepiece_steps.h"

#include "text/named_token.h"

#define LOWER_ONE_EIGHTH 0x2581u
#define SEPARATORS       2 /* between the texts of a pair */

static mpcf_status set_splitters(struct tokenizer *t, const struct tokenizer_settings *s,
                                 mpcf_error *err)
{
    const bool prefix_space = tokenizer_settings_flag(s, "add_prefix_space", true);
    struct splitter words = {.kind = SPLITTER_BLANKS};
    struct splitter pieces = {.kind = SPLITTER_METASPACE,
                              .cuts = true,
                              .prefix = prefix_space ? PREFIX_ALWAYS : PREFIX_NEVER,
                              .character = LOWER_ONE_EIGHTH};

    splitters_clear(&t->splitters);
    MPCF_TRY(splitters_add(&t->splitters, &words, err));
    return splitters_add(&t->splitters, &pieces, err);
}

mpcf_status sentencepiece_set_steps(struct tokenizer *t, const struct tokenizer_settings *s,
                                    mpcf_error *err)
{
    int32_t bos = 0, eos = 0;

    MPCF_TRY(set_splitters(t, s, err));
    MPCF_TRY(tokenizer_find_named(t, s, "bos_token", &bos, err));
    MPCF_TRY(tokenizer_find_named(t, s, "eos_token", &eos, err));
    return tokenizer_set_templates(t, bos, eos, SEPARATORS, 0, err);
}
