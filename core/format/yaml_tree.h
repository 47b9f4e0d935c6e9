/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML as a tree that knows where each word stood. Anchors, aliases, tags, merge keys,
 * repeated keys and several documents are refused; depth and size are limited.
 */
#ifndef MPCF_FORMAT_YAML_TREE_H
#define MPCF_FORMAT_YAML_TREE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "base/arena.h"
#include "format/yaml_node.h"
#include "format/yaml_problems.h"

struct yaml_tree {
    struct arena *arena; /* nodes and texts */
    struct yaml_node *root;
};
/* Wrong syntax or structure: MPCF_E_CONFIG with all mistakes found, a line each. */
mpcf_status yaml_parse_file(const char *path, struct yaml_tree **out, mpcf_error *err);
/* NAME stands for the file in messages. */
mpcf_status yaml_parse_text(const char *text, size_t length, const char *name,
                            struct yaml_tree **out, mpcf_error *err);
/* As yaml_parse_text(), but refused structure (anchors, tags, repeated keys) is added to
 * PROBLEMS and reading goes on, so that it is reported with the mistakes that follow. Only
 * wrong syntax ends it. */
mpcf_status yaml_parse_collect(const char *text, size_t length, const char *name,
                               struct yaml_problems *problems, struct yaml_tree **out,
                               mpcf_error *err);
void yaml_tree_destroy(struct yaml_tree *tree); /* NULL is fine */
const struct yaml_node *yaml_root(const struct yaml_tree *tree);

#endif
