/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node of a YAML tree, and where it stood.
 */
#ifndef MPCF_FORMAT_YAML_NODE_H
#define MPCF_FORMAT_YAML_NODE_H

#include <stddef.h>

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

#endif
