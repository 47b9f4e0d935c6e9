/* SPDX-License-Identifier: Apache-2.0 */
/* Which id a word has, and how far a text goes along the tree of all words. */
#include "text/vocabulary.h"

#include "base/memory.h"
#include "text/unicode.h"

static bool make_room(struct vocabulary *v, size_t capacity)
{
    int32_t *grown = capacity < VOCABULARY_NOWHERE
                         ? mpcf_grow_array(v->ids, v->node_count, capacity, sizeof(*grown))
                         : NULL;

    if (grown == NULL) {
        return false;
    }
    v->ids = grown;
    v->node_capacity = capacity;
    return true;
}

/* Returns the new node's number, or VOCABULARY_NOWHERE where memory is short. */
static uint32_t add_node(struct vocabulary *v)
{
    if (v->node_count == v->node_capacity &&
        !make_room(v, v->node_capacity == 0 ? 1024 : 2 * v->node_capacity)) {
        return VOCABULARY_NOWHERE;
    }
    v->ids[v->node_count] = VOCABULARY_NONE;
    return (uint32_t) v->node_count++;
}

mpcf_status vocabulary_reserve(struct vocabulary *v, size_t bytes, mpcf_error *err)
{
    const size_t nodes = v->node_count + bytes + 1; /* a byte makes one node at most */

    if ((nodes > v->node_capacity && !make_room(v, nodes)) || !pair_map_reserve(&v->edges, nodes)) {
        return mpcf_fail_memory(err, 18 * nodes, "a vocabulary");
    }
    return MPCF_OK;
}

/* The node behind POINT, made where there is none; NOWHERE: memory. */
static uint32_t step_or_add(struct vocabulary *v, uint32_t node, uint32_t point)
{
    uint32_t next = vocabulary_step(v, node, point);

    if (next == VOCABULARY_NOWHERE) {
        next = add_node(v);
        if (next != VOCABULARY_NOWHERE && !pair_map_put(&v->edges, node, point, next)) {
            return VOCABULARY_NOWHERE;
        }
    }
    return next;
}

/* A word that ends at NODE. */
static mpcf_status end_word(struct vocabulary *v, uint32_t node, int32_t id, mpcf_error *err)
{
    if (node == VOCABULARY_NOWHERE) {
        return mpcf_fail_memory(err, v->node_count * sizeof(struct pair_slot), "a vocabulary");
    }
    v->word_count += v->ids[node] == VOCABULARY_NONE;
    v->ids[node] = id;
    v->largest_id = id > v->largest_id ? id : v->largest_id;
    return MPCF_OK;
}

static uint32_t root_of(struct vocabulary *v)
{
    return v->node_count == 0 ? add_node(v) : VOCABULARY_ROOT;
}

mpcf_status vocabulary_add(struct vocabulary *v, const char *word, size_t length, int32_t id,
                           mpcf_error *err)
{
    uint32_t node = root_of(v);

    for (size_t at = 0; at < length && node != VOCABULARY_NOWHERE;) {
        uint32_t point = 0;

        at += unicode_next(word + at, length - at, &point);
        node = step_or_add(v, node, point);
    }
    return end_word(v, node, id, err);
}

mpcf_status vocabulary_add_points(struct vocabulary *v, const uint32_t *points, size_t count,
                                  int32_t id, mpcf_error *err)
{
    uint32_t node = root_of(v);

    for (size_t i = 0; i < count && node != VOCABULARY_NOWHERE; i++) {
        node = step_or_add(v, node, points[i]);
    }
    return end_word(v, node, id, err);
}

void vocabulary_clear(struct vocabulary *v)
{
    pair_map_clear(&v->edges);
    mpcf_free(v->ids);
    *v = (struct vocabulary){0};
}

uint32_t vocabulary_step(const struct vocabulary *v, uint32_t node, uint32_t point)
{
    uint32_t next = VOCABULARY_NOWHERE;

    return pair_map_get(&v->edges, node, point, &next) ? next : VOCABULARY_NOWHERE;
}

uint32_t vocabulary_walk(const struct vocabulary *v, const char *word, size_t length)
{
    uint32_t node = v->node_count == 0 ? VOCABULARY_NOWHERE : VOCABULARY_ROOT;

    for (size_t at = 0; at < length && node != VOCABULARY_NOWHERE;) {
        uint32_t point = 0;

        at += unicode_next(word + at, length - at, &point);
        node = vocabulary_step(v, node, point);
    }
    return node;
}

uint32_t vocabulary_walk_points(const struct vocabulary *v, const uint32_t *points, size_t count)
{
    uint32_t node = v->node_count == 0 ? VOCABULARY_NOWHERE : VOCABULARY_ROOT;

    for (size_t i = 0; i < count && node != VOCABULARY_NOWHERE; i++) {
        node = vocabulary_step(v, node, points[i]);
    }
    return node;
}

int32_t vocabulary_id(const struct vocabulary *v, uint32_t node)
{
    return node < v->node_count ? v->ids[node] : VOCABULARY_NONE;
}

int32_t vocabulary_find(const struct vocabulary *v, const char *word, size_t length)
{
    return vocabulary_id(v, vocabulary_walk(v, word, length));
}
