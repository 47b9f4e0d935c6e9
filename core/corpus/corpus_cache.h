/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A split as token ids in a file, so that the same texts are tokenized once.
 *
 *   FOLDER/tokens-XXXXXXXXXXXXXXXX.bin      by its key's first digits; 0600, the folder 0700
 *
 * The key is a digest of all that the ids follow from: the rows as the reader gives them, the
 * tokenizer's files, lengths and limits, this build. A file that is not whole, not its user's alone
 * or of another key is none. The oldest go where there would be more than CORPUS_CACHE_FILES.
 */
#ifndef MPCF_CORPUS_CORPUS_CACHE_H
#define MPCF_CORPUS_CORPUS_CACHE_H

#include "base/arena.h"
#include "base/digest.h"
#include "corpus/corpus_item.h"

#define CORPUS_CACHE_FILES 8

struct corpus_cache {
    const char *folder;
    char key[FILE_DIGEST_SIZE];
};

/* What is in the file besides ids. */
struct corpus_cache_limits {
    size_t count, rows, max_tokens; /* of items, rows and tokens, as they must be */
    int64_t vocab_size;
};

/* Items, whose ids lie in MEMORY, into ITEMS (room for LIMITS' count); types of such are of RAMP
 * (corpus.c). False: there is no such file, which is removed where it is wrong. */
bool corpus_cache_read(const struct corpus_cache *cache, const struct corpus_cache_limits *limits,
                       struct arena *memory, const int32_t *ramp, struct corpus_item *items);
/* COUNT items of a split of ROWS. What cannot be written is in the log; nothing else depends on it. */
void corpus_cache_write(const struct corpus_cache *cache, const struct corpus_item *items,
                        size_t count, size_t rows);

#endif
