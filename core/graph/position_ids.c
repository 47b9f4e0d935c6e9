/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the tokens that are no padding. */
#include "graph/position_ids.h"

#include <string.h>

bool position_ids_named(const char *input)
{
    return input != NULL && strcmp(input, POSITION_IDS) == 0;
}

/* 1 where A and B differ, else 0. */
static uint32_t differ(int32_t a, int32_t b)
{
    const uint32_t d = (uint32_t) a ^ (uint32_t) b;

    return (d | (0 - d)) >> 31;
}

int32_t position_id(const int32_t *ids, size_t t, int32_t pad_id)
{
    uint32_t count = 0;

    for (size_t i = 0; i <= t; i++) {
        count += differ(ids[i], pad_id);
    }
    return pad_id + (int32_t) (count & (0 - differ(ids[t], pad_id)));
}
