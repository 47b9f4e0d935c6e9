/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pairs of tokens are joined, into what, and which first.
 */
#ifndef MPCF_TEXT_MERGES_H
#define MPCF_TEXT_MERGES_H

#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/pair_map.h"

/* All zero: none. */
struct merges {
    struct pair_map ranks; /* pair of ids to the number of its merge, from 0 */
    int32_t *merged;       /* id that the merge of a number gives */
    size_t count, capacity;
};

/* The next merge: LEFT and RIGHT give ID. */
/* Room for COUNT in all. */
mpcf_status merges_reserve(struct merges *m, size_t count, mpcf_error *err);
mpcf_status merges_add(struct merges *m, int32_t left, int32_t right, int32_t id, mpcf_error *err);
void merges_clear(struct merges *m);

#endif
