/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mistakes of a file, collected and shown together, sorted by position.
 */
#ifndef MPCF_FORMAT_YAML_PROBLEMS_H
#define MPCF_FORMAT_YAML_PROBLEMS_H

#include <stddef.h>

#include <mpcf/error.h>

#include "format/yaml_node.h"

struct yaml_problems;

struct yaml_problems *yaml_problems_create(void); /* NULL: memory */
void yaml_problems_destroy(struct yaml_problems *p);
/* A message of several lines gets the position on each. AT may be NULL: no position. */
void yaml_problem(struct yaml_problems *p, const struct yaml_node *at, const char *format, ...)
    MPCF_PRINTF(3, 4);
/* At the node's key instead of its value. */
void yaml_problem_key(struct yaml_problems *p, const struct yaml_node *at, const char *format, ...)
    MPCF_PRINTF(3, 4);
size_t yaml_problems_count(const struct yaml_problems *p);
/* "file:line:column: message\n" lines; valid until the next call. */
const char *yaml_problems_text(struct yaml_problems *p);

#endif
