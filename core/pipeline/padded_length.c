/* SPDX-License-Identifier: Apache-2.0 */
/* To how many tokens an example is padded. */
#include "pipeline/padded_length.h"

size_t pipeline_padded_lengths(const struct pipeline *p, size_t *lengths, size_t limit)
{
    size_t count = 0;
    const size_t longest = (size_t) p->max_length;

    if (p->infer.length == LENGTH_EXACT || limit == 0) {
        return 0;
    }
    for (size_t i = 0; p->infer.length == LENGTH_BUCKET && i < p->infer.buckets.count; i++) {
        const size_t length = (size_t) p->infer.buckets.items[i];

        if (length < longest && count + 1 < limit) {
            lengths[count++] = length;
        }
    }
    lengths[count++] = longest;
    return count;
}

size_t pipeline_padded_length(const struct pipeline *p, size_t tokens)
{
    size_t lengths[PADDED_LENGTHS_MAX];
    const size_t count = pipeline_padded_lengths(p, lengths, PADDED_LENGTHS_MAX);

    for (size_t i = 0; i < count; i++) {
        if (tokens <= lengths[i]) {
            return lengths[i];
        }
    }
    return tokens;
}

bool pipeline_allows_length(const struct pipeline *p, size_t tokens)
{
    const bool fits = tokens >= 1 && tokens <= (size_t) p->max_length;

    return fits && (p->infer.length == LENGTH_EXACT || pipeline_padded_length(p, tokens) == tokens);
}
