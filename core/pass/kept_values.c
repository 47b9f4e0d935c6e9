/* SPDX-License-Identifier: Apache-2.0 */
/* A list of nodes, each with an array for each batch. */
#include "pass/kept_values.h"

#include <string.h>

#include "base/memory.h"

static void clear_one(struct kept_value *v, size_t batch_count)
{
    for (size_t i = 0; v->batches != NULL && i < batch_count; i++) {
        mpcf_free(v->batches[i]);
    }
    mpcf_free(v->batches);
}

void kept_values_clear(struct kept_values *k)
{
    for (size_t i = 0; i < k->count; i++) {
        clear_one(&k->items[i], k->batch_count);
    }
    mpcf_free(k->items);
    *k = (struct kept_values){0};
}

struct kept_value *kept_values_find(const struct kept_values *k, const mpcf_node *node)
{
    for (size_t i = 0; i < k->count; i++) {
        if (k->items[i].node == node) {
            return &k->items[i];
        }
    }
    return NULL;
}

static bool make_room(struct kept_values *k)
{
    const size_t wanted = k->capacity == 0 ? 16 : 2 * k->capacity;
    struct kept_value *grown;

    if (k->count < k->capacity) {
        return true;
    }
    grown = mpcf_grow_array(k->items, k->capacity, wanted, sizeof(*grown));
    if (grown != NULL) {
        k->items = grown;
        k->capacity = wanted;
    }
    return grown != NULL;
}

mpcf_status kept_values_add(struct kept_values *k, const mpcf_node *node, mpcf_error *err)
{
    float **batches = mpcf_alloc_array(k->batch_count + 1, sizeof(*batches));

    if (batches == NULL || !make_room(k)) {
        mpcf_free(batches);
        return mpcf_fail_memory(err, k->batch_count * sizeof(*batches), "values of batches");
    }
    k->items[k->count++] = (struct kept_value){node, batches, false};
    return MPCF_OK;
}

void kept_values_retain(struct kept_values *k, const bool *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < k->count; i++) {
        if (wanted[k->items[i].node->id]) {
            k->items[count++] = k->items[i];
        } else {
            clear_one(&k->items[i], k->batch_count);
        }
    }
    k->count = count;
}

mpcf_status kept_value_put(struct kept_value *v, size_t batch, const float *x, size_t count,
                           mpcf_error *err)
{
    float *copy = mpcf_alloc_array(count, sizeof(*copy));

    if (copy == NULL) {
        return mpcf_fail_memory(err, count * sizeof(*copy), "values of a batch");
    }
    memcpy(copy, x, count * sizeof(*copy));
    v->batches[batch] = copy;
    return MPCF_OK;
}
