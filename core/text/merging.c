/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order the symbols of one word are joined: always the pair of lowest rank, from a heap.
 */
#include "text/merging.h"

#include "base/memory.h"
#include "text/vocabulary.h"

void merging_begin(struct merging *m)
{
    m->count = 0;
    m->heap_count = 0;
}

void merging_clear(struct merging *m)
{
    mpcf_free(m->symbols);
    mpcf_free(m->heap);
    *m = (struct merging){0};
}

void merging_add(struct merging *m, int32_t id)
{
    if (m->count == m->capacity && !m->failed) {
        size_t capacity = m->capacity == 0 ? 64 : 2 * m->capacity;
        struct symbol *grown = mpcf_grow_array(m->symbols, m->count, capacity, sizeof(*grown));

        m->failed = grown == NULL || capacity >= MERGING_END;
        if (grown != NULL) {
            m->symbols = grown;
            m->capacity = capacity;
        }
    }
    if (!m->failed) {
        uint32_t at = (uint32_t) m->count++;

        m->symbols[at] = (struct symbol){
            .id = id, .before = at == 0 ? MERGING_END : at - 1, .after = MERGING_END};
        if (at > 0) {
            m->symbols[at - 1].after = at;
        }
    }
}

/* Lowest rank first; of one pair at several places, the leftmost. */
static bool goes_first(const struct candidate *a, const struct candidate *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void heap_push(struct merging *m, struct candidate new)
{
    size_t i = m->heap_count;

    if (i == m->heap_capacity) {
        size_t capacity = i == 0 ? 64 : 2 * i;
        struct candidate *grown = mpcf_grow_array(m->heap, i, capacity, sizeof(*grown));

        m->failed = m->failed || grown == NULL;
        if (grown == NULL) {
            return;
        }
        m->heap = grown;
        m->heap_capacity = capacity;
    }
    m->heap_count++;
    for (; i > 0 && goes_first(&new, &m->heap[(i - 1) / 2]); i = (i - 1) / 2) {
        m->heap[i] = m->heap[(i - 1) / 2];
    }
    m->heap[i] = new;
}

static struct candidate heap_pop(struct merging *m)
{
    struct candidate top = m->heap[0], last = m->heap[--m->heap_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < m->heap_count && goes_first(&m->heap[child + 1], &m->heap[child])) {
            child++;
        }
        if (child >= m->heap_count || !goes_first(&m->heap[child], &last)) {
            break;
        }
        m->heap[i] = m->heap[child];
        i = child;
    }
    m->heap[i] = last;
    return top;
}

/* Offers to join the symbol AT with the one after it, if a merge does that. */
static void offer(struct merging *m, const struct merges *merges, uint32_t at)
{
    struct candidate c = {.at = at, .left = m->symbols[at].id};
    uint32_t after = m->symbols[at].after;

    if (after == MERGING_END) {
        return;
    }
    c.right = m->symbols[after].id;
    if (pair_map_get(&merges->ranks, (uint32_t) c.left, (uint32_t) c.right, &c.rank)) {
        heap_push(m, c);
    }
}

/* Joins at the candidate's place, unless one of its two has been joined since. */
static void join(struct merging *m, const struct merges *merges, const struct candidate *c)
{
    struct symbol *left = &m->symbols[c->at], *right = NULL;

    if (left->id != c->left || left->after == MERGING_END) {
        return;
    }
    right = &m->symbols[left->after];
    if (right->id != c->right) {
        return;
    }
    left->id = merges->merged[c->rank];
    left->after = right->after;
    right->id = VOCABULARY_NONE;
    if (left->after != MERGING_END) {
        m->symbols[left->after].before = c->at;
    }
    if (left->before != MERGING_END) {
        offer(m, merges, left->before);
    }
    offer(m, merges, c->at);
}

void merging_run(struct merging *m, const struct merges *merges, struct token_list *list)
{
    for (size_t i = 0; i + 1 < m->count && !m->failed; i++) {
        offer(m, merges, (uint32_t) i);
    }
    while (m->heap_count > 0 && !m->failed) {
        struct candidate best = heap_pop(m);

        join(m, merges, &best);
    }
    for (size_t i = 0; i < m->count; i++) {
        if (m->symbols[i].id != VOCABULARY_NONE) {
            token_list_add(list, m->symbols[i].id);
        }
    }
}
