/* SPDX-License-Identifier: Apache-2.0 */
/* How a node finds its items, and takes one more. */
#include "format/yaml_node.h"

#include <string.h>

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != YAML_NODE_MAPPING) {
        return NULL;
    }
    for (size_t i = 0; i < mapping->count; i++) {
        if (strcmp(mapping->items[i]->key, key) == 0) {
            return mapping->items[i];
        }
    }
    return NULL;
}

mpcf_status yaml_append(struct arena *arena, struct yaml_node *parent, struct yaml_node *item,
                        mpcf_error *err)
{
    /* Room doubles at powers of two, so that none has to be remembered. */
    if ((parent->count & (parent->count - 1)) == 0) {
        size_t room = parent->count == 0 ? 1 : 2 * parent->count;
        struct yaml_node **items = arena_alloc(arena, room, sizeof(struct yaml_node *));

        if (items == NULL) {
            return yaml_no_memory(err);
        }
        if (parent->count > 0) {
            memcpy(items, parent->items, parent->count * sizeof(struct yaml_node *));
        }
        parent->items = items;
    }
    parent->items[parent->count++] = item;
    return MPCF_OK;
}
