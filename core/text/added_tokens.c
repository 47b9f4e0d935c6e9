/* SPDX-License-Identifier: Apache-2.0 */
/* Where the next token stands that is taken as it is, with the blanks that it swallows. */
#include "text/added_tokens.h"

#include <string.h>

#include "base/memory.h"

mpcf_status added_tokens_reserve(struct added_tokens *a, size_t count, mpcf_error *err)
{
    struct added_token *grown = NULL;

    if (count <= a->capacity) {
        return MPCF_OK;
    }
    grown = mpcf_grow_array(a->items, a->count, count, sizeof(*grown));
    if (grown == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*grown), "added tokens");
    }
    a->items = grown;
    a->capacity = count;
    return MPCF_OK;
}

/* FNV-1a. */
static uint64_t hash_of(const char *content, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char) content[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static bool has_content(const struct added_token *t, const char *content, size_t length)
{
    return t->length == length && memcmp(t->content, content, length) == 0;
}

/* The item with this hash, or NULL. */
static struct added_token *with_hash(const struct added_tokens *a, uint64_t hash)
{
    uint32_t number = 0;

    return pair_map_get(&a->numbers, (uint32_t) (hash >> 32), (uint32_t) hash, &number)
               ? &a->items[number]
               : NULL;
}

const struct added_token *added_tokens_find(const struct added_tokens *a, const char *content,
                                            size_t length)
{
    const struct added_token *found = with_hash(a, hash_of(content, length));

    return found != NULL && has_content(found, content, length) ? found : NULL;
}

/* What the newer of two of one content changes. */
static void change(struct added_token *old, const struct added_token *new)
{
    old->is_normalised = new->is_normalised;
    old->single_word = new->single_word;
    old->strip_left = new->strip_left;
    old->strip_right = new->strip_right;
}

static mpcf_status add_new(struct added_tokens *a, const struct added_token *token, mpcf_error *err)
{
    const uint64_t hash = hash_of(token->content, token->length);
    struct added_token *added = NULL;

    if (a->count == a->capacity) {
        MPCF_TRY(added_tokens_reserve(a, a->capacity == 0 ? 16 : 2 * a->capacity, err));
    }
    if (!pair_map_put(&a->numbers, (uint32_t) (hash >> 32), (uint32_t) hash, (uint32_t) a->count)) {
        return mpcf_fail_memory(err, a->count * sizeof(struct pair_slot), "added tokens");
    }
    added = &a->items[a->count];
    *added = *token;
    added->content = mpcf_alloc_array(token->length, 1);
    if (added->content == NULL) {
        return mpcf_fail_memory(err, token->length, "an added token");
    }
    memcpy(added->content, token->content, token->length);
    a->largest_id = token->id > a->largest_id ? token->id : a->largest_id;
    a->count++;
    return MPCF_OK;
}

mpcf_status added_tokens_add(struct added_tokens *a, const struct added_token *token,
                             mpcf_error *err)
{
    struct added_token *old = with_hash(a, hash_of(token->content, token->length));

    if (old == NULL) {
        return add_new(a, token, err);
    }
    if (!has_content(old, token->content, token->length)) { /* nobody does that by chance */
        return mpcf_fail(err, MPCF_E_UNSUPPORTED, "added tokens %d and %d have one hash", old->id,
                         token->id);
    }
    change(old, token);
    return MPCF_OK;
}

static void clear_tree(struct added_tree *tree)
{
    vocabulary_clear(&tree->contents);
    *tree = (struct added_tree){0};
}

void added_tokens_clear(struct added_tokens *a)
{
    for (size_t i = 0; i < a->count; i++) {
        mpcf_free(a->items[i].content);
    }
    mpcf_free(a->items);
    pair_map_clear(&a->numbers);
    clear_tree(&a->raw);
    clear_tree(&a->normalised);
    *a = (struct added_tokens){0};
}

/* --- trees --- */

/* Of several that are the same once normalised the library takes one by chance. */
static mpcf_status add_to_tree(const struct added_tokens *a, struct added_tree *tree,
                               const struct points *content, size_t item, mpcf_error *err)
{
    const struct added_token *token = &a->items[item], *other = NULL;
    int32_t there = VOCABULARY_NONE;

    if (content->count == 0) {
        return MPCF_OK;
    }
    there = vocabulary_id(&tree->contents,
                          vocabulary_walk_points(&tree->contents, content->data, content->count));
    if (there != VOCABULARY_NONE) {
        other = &a->items[there];
        return mpcf_fail(err, MPCF_E_UNSUPPORTED,
                         "added tokens '%.*s' and '%.*s' are the same once normalised: which of "
                         "their ids is meant is not said",
                         (int) (other->length < 40 ? other->length : 40), other->content,
                         (int) (token->length < 40 ? token->length : 40), token->content);
    }
    tree->begins[(unsigned char) content->data[0]] = true;
    return vocabulary_add_points(&tree->contents, content->data, content->count, (int32_t) item,
                                 err);
}

/* Memory of finishing. */
struct finishing {
    struct added_tokens *a;
    const struct normalisers *normalisers;
    struct points text;
    struct normalising run;
};

static mpcf_status add_item(struct finishing *f, size_t item, mpcf_error *err)
{
    const struct added_token *token = &f->a->items[item];

    points_empty(&f->text);
    points_add_utf8(&f->text, token->content, token->length);
    if (f->text.failed) {
        return mpcf_fail_memory(err, sizeof(f->text), "an added token");
    }
    if (token->is_normalised) {
        MPCF_TRY(normalisers_run(f->normalisers, &f->text, &f->run, err));
    }
    return add_to_tree(f->a, token->is_normalised ? &f->a->normalised : &f->a->raw, &f->text, item,
                       err);
}

static mpcf_status add_all(struct finishing *f, mpcf_error *err)
{
    for (size_t i = 0; i < f->a->count; i++) {
        MPCF_TRY(add_item(f, i, err));
    }
    return MPCF_OK;
}

static size_t bytes_of(const struct added_tokens *a, bool normalised)
{
    size_t bytes = 0;

    for (size_t i = 0; i < a->count; i++) {
        const struct added_token *t = &a->items[i];

        bytes += t->is_normalised == normalised ? t->length : 0;
    }
    return bytes;
}

static mpcf_status reserve_tree(struct added_tree *tree, size_t bytes, mpcf_error *err)
{
    return bytes > 0 ? vocabulary_reserve(&tree->contents, bytes, err) : MPCF_OK;
}

mpcf_status added_tokens_finish(struct added_tokens *a, const struct normalisers *normalisers,
                                mpcf_error *err)
{
    struct finishing f = {.a = a, .normalisers = normalisers};
    mpcf_status status = MPCF_OK;

    clear_tree(&a->raw);
    clear_tree(&a->normalised);
    MPCF_TRY(reserve_tree(&a->raw, bytes_of(a, false), err));
    MPCF_TRY(reserve_tree(&a->normalised, bytes_of(a, true), err));
    parts_begin(&f.run.parts, bytes_of(a, true));
    status = add_all(&f, err);
    points_clear(&f.text);
    normalising_clear(&f.run);
    return status;
}

/* --- texts --- */

/* Points of the longest token at POINTS, or 0. */
static size_t match(const struct added_tokens *a, const struct added_tree *tree,
                    const uint32_t *points, size_t count, const struct added_token **token)
{
    uint32_t node = VOCABULARY_ROOT;
    size_t best = 0;

    for (size_t at = 0; at < count && node != VOCABULARY_NOWHERE; at++) {
        int32_t item = VOCABULARY_NONE;

        node = vocabulary_step(&tree->contents, node, points[at]);
        item = vocabulary_id(&tree->contents, node);
        if (item != VOCABULARY_NONE) {
            *token = &a->items[item];
            best = at + 1;
        }
    }
    return best;
}

static bool is(uint32_t point, unsigned class)
{
    return (unicode_class(point) & class) != 0;
}

static bool stands_alone(const uint32_t *points, size_t count, size_t first, size_t end)
{
    return (first == 0 || !is(points[first - 1], UNICODE_WORD)) &&
           (end == count || !is(points[end], UNICODE_WORD));
}

/* The end of the blanks at AT; those that are known are not looked at again. */
static size_t skip_blanks(const uint32_t *points, size_t count, size_t at, struct added_cursor *c)
{
    if (at >= c->blanks && at < c->blanks_end) {
        return c->blanks_end;
    }
    c->blanks = at;
    while (at < count && is(points[at], UNICODE_SPACE)) {
        at++;
    }
    return c->blanks_end = at;
}

/* Sets where the token's text begins and ends, with its blanks; those of the token before it are
 * gone. A token that begins in blanks that the last one took is one all the same. */
static void swallow(const struct added_token *token, const uint32_t *points, size_t count,
                    size_t *first, size_t *end, struct added_cursor *c)
{
    if (token->strip_left) {
        while (*first > c->behind && is(points[*first - 1], UNICODE_SPACE)) {
            (*first)--;
        }
        *first = *first > c->behind ? *first : c->behind;
    }
    if (token->strip_right) {
        *end = skip_blanks(points, count, *end, c);
    }
}

bool added_tokens_next(const struct added_tokens *a, const struct added_tree *tree,
                       const uint32_t *points, size_t count, struct added_cursor *c, size_t *first,
                       int32_t *id)
{
    while (c->at < count) {
        const struct added_token *token = NULL;
        size_t length = 0, end = 0;

        if (tree->begins[(unsigned char) points[c->at]]) {
            length = match(a, tree, points + c->at, count - c->at, &token);
        }
        if (length == 0) {
            c->at++;
            continue;
        }
        *first = c->at;
        end = c->at += length;
        if (token->single_word && !stands_alone(points, count, *first, end)) {
            continue;
        }
        swallow(token, points, count, first, &end, c);
        c->behind = end;
        *id = token->id;
        return true;
    }
    return false;
}
