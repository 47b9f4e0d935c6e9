/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a key stands in the file, for what is found out about it after the file was read.
 */
#ifndef MPCF_PIPELINE_KEY_PLACE_H
#define MPCF_PIPELINE_KEY_PLACE_H

#include "format/yaml_problems.h"
#include "pipeline/pipeline.h"

/* The node of DOTTED ("dataset.max_length") or, where the file leaves the key to its default, of what is
 * there of its sections; at last the file itself. */
const struct yaml_node *key_place(const struct pipeline *p, const char *dotted);

#endif
