/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node of a YAML tree, and where it stood.
 */
#ifndef MPCF_FORMAT_YAML_NODE_H
#define MPCF_FORMAT_YAML_NODE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "base/arena.h"

enum yaml_kind { YAML_NODE_SCALAR, YAML_NODE_SEQUENCE, YAML_NODE_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    size_t line, column; /* from 1; 0: not from a file (--set, a default) */
    const char *file;
    const char *text; /* scalar; never NULL */
    int quoted;       /* scalar was quoted */
    const char *key;  /* in a mapping */
    size_t key_line, key_column;
    struct yaml_node **items; /* of a sequence or mapping, in order */
    size_t count;
};

const struct yaml_node *yaml_get(const struct yaml_node *mapping,
                                 const char *key); /* NULL: absent */
/* ITEM as the last of PARENT's. */
mpcf_status yaml_append(struct arena *arena, struct yaml_node *parent, struct yaml_node *item,
                        mpcf_error *err);

static inline mpcf_status yaml_no_memory(mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a YAML tree");
}

#endif
