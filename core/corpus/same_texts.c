/* SPDX-License-Identifier: Apache-2.0 */
/* A digest of each text, sorted, to look the other corpus's up in. */
#include "corpus/same_texts.h"

#include <stdlib.h>

#include "base/memory.h"

static uint64_t mix(uint64_t hash, uint32_t word)
{
    const uint64_t next = (hash ^ word) * 0x9e3779b97f4a7c15u;

    return next ^ (next >> 29);
}

/* Where types change, one text of a pair ends. */
static uint64_t digest_of(const struct corpus_item *item)
{
    uint64_t hash = item->length;

    for (size_t i = 0; i < item->length; i++) {
        hash = mix(mix(hash, (uint32_t) item->ids[i]), (uint32_t) item->types[i]);
    }
    return hash;
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

    return (x > y) - (x < y);
}

mpcf_status corpus_same_texts(const struct corpus *corpus, const struct corpus *other, size_t *rows,
                              mpcf_error *err)
{
    uint64_t *known = mpcf_alloc_array(other->count + 1, sizeof *known);

    *rows = 0;
    if (known == NULL) {
        return mpcf_fail_memory(err, other->count * sizeof *known, "digests of rows");
    }
    for (size_t i = 0; i < other->count; i++) {
        known[i] = digest_of(&other->items[i]);
    }
    qsort(known, other->count, sizeof *known, compare);
    for (size_t i = 0; i < corpus->count; i++) {
        const uint64_t digest = digest_of(&corpus->items[i]);

        *rows += bsearch(&digest, known, other->count, sizeof *known, compare) != NULL ? 1 : 0;
    }
    mpcf_free(known);
    return MPCF_OK;
}
