/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text read into nodes of an arena.
 */
#ifndef MPCF_FORMAT_YAML_PARSE_H
#define MPCF_FORMAT_YAML_PARSE_H

#include <stddef.h>

#include <mpcf/error.h>

#include "base/arena.h"
#include "format/yaml_node.h"
#include "format/yaml_problems.h"

#define YAML_FILE_LIMIT ((size_t) 1 << 20)

/* As yaml_parse_collect(), into an arena that lives on: a tree's own, or of the tree that --set
 * changes. */
mpcf_status yaml_parse_into(struct arena *arena, const char *text, size_t length, const char *name,
                            struct yaml_problems *problems, struct yaml_node **root,
                            mpcf_error *err);

#endif
