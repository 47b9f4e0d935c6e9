/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the targets around tokenizers share.
 */
#ifndef MPCF_FUZZ_TOKENIZER_H
#define MPCF_FUZZ_TOKENIZER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/encode.h"
#include "text/tokenizer.h"
#include "text/tokenizer_class.h"

#define FUZZ_WORDS 512

static inline struct tokenizer *fuzz_tokenizer(mpcf_tokenizer_kind kind)
{
    mpcf_tokenizer_spec spec = {.struct_size = sizeof(spec),
                                .kind = kind,
                                .vocab_size = FUZZ_WORDS,
                                .type_count = 2,
                                .pair_separators = 1};
    struct tokenizer *t = NULL;

    return tokenizer_create(&spec, &t, NULL) == MPCF_OK ? t : NULL;
}

/* As a folder with words alone. */
static inline mpcf_status fuzz_apply_class(struct tokenizer *t, enum tokenizer_class class)
{
    const struct tokenizer_settings_files none = {.of_file = NULL};
    struct tokenizer_settings s;
    mpcf_status status = tokenizer_settings_merge(&none, class, &s, NULL);

    if (status == MPCF_OK) {
        status = tokenizer_class_add_tokens(t, &s, NULL);
        status = status == MPCF_OK ? tokenizer_class_apply(t, &s, NULL, NULL) : status;
        tokenizer_settings_clear(&s);
    }
    return status;
}

/* Ids that T gives for TEXT, alone and twice, are below its size and no more than asked. */
static inline void fuzz_encode(const struct tokenizer *t, const uint8_t *text, size_t size)
{
    static const size_t lengths[] = {0, 3, 17, 4096};

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct encoding e = {0};

        if (tokenizer_encode_bytes(t, (const char *) text, size,
                                   i % 2 == 0 ? NULL : (const char *) text, i % 2 == 0 ? 0 : size,
                                   lengths[i], &e, NULL) != MPCF_OK) {
            continue;
        }
        if (e.count > lengths[i]) {
            abort();
        }
        for (size_t k = 0; k < e.count; k++) {
            if (e.ids[k] < 0 || e.ids[k] >= FUZZ_WORDS || e.type_ids[k] < 0 || e.type_ids[k] > 1) {
                abort();
            }
        }
        encoding_clear(&e);
    }
}

/* Bytes before the first zero byte, or all; *REST: what is behind it. */
static inline size_t fuzz_cut(const uint8_t *data, size_t size, const uint8_t **rest,
                              size_t *rest_size)
{
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first = zero != NULL ? (size_t) (zero - data) : size;

    *rest = data + first + (zero != NULL);
    *rest_size = size - first - (zero != NULL);
    return first;
}

#endif
