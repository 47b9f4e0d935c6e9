/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokenizer.json of strangers, and a text behind a zero byte for the tokenizer that it makes.
 */
#include "format/json.h"
#include "fuzz_tokenizer.h"
#include "text/tokenizer_json.h"
#include "text/tokenizer_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *text = NULL;
    size_t text_size = 0, length = fuzz_cut(data, size, &text, &text_size);
    json_t *root = NULL;

    if (json_read_text((const char *) data, length, "fuzz", &root, NULL) != MPCF_OK) {
        return 0;
    }
    struct tokenizer *t = fuzz_tokenizer(MPCF_TOKENIZER_WORDPIECE);

    if (t != NULL && tokenizer_load_json(t, root, "fuzz", NULL) == MPCF_OK &&
        tokenizer_finish(t, NULL) == MPCF_OK) {
        fuzz_encode(t, text, text_size);
    }
    tokenizer_close(t);
    json_decref(root);
    return 0;
}
