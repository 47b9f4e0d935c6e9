/* SPDX-License-Identifier: Apache-2.0 */
#include "text/named_token.h"

#include <string.h>

mpcf_status tokenizer_find_named(const struct tokenizer *t, const struct tokenizer_settings *s,
                                 const char *key, int32_t *id, mpcf_error *err)
{
    const char *content = tokenizer_settings_token(s, key);
    const struct added_token *added =
        content != NULL ? added_tokens_find(&t->added, content, strlen(content)) : NULL;

    if (content == NULL) {
        return mpcf_fail(err, MPCF_E_FORMAT, "tokenizer_config.json: there is no %s", key);
    }
    *id = added != NULL ? added->id : tokenizer_find_word(t, content, strlen(content));
    if (*id == VOCABULARY_NONE || *id >= t->spec.vocab_size) {
        return mpcf_fail(err, MPCF_E_FORMAT, "the vocabulary has no '%.80s', the %s", content, key);
    }
    return MPCF_OK;
}
