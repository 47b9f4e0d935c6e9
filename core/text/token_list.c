/* SPDX-License-Identifier: Apache-2.0 */
/* A list of ids that grows, and that remembers where memory was short. */
#include "text/token_list.h"

#include "base/memory.h"

void token_list_add(struct token_list *l, int32_t id)
{
    if (l->count == l->capacity && !l->failed) {
        size_t capacity = l->capacity == 0 ? 128 : 2 * l->capacity;
        int32_t *grown = mpcf_grow_array(l->ids, l->count, capacity, sizeof(*grown));

        l->failed = grown == NULL;
        if (grown != NULL) {
            l->ids = grown;
            l->capacity = capacity;
        }
    }
    if (!l->failed) {
        l->ids[l->count++] = id;
    }
}

void token_list_clear(struct token_list *l)
{
    mpcf_free(l->ids);
    *l = (struct token_list){0};
}
