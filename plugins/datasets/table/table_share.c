/* SPDX-License-Identifier: Apache-2.0 */
/* FNV-1a over the bytes, mixed as splitmix64 does it (Steele, Lea, Flood 2014). */
#include "table_share.h"

#include <math.h>
#include <stdlib.h>

static uint64_t add_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
    }
    return (hash ^ 0xff) * UINT64_C(0x100000001b3); /* in no UTF-8: an end */
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t table_share_number(int64_t seed, const char *text_a, const char *text_b)
{
    uint64_t hash = add_text(UINT64_C(0xcbf29ce484222325), text_a);

    hash = text_b != NULL ? add_text(hash, text_b) : hash;
    return mix(hash ^ mix((uint64_t) seed + UINT64_C(0x9e3779b97f4a7c15)));
}

mpcf_status table_share_add(struct table_share *s, uint64_t number, mpcf_error *err)
{
    if (s->count == s->capacity) {
        const size_t capacity = s->capacity == 0 ? 4096 : s->capacity * 2;
        uint64_t *grown = reallocarray(s->numbers, capacity, sizeof *grown);

        if (grown == NULL) {
            return mpcf_fail(err, MPCF_E_NOMEM, "out of memory for %zu rows", capacity);
        }
        s->numbers = grown;
        s->capacity = capacity;
    }
    s->numbers[s->count++] = number;
    return MPCF_OK;
}

void table_share_clear(struct table_share *s)
{
    free(s->numbers);
    *s = (struct table_share){NULL, 0, 0};
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;

    return (x > y) - (x < y);
}

uint64_t table_share_edge(struct table_share *s, double share)
{
    const double wanted = round(share * (double) s->count);
    uint64_t edge = 0;
    size_t judged = wanted < 1 ? 1 : (size_t) wanted;

    if (judged >= s->count && s->count > 1) {
        judged = s->count - 1;
    }
    if (s->count > 0) {
        qsort(s->numbers, s->count, sizeof *s->numbers, compare);
        edge = s->numbers[judged - 1];
    }
    table_share_clear(s);
    return edge;
}
