/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long the texts are in the checkpoint's tokens, and which limits suit them.
 */
#ifndef MPCF_DRAFT_LENGTHS_H
#define MPCF_DRAFT_LENGTHS_H

#include "draft/sketch.h"

enum { LENGTH_BUCKETS_MAX = 4 };

struct draft_lengths {
    size_t rows, measured; /* of the training split */
    size_t positions;      /* of the network */
    size_t layers;
    size_t half, most,
        longest; /* tokens of which half of the texts, nine tenths, and all have no more */
    size_t max_length;
    size_t cut;                                       /* texts of those measured that are longer */
    size_t buckets[LENGTH_BUCKETS_MAX], bucket_count; /* rising; the last is max_length */
};

/* From some thousand rows of P's training split, or those that were drawn while S's table was read. */
mpcf_status draft_lengths(const struct sketch *s, const struct pipeline *p,
                          struct draft_lengths *out, mpcf_error *err);
/* From LENGTHS, sorted, COUNT of them; POSITIONS is given. */
void draft_choose_lengths(const size_t *lengths, size_t count, struct draft_lengths *out);

#endif
