/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows go into which batch, and the arrays of a batch, padded to its longest row. */
#include "corpus/batches.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define CHUNK_BATCHES 64

struct group {
    uint32_t first, count; /* in ORDER */
};

/* A row with what it is sorted by; PLACE keeps equal lengths in the order they came. */
struct key {
    uint32_t length, place, row;
};

struct batches {
    const struct corpus *corpus;
    size_t batch;
    uint32_t *order;  /* rows of the corpus, batch after batch */
    struct key *keys; /* as many, for sorting */
    struct group *groups;
    size_t group_count;
    int32_t *ids, *types, *mask; /* [batch, longest] */
    double *labels;
};

/* splitmix64 (Steele, Lea, Flood 2014): every seed starts a good stream. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Below BOUND, at most 2^32: the high half of a product is even enough for shuffling. */
static size_t random_below(uint64_t *state, size_t bound)
{
    return (size_t) (((next_random(state) >> 32) * (uint64_t) bound) >> 32);
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;

    if (x->length != y->length) {
        return x->length < y->length ? -1 : 1;
    }
    return (x->place > y->place) - (x->place < y->place);
}

/* Sorts COUNT rows of the order from FIRST on by their length. */
static void sort_rows(struct batches *b, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t row = b->order[first + i];

        b->keys[i] = (struct key){
            .length = (uint32_t) b->corpus->items[row].length, .place = (uint32_t) i, .row = row};
    }
    qsort(b->keys, count, sizeof(*b->keys), compare_keys);
    for (size_t i = 0; i < count; i++) {
        b->order[first + i] = b->keys[i].row;
    }
}

static void reset_order(struct batches *b)
{
    size_t count = b->corpus->count;

    for (size_t i = 0; i < count; i++) {
        b->order[i] = (uint32_t) i;
    }
    for (size_t g = 0; g < b->group_count; g++) {
        size_t first = g * b->batch;

        b->groups[g].first = (uint32_t) first;
        b->groups[g].count = (uint32_t) (count - first < b->batch ? count - first : b->batch);
    }
}

void batches_sort(struct batches *b)
{
    reset_order(b);
    sort_rows(b, 0, b->corpus->count);
}

void batches_shuffle(struct batches *b, uint64_t seed, uint64_t epoch)
{
    uint64_t state = seed;
    size_t count = b->corpus->count, chunk = b->batch * CHUNK_BATCHES;

    state = next_random(&state) ^ epoch;
    reset_order(b);
    for (size_t i = count; i > 1; i--) {
        size_t k = random_below(&state, i);
        uint32_t row = b->order[i - 1];

        b->order[i - 1] = b->order[k];
        b->order[k] = row;
    }
    for (size_t first = 0; first < count; first += chunk) {
        sort_rows(b, first, count - first < chunk ? count - first : chunk);
    }
    for (size_t i = b->group_count; i > 1; i--) {
        size_t k = random_below(&state, i);
        struct group group = b->groups[i - 1];

        b->groups[i - 1] = b->groups[k];
        b->groups[k] = group;
    }
}

static mpcf_status allocate(struct batches *b, mpcf_error *err)
{
    size_t count = b->corpus->count, longest = b->corpus->longest;

    b->order = mpcf_alloc_array(count, sizeof(*b->order));
    b->keys = mpcf_alloc_array(count, sizeof(*b->keys));
    b->groups = mpcf_alloc_array(b->group_count, sizeof(*b->groups));
    b->ids = mpcf_alloc_array(longest, b->batch * sizeof(*b->ids));
    b->types = mpcf_alloc_array(longest, b->batch * sizeof(*b->types));
    b->mask = mpcf_alloc_array(longest, b->batch * sizeof(*b->mask));
    b->labels = mpcf_alloc_array(b->batch, sizeof(*b->labels));
    if (b->order == NULL || b->keys == NULL || b->groups == NULL || b->ids == NULL ||
        b->types == NULL || b->mask == NULL || b->labels == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*b->keys), "batches");
    }
    return MPCF_OK;
}

mpcf_status batches_create(const struct corpus *corpus, size_t batch, struct batches **out,
                           mpcf_error *err)
{
    struct batches *b = NULL;
    mpcf_status status = MPCF_OK;

    if (corpus->count == 0 || corpus->count > UINT32_MAX || batch == 0) {
        return mpcf_fail(err, MPCF_E_INVALID, "batches of %zu rows from %zu", batch, corpus->count);
    }
    b = mpcf_alloc_array(1, sizeof(*b));
    if (b == NULL) {
        return mpcf_fail_memory(err, sizeof(*b), "batches");
    }
    b->corpus = corpus;
    b->batch = batch < corpus->count ? batch : corpus->count;
    b->group_count = (corpus->count + b->batch - 1) / b->batch;
    status = allocate(b, err);
    if (status != MPCF_OK) {
        batches_destroy(b);
        return status;
    }
    batches_sort(b);
    *out = b;
    return MPCF_OK;
}

void batches_destroy(struct batches *b)
{
    if (b == NULL) {
        return;
    }
    mpcf_free(b->order);
    mpcf_free(b->keys);
    mpcf_free(b->groups);
    mpcf_free(b->ids);
    mpcf_free(b->types);
    mpcf_free(b->mask);
    mpcf_free(b->labels);
    mpcf_free(b);
}

size_t batches_count(const struct batches *b)
{
    return b->group_count;
}

/* Rows of a group are sorted: the last is the longest. */
static size_t group_tokens(const struct batches *b, const struct group *g)
{
    return b->corpus->items[b->order[g->first + g->count - 1]].length;
}

size_t batches_elements(const struct batches *b)
{
    size_t most = 0;

    for (size_t i = 0; i < b->group_count; i++) {
        size_t elements = b->groups[i].count * group_tokens(b, &b->groups[i]);

        most = elements > most ? elements : most;
    }
    return most;
}

static void fill_row(struct batches *b, size_t r, size_t tokens, const struct corpus_item *item)
{
    size_t at = r * tokens, n = item->length;

    memcpy(b->ids + at, item->ids, n * sizeof(*b->ids));
    memcpy(b->types + at, item->types, n * sizeof(*b->types));
    for (size_t i = 0; i < tokens; i++) {
        b->mask[at + i] = i < n;
        if (i >= n) {
            b->ids[at + i] = b->corpus->pad_id;
            b->types[at + i] = 0;
        }
    }
    b->labels[r] = item->label;
}

void batches_get(struct batches *b, size_t index, struct labelled_batch *out)
{
    const struct group *g = &b->groups[index];
    size_t tokens = 0;

    assert(index < b->group_count);
    tokens = group_tokens(b, g);
    for (size_t r = 0; r < g->count; r++) {
        fill_row(b, r, tokens, &b->corpus->items[b->order[g->first + r]]);
    }
    *out = (struct labelled_batch){
        .inputs = {.batch = g->count,
                   .tokens = tokens,
                   .input_ids = b->ids,
                   .token_type_ids = b->types,
                   .attention_mask = b->mask},
        .labels = b->labels,
        .rows = b->order + g->first,
    };
}
