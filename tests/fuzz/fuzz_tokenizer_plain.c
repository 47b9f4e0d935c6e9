/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vocab.txt and a text; or, behind a first byte '{', vocab.json, merges.txt and a text. The
 * parts are divided by zero bytes.
 */
#include "format/json.h"
#include "fuzz_tokenizer.h"
#include "text/tokenizer_parts.h"
#include "text/tokenizer_plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static mpcf_status load_words(struct tokenizer *t, const uint8_t *data, size_t size,
                              const uint8_t **rest, size_t *rest_size)
{
    size_t length = fuzz_cut(data, size, rest, rest_size);

    MPCF_TRY(tokenizer_load_words(t, (const char *) data, length, "fuzz", NULL));
    return tokenizer_set_defaults(t, NULL, "fuzz", NULL);
}

static mpcf_status load_merges(struct tokenizer *t, const uint8_t *data, size_t size,
                               const uint8_t **rest, size_t *rest_size)
{
    const uint8_t *merges = NULL;
    size_t merges_size = 0, length = fuzz_cut(data, size, &merges, &merges_size), second = 0;
    json_t *words = NULL;
    mpcf_status status = MPCF_OK;

    MPCF_TRY(json_read_text((const char *) data, length, "fuzz", &words, NULL));
    status = tokenizer_load_vocabulary(t, words, "fuzz", NULL);
    json_decref(words);
    MPCF_TRY(status);
    second = fuzz_cut(merges, merges_size, rest, rest_size);
    MPCF_TRY(tokenizer_load_merges(t, (const char *) merges, second, "fuzz", NULL));
    return tokenizer_set_defaults(t, NULL, "fuzz", NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_json = size > 0 && data[0] == '{';
    struct tokenizer *t =
        fuzz_tokenizer(is_json ? MPCF_TOKENIZER_BYTE_BPE : MPCF_TOKENIZER_WORDPIECE);
    const uint8_t *text = NULL;
    size_t text_size = 0;

    if (t != NULL &&
        (is_json ? load_merges : load_words)(t, data, size, &text, &text_size) == MPCF_OK &&
        tokenizer_finish(t, NULL) == MPCF_OK) {
        fuzz_encode(t, text, text_size);
    }
    tokenizer_close(t);
    return 0;
}
