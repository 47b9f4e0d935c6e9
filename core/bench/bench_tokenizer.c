/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a vocabulary for made-up words, for each family of tokenizers.
 */
#include "bench/bench_tokenizer.h"

#include <string.h>

#include "base/text.h"
#include "bench/bench_write.h"

/* "t5", "t6", ...: one word an id. */
static mpcf_status write_words(const char *folder, int64_t count, mpcf_error *err)
{
    static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    struct text_buffer text = {0};

    for (int64_t i = 0; i < count; i++) {
        if (i < 5) {
            text_printf(&text, "%s\n", special[i]);
        } else {
            text_printf(&text, "t%lld\n", (long long) i);
        }
    }
    return bench_write(folder, "vocab.txt", &text, err);
}

/* The letters that our texts have, as tokens, and no merges. "\xc4\xa0" stands for a space. */
static mpcf_status write_letters(const char *folder, mpcf_error *err)
{
    static const char *const special[] = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"};
    struct text_buffer vocabulary = {0}, merges = {0};
    size_t id = 0;

    text_append(&vocabulary, "{");
    for (; id < 5; id++) {
        text_printf(&vocabulary, "\"%s\": %zu, ", special[id], id);
    }
    for (int c = '0'; c <= '9'; c++) {
        text_printf(&vocabulary, "\"%c\": %zu, ", c, id++);
    }
    text_printf(&vocabulary, "\"t\": %zu, \"\xc4\xa0\": %zu}\n", id, id + 1);
    text_append(&merges, "#version: 0.2\n");
    mpcf_status status = bench_write(folder, "vocab.json", &vocabulary, err);

    if (status != MPCF_OK) {
        text_clear(&merges);
        return status;
    }
    return bench_write(folder, "merges.txt", &merges, err);
}

mpcf_status bench_tokenizer_write(const char *folder, const char *family, int64_t vocabulary,
                                  mpcf_error *err)
{
    return strcmp(family, "roberta") == 0 ? write_letters(folder, err)
                                          : write_words(folder, vocabulary, err);
}
