/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row of a split as token ids.
 */
#ifndef MPCF_CORPUS_CORPUS_ITEM_H
#define MPCF_CORPUS_CORPUS_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct corpus_item {
    const int32_t *ids, *types; /* LENGTH each, special tokens included, no padding */
    size_t length;
    double label; /* class, or score; 0 where HAS_LABEL is false */
    bool has_label;
    bool is_cut; /* of a longer text */
    uint64_t id; /* row in the split, from 0 */
};

#endif
