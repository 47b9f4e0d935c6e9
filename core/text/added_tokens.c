/* SPDX-License-Identifier: Apache-2.0 */
/* Where the next token stands that is taken as it is, with the blanks that it swallows. */
#include "text/added_tokens.h"

#include "base/memory.h"
#include "text/unicode.h"

static mpcf_status make_room(struct added_tokens *a, size_t capacity, mpcf_error *err)
{
    struct added_token *grown = mpcf_grow_array(a->items, a->count, capacity, sizeof(*grown));

    if (grown == NULL) {
        return mpcf_fail_memory(err, capacity * sizeof(*grown), "added tokens");
    }
    a->items = grown;
    a->capacity = capacity;
    return MPCF_OK;
}

mpcf_status added_tokens_reserve(struct added_tokens *a, size_t count, size_t bytes,
                                 mpcf_error *err)
{
    if (count > a->capacity) {
        MPCF_TRY(make_room(a, count, err));
    }
    return bytes > 0 ? vocabulary_reserve(&a->tree, bytes, err) : MPCF_OK;
}

mpcf_status added_tokens_add(struct added_tokens *a, const char *content, size_t length,
                             const struct added_token *token, mpcf_error *err)
{
    if (length == 0) {
        return mpcf_fail(err, MPCF_E_FORMAT, "added token %d is empty", token->id);
    }
    if (a->count == a->capacity) {
        MPCF_TRY(make_room(a, a->capacity == 0 ? 16 : 2 * a->capacity, err));
    }
    MPCF_TRY(vocabulary_add(&a->tree, content, length, (int32_t) a->count, err));
    a->items[a->count++] = *token;
    a->begins[(unsigned char) content[0]] = true;
    return MPCF_OK;
}

void added_tokens_clear(struct added_tokens *a)
{
    mpcf_free(a->items);
    vocabulary_clear(&a->tree);
    *a = (struct added_tokens){0};
}

/* Bytes of the longest token at TEXT, or 0. */
static size_t match(const struct added_tokens *a, const char *text, size_t length,
                    const struct added_token **token)
{
    uint32_t node = VOCABULARY_ROOT;
    size_t best = 0;

    for (size_t at = 0; at < length && node != VOCABULARY_NOWHERE;) {
        uint32_t point = 0;

        at += unicode_next(text + at, length - at, &point);
        node = vocabulary_step(&a->tree, node, point);
        if (vocabulary_id(&a->tree, node) != VOCABULARY_NONE) {
            *token = &a->items[vocabulary_id(&a->tree, node)];
            best = at;
        }
    }
    return best;
}

static bool is_space(const char *text, size_t length, size_t *bytes)
{
    uint32_t point = 0;

    *bytes = unicode_next(text, length, &point);
    return (unicode_class(point) & UNICODE_SPACE) != 0;
}

/* Where the blanks that end at END begin, not before FROM. */
static size_t strip_left(const char *text, size_t from, size_t end)
{
    while (end > from) {
        size_t at = end - 1, bytes = 0;

        while (at > from && ((unsigned char) text[at] & 0xc0) == 0x80) {
            at--;
        }
        if (!is_space(text + at, end - at, &bytes)) {
            break;
        }
        end = at;
    }
    return end;
}

static size_t strip_right(const char *text, size_t length, size_t at)
{
    size_t bytes = 0;

    while (at < length && is_space(text + at, length - at, &bytes)) {
        at += bytes;
    }
    return at;
}

bool added_tokens_find(const struct added_tokens *a, const char *text, size_t length, size_t from,
                       size_t *first, size_t *end, int32_t *id)
{
    for (size_t at = from; at < length; at++) {
        const struct added_token *token = NULL;
        size_t bytes = 0;

        if (!a->begins[(unsigned char) text[at]]) {
            continue;
        }
        bytes = match(a, text + at, length - at, &token);
        if (bytes == 0) {
            continue;
        }
        *first = token->strip_left ? strip_left(text, from, at) : at;
        *end = token->strip_right ? strip_right(text, length, at + bytes) : at + bytes;
        *id = token->id;
        return true;
    }
    return false;
}
