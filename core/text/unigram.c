/* SPDX-License-Identifier: Apache-2.0 */
/* Which pieces a text is cut into by their scores. */
#include "text/unigram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define UNKNOWN_COSTS 10.0
#define SHORT_TEXT    128 /* bytes: most words need no allocation */

/* The best way to cut the text up to one of its bytes. */
struct cut {
    double score;   /* sum of it */
    uint32_t start; /* of the last piece, + 1; 0: no piece ends here */
    int32_t id;     /* of the last piece */
};

static void offer(struct cut *end, double score, size_t start, int32_t id)
{
    if (end->start == 0 || score > end->score) {
        *end = (struct cut){.score = score, .start = (uint32_t) start + 1, .id = id};
    }
}

/* Bytes of the character that begins with BYTE. */
static size_t character_bytes(unsigned char byte)
{
    return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/* All pieces that begin at START. */
static void cut_from(const struct unigram *u, const char *text, size_t length, size_t start,
                     struct cut *cuts)
{
    const double before = cuts[start].score;
    const size_t one = character_bytes((unsigned char) text[start]);
    uint32_t node = 0;
    bool has_one = false;

    for (size_t at = start; at < length;) {
        node = piece_tree_step(&u->tree, node, (unsigned char) text[at++]);
        if (node == PIECE_TREE_NOWHERE) {
            break;
        }
        if (u->tree.ids[node] >= 0) {
            offer(&cuts[at], u->scores[u->tree.ids[node]] + before, start, u->tree.ids[node]);
            has_one = has_one || at == start + one;
        }
    }
    if (!has_one) {
        offer(&cuts[start + one], u->lowest - UNKNOWN_COSTS + before, start, u->unknown);
    }
}

/* The bytes of an unknown token from the last to the first, or the token. */
static void add_unknown(const struct unigram *u, const char *text, size_t length,
                        struct token_list *list)
{
    const int32_t id = piece_tree_find(&u->tree, text, length);
    bool has_bytes = u->falls_back && id < 0;

    for (size_t i = 0; i < length && has_bytes; i++) {
        has_bytes = u->bytes[(unsigned char) text[i]] >= 0;
    }
    if (!has_bytes) {
        token_list_add(list, id >= 0 ? id : u->unknown);
        return;
    }
    for (size_t i = length; i > 0; i--) {
        token_list_add(list, u->bytes[(unsigned char) text[i - 1]]);
    }
}

static void reverse(int32_t *ids, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        const int32_t id = ids[i];

        ids[i] = ids[count - 1 - i];
        ids[count - 1 - i] = id;
    }
}

/* Follows the cuts from the end of the text to its beginning. */
static void add_pieces(const struct unigram *u, const char *text, size_t length,
                       const struct cut *cuts, struct token_list *list)
{
    const size_t before = list->count;

    for (size_t end = length; end > 0;) {
        const int32_t id = cuts[end].id;
        size_t start = cuts[end].start - 1;

        while (id == u->unknown && start > 0 && cuts[start].id == u->unknown) {
            start = cuts[start].start - 1;
        }
        if (id == u->unknown) {
            add_unknown(u, text + start, end - start, list);
        } else {
            token_list_add(list, id);
        }
        end = start;
    }
    if (!list->failed) {
        reverse(list->ids + before, list->count - before);
    }
}

void unigram_encode(const struct unigram *u, const char *text, size_t length,
                    struct token_list *list)
{
    struct cut few[SHORT_TEXT + 1], *cuts = few;

    if (length == 0 || u->tree.node_count == 0) {
        return;
    }
    if (length > SHORT_TEXT) {
        cuts = length < UINT32_MAX ? mpcf_alloc_array(length + 1, sizeof(*cuts)) : NULL;
    } else {
        memset(few, 0, (length + 1) * sizeof(*few));
    }
    if (cuts == NULL) {
        list->failed = true;
        return;
    }
    for (size_t at = 0; at < length; at += character_bytes((unsigned char) text[at])) {
        cut_from(u, text, length, at, cuts);
    }
    add_pieces(u, text, length, cuts, list);
    if (cuts != few) {
        mpcf_free(cuts);
    }
}

static void find_bytes(struct unigram *u)
{
    for (unsigned i = 0; i < 256; i++) {
        char piece[8];

        (void) snprintf(piece, sizeof piece, "<0x%02X>", i & 0xff);
        u->bytes[i] = piece_tree_find(&u->tree, piece, strlen(piece));
    }
}

static mpcf_status take_scores(struct unigram *u, struct piece *pieces, size_t count,
                               mpcf_error *err)
{
    u->scores = mpcf_alloc_array(count, sizeof(*u->scores));
    if (u->scores == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*u->scores), "scores");
    }
    u->count = count;
    u->lowest = INFINITY;
    for (size_t i = 0; i < count; i++) {
        pieces[i].id = (uint32_t) i;
        u->scores[i] = pieces[i].score;
        u->lowest = pieces[i].score < u->lowest ? pieces[i].score : u->lowest;
    }
    return MPCF_OK;
}

mpcf_status unigram_build(struct unigram *u, struct piece *pieces, size_t count, size_t unknown,
                          bool falls_back, const char *name, mpcf_error *err)
{
    mpcf_status status = MPCF_OK;

    *u = (struct unigram){.falls_back = falls_back};
    if (count > INT32_MAX || unknown >= count) {
        return mpcf_fail(err, MPCF_E_FORMAT, "%s: unk_id %zu, but there are %zu pieces", name,
                         unknown, count);
    }
    u->unknown = (int32_t) unknown;
    status = take_scores(u, pieces, count, err);
    if (status == MPCF_OK) {
        status = piece_tree_build(&u->tree, pieces, count, err);
    }
    if (status == MPCF_OK) {
        find_bytes(u);
    } else {
        unigram_clear(u);
    }
    return status;
}

void unigram_clear(struct unigram *u)
{
    piece_tree_clear(&u->tree);
    mpcf_free(u->scores);
    *u = (struct unigram){0};
}
