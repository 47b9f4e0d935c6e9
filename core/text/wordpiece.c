/* SPDX-License-Identifier: Apache-2.0 */
/* How a word is cut into pieces that the vocabulary has. */
#include "text/wordpiece.h"

/* The longest piece at the start of COUNT points, or VOCABULARY_NONE; *LENGTH in points. */
static int32_t longest_piece(const struct vocabulary *v, uint32_t node, const uint32_t *points,
                             size_t count, size_t *length)
{
    int32_t best = VOCABULARY_NONE;

    for (size_t i = 0; i < count && node != VOCABULARY_NOWHERE; i++) {
        node = vocabulary_step(v, node, points[i]);
        if (vocabulary_id(v, node) != VOCABULARY_NONE) {
            best = vocabulary_id(v, node);
            *length = i + 1;
        }
    }
    return best;
}

void wordpiece_encode(const struct wordpiece *w, const struct vocabulary *v, const uint32_t *points,
                      size_t count, struct token_list *list)
{
    size_t before = list->count, at = 0, length = 0;

    while (at < count && count <= w->longest_word) {
        int32_t id = longest_piece(v, at == 0 ? VOCABULARY_ROOT : w->continuation, points + at,
                                   count - at, &length);

        if (id == VOCABULARY_NONE) {
            break;
        }
        token_list_add(list, id);
        at += length;
    }
    if (at < count) {
        list->count = before;
        token_list_add(list, w->unknown);
    }
}
