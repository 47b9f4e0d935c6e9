/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stranger's Unigram model, as tokenizer.json has it, and a text behind a zero byte.
 */
#include "format/json.h"
#include "fuzz_tokenizer.h"
#include "fuzz_unigram.h"
#include "text/unigram_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *text = NULL;
    size_t text_size = 0, length = fuzz_cut(data, size, &text, &text_size);
    struct unigram u;
    json_t *model = NULL;

    if (json_read_text((const char *) data, length, "fuzz", &model, NULL) != MPCF_OK) {
        return 0;
    }
    if (unigram_read_json(&u, model, "fuzz", NULL) == MPCF_OK) {
        fuzz_unigram(&u, (const char *) text, text_size);
        unigram_clear(&u);
    }
    json_decref(model);
    return 0;
}
