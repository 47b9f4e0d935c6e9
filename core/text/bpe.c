/* SPDX-License-Identifier: Apache-2.0 */
/* How a word becomes tokens: each character's, then joined by the merges. */
#include "text/bpe.h"

#include <stdio.h>

void bpe_find_tokens(struct bpe *b, const struct vocabulary *v)
{
    for (uint32_t point = 0; point < BPE_NEAR; point++) {
        b->near[point] = vocabulary_id(v, vocabulary_walk_points(v, &point, 1));
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        char name[8];
        int length = snprintf(name, sizeof(name), "<0x%02X>", byte);

        b->bytes[byte] = vocabulary_find(v, name, (size_t) length);
    }
}

/* The node behind what RIGHT adds to NODE: without the prefix, of which as many bytes go as it has,
 * whatever they are. */
static uint32_t walk_right(const struct bpe *b, const struct vocabulary *v, uint32_t node,
                           const char *right, size_t length)
{
    size_t at = 0;

    for (size_t i = 0; i < b->prefix.count && at < length; i++) {
        uint32_t point = 0;

        at += unicode_next(right + at, length - at, &point);
    }
    while (at < length) {
        uint32_t point = 0;

        at += unicode_next(right + at, length - at, &point);
        node = vocabulary_step(v, node, point);
    }
    return node;
}

mpcf_status bpe_add_merge(struct bpe *b, const struct vocabulary *v, const char *left,
                          size_t left_length, const char *right, size_t right_length,
                          mpcf_error *err)
{
    uint32_t node = vocabulary_walk(v, left, left_length);
    int32_t first = vocabulary_id(v, node);
    int32_t second = vocabulary_find(v, right, right_length);

    node = walk_right(b, v, node, right, right_length);
    if (first == VOCABULARY_NONE || second == VOCABULARY_NONE ||
        vocabulary_id(v, node) == VOCABULARY_NONE) {
        return mpcf_fail(err, MPCF_E_FORMAT,
                         "merge %zu ('%.*s' '%.*s') is not made of tokens of the vocabulary",
                         b->merges.count + 1, (int) (left_length < 40 ? left_length : 40), left,
                         (int) (right_length < 40 ? right_length : 40), right);
    }
    return merges_add(&b->merges, first, second, vocabulary_id(v, node), err);
}

void bpe_clear(struct bpe *b)
{
    merges_clear(&b->merges);
    points_clear(&b->prefix);
    points_clear(&b->suffix);
    *b = (struct bpe){0};
}

static uint32_t walk_on(const struct vocabulary *v, uint32_t node, const struct points *p)
{
    for (size_t i = 0; i < p->count; i++) {
        node = vocabulary_step(v, node, p->data[i]);
    }
    return node;
}

/* The token of one character, with what stands before and behind it. */
static int32_t token_of(const struct bpe *b, const struct vocabulary *v, uint32_t point,
                        bool is_first, bool is_last)
{
    const bool has_prefix = !is_first && b->prefix.count > 0;
    const bool has_suffix = is_last && b->suffix.count > 0;
    uint32_t node = v->node_count == 0 ? VOCABULARY_NOWHERE : VOCABULARY_ROOT;

    if (!has_prefix && !has_suffix && point < BPE_NEAR) {
        return b->near[point];
    }
    if (has_prefix) {
        node = walk_on(v, node, &b->prefix);
    }
    node = vocabulary_step(v, node, point);
    if (has_suffix) {
        node = walk_on(v, node, &b->suffix);
    }
    return vocabulary_id(v, node);
}

/* Adds POINT's bytes to M; false, and nothing, where one has no token. */
static bool add_bytes(const struct bpe *b, struct merging *m, const uint32_t *points, size_t count,
                      bool write)
{
    for (size_t i = 0; i < count; i++) {
        char text[4];
        size_t length = unicode_encode(points[i], text);

        for (size_t k = 0; k < length; k++) {
            int32_t id = b->bytes[(unsigned char) text[k]];

            if (id == VOCABULARY_NONE) {
                return false;
            }
            if (write) {
                merging_add(m, id);
            }
        }
    }
    return true;
}

/* The bytes of a character with what stands before and behind it. */
static bool fall_back(const struct bpe *b, struct merging *m, uint32_t point, bool is_first,
                      bool is_last)
{
    const size_t before = is_first ? 0 : b->prefix.count, behind = is_last ? b->suffix.count : 0;

    for (int write = 0; write < 2; write++) {
        if (!add_bytes(b, m, b->prefix.data, before, write) || !add_bytes(b, m, &point, 1, write) ||
            !add_bytes(b, m, b->suffix.data, behind, write)) {
            return false;
        }
    }
    return true;
}

/* A character without a token. *WAITS: an unknown one is to come before the next token. */
static bool add_unknown(const struct bpe *b, struct merging *m, bool *waits)
{
    if (b->unknown == BPE_MISSING) {
        return false;
    }
    if (b->unknown == VOCABULARY_NONE) {
        return true;
    }
    if (*waits && !b->fuse_unknown) {
        merging_add(m, b->unknown);
    }
    *waits = true;
    return true;
}

/* The tokens of all characters. Bytes do not end a row of unknown ones: the reference's way. */
static bool add_characters(const struct bpe *b, const struct vocabulary *v, struct merging *m,
                           const uint32_t *points, size_t count)
{
    bool waits = false;

    for (size_t i = 0; i < count; i++) {
        const bool is_first = i == 0, is_last = i + 1 == count;
        int32_t id = token_of(b, v, points[i], is_first, is_last);

        if (id != VOCABULARY_NONE) {
            if (waits) {
                merging_add(m, b->unknown);
                waits = false;
            }
            merging_add(m, id);
        } else if (!(b->byte_fallback && fall_back(b, m, points[i], is_first, is_last)) &&
                   !add_unknown(b, m, &waits)) {
            return false;
        }
    }
    if (waits) {
        merging_add(m, b->unknown);
    }
    return true;
}

bool bpe_encode(const struct bpe *b, const struct vocabulary *v, struct merging *m,
                const uint32_t *points, size_t count, struct token_list *list)
{
    int32_t whole = b->whole_words ? vocabulary_id(v, vocabulary_walk_points(v, points, count))
                                   : VOCABULARY_NONE;

    if (whole != VOCABULARY_NONE) {
        token_list_add(list, whole);
        return true;
    }
    merging_begin(m);
    if (!add_characters(b, v, m, points, count)) {
        return false;
    }
    merging_run(m, &b->merges, list);
    list->failed = list->failed || m->failed;
    return true;
}
