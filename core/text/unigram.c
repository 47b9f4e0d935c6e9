/* SPDX-License-Identifier: Apache-2.0 */
/* Which pieces a text is cut into by their scores. */
#include "text/unigram.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "text/unicode.h"

#define UNKNOWN_COSTS 10.0
#define SHORT_TEXT    128 /* points: most words need no allocation */

/* The best way to cut the text up to one of its points. */
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

/* All pieces that begin at START. */
static void cut_from(const struct unigram *u, const uint32_t *points, size_t count, size_t start,
                     struct cut *cuts)
{
    const double before = cuts[start].score;
    uint32_t node = 0;
    bool has_one = false;

    for (size_t at = start; at < count;) {
        node = piece_tree_step_point(&u->tree, node, points[at++]);
        if (node == PIECE_TREE_NOWHERE) {
            break;
        }
        if (u->tree.ids[node] >= 0) {
            offer(&cuts[at], u->scores[u->tree.ids[node]] + before, start, u->tree.ids[node]);
            has_one = has_one || at == start + 1;
        }
    }
    if (!has_one) {
        offer(&cuts[start + 1], u->lowest - UNKNOWN_COSTS + before, start, u->unknown);
    }
}

/* Adds the tokens of the bytes of POINTS, from the last to the first; false: some byte is none, and
 * nothing was added. */
static bool add_bytes(const struct unigram *u, const uint32_t *points, size_t count,
                      struct token_list *list)
{
    const size_t before = list->count;

    for (size_t i = count; i > 0; i--) {
        char bytes[4];

        for (size_t k = unicode_encode(points[i - 1], bytes); k > 0; k--) {
            const int32_t id = u->bytes[(unsigned char) bytes[k - 1]];

            if (id < 0) {
                list->count = before;
                return false;
            }
            token_list_add(list, id);
        }
    }
    return true;
}

/* A stretch that is unknown may be a piece all the same, only a dear one. */
static void add_unknown(const struct unigram *u, const uint32_t *points, size_t count,
                        struct token_list *list)
{
    const int32_t id = piece_tree_find_points(&u->tree, points, count);

    if (id >= 0) {
        token_list_add(list, id);
    } else if (!u->falls_back || !add_bytes(u, points, count, list)) {
        token_list_add(list, u->unknown);
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
static void add_pieces(const struct unigram *u, const uint32_t *points, size_t count,
                       const struct cut *cuts, struct token_list *list)
{
    const size_t before = list->count;

    for (size_t end = count; end > 0;) {
        const int32_t id = cuts[end].id;
        size_t start = cuts[end].start - 1;

        while (id == u->unknown && start > 0 && cuts[start].id == u->unknown) {
            start = cuts[start].start - 1;
        }
        if (id == u->unknown) {
            add_unknown(u, points + start, end - start, list);
        } else {
            token_list_add(list, id);
        }
        end = start;
    }
    if (!list->failed) {
        reverse(list->ids + before, list->count - before);
    }
}

void unigram_encode(const struct unigram *u, const uint32_t *points, size_t count,
                    struct token_list *list)
{
    struct cut few[SHORT_TEXT + 1], *cuts = few;

    if (count == 0 || u->count == 0) {
        return;
    }
    if (count > SHORT_TEXT) {
        cuts = count < UINT32_MAX ? mpcf_alloc_array(count + 1, sizeof(*cuts)) : NULL;
    } else {
        memset(few, 0, (count + 1) * sizeof(*few));
    }
    if (cuts == NULL) {
        list->failed = true;
        return;
    }
    for (size_t at = 0; at < count; at++) {
        cut_from(u, points, count, at, cuts);
    }
    add_pieces(u, points, count, cuts, list);
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
