/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the targets around Unigram share.
 */
#ifndef MPCF_FUZZ_UNIGRAM_H
#define MPCF_FUZZ_UNIGRAM_H

#include <stdlib.h>

#include "base/text.h"
#include "text/precompiled.h"
#include "text/unigram.h"

/* Ids of the valid part of TEXT are pieces, and no more than its bytes. */
static inline void fuzz_unigram(const struct unigram *u, const char *text, size_t size)
{
    const size_t length = text_utf8_valid(text, size);
    struct token_list list = {0};
    struct points points = {0};

    points_add_utf8(&points, text, length);
    unigram_encode(u, points.data, points.count, &list);
    if (!points.failed && !list.failed &&
        (list.count > length || (list.count == 0 && length > 0))) {
        abort();
    }
    for (size_t i = 0; i < list.count; i++) {
        if (list.ids[i] < 0 || (size_t) list.ids[i] >= u->count) {
            abort();
        }
    }
    token_list_clear(&list);
    points_clear(&points);
}

/* The normal form of the valid part of TEXT is made of code points. */
static inline void fuzz_precompiled(const struct precompiled *p, const char *text, size_t size)
{
    struct points in = {0}, out = {0};

    points_add_utf8(&in, text, text_utf8_valid(text, size));
    if (!in.failed) {
        precompiled_normalise(p, &in, &out);
    }
    for (size_t i = 0; i < out.count; i++) {
        if (out.data[i] > 0x10ffff || out.data[i] >> 11 == 0xd800 >> 11) {
            abort();
        }
    }
    points_clear(&in);
    points_clear(&out);
}

#endif
