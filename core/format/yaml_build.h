/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a YAML tree is held and grows: for what reads a file and for what --set changes.
 */
#ifndef MPCF_FORMAT_YAML_BUILD_H
#define MPCF_FORMAT_YAML_BUILD_H

#include "base/arena.h"
#include "format/yaml_tree.h"

struct yaml_tree {
    struct arena *arena; /* nodes and texts */
    struct yaml_node *root;
};

/* As yaml_parse_collect(), into an arena that lives on: a tree's own, or of the tree that --set
 * changes. */
mpcf_status yaml_parse_into(struct arena *arena, const char *text, size_t length, const char *name,
                            struct yaml_problems *problems, struct yaml_node **root,
                            mpcf_error *err);
/* As the last of PARENT's items. */
mpcf_status yaml_append(struct arena *arena, struct yaml_node *parent, struct yaml_node *item,
                        mpcf_error *err);

static inline mpcf_status yaml_no_memory(mpcf_error *err)
{
    return mpcf_fail(err, MPCF_E_NOMEM, "no memory for a YAML tree");
}

#endif
