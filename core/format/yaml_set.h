/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the command line laid over a file's.
 */
#ifndef MPCF_FORMAT_YAML_SET_H
#define MPCF_FORMAT_YAML_SET_H

#include <mpcf/error.h>

#include "format/yaml_tree.h"

/* `--set a.b.c=value`: replaces or adds a value (parsed as YAML flow text); a number steps
 * into a sequence, and the one behind its last adds an entry; `a.0=x` makes the sequence. Its position in messages is "--set a.b.c". */
mpcf_status yaml_set(struct yaml_tree *tree, const char *assignment, mpcf_error *err);

#endif
