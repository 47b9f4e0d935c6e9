/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the slots are called, in the pipeline file, in messages and in the names of nodes.
 */
#ifndef MPCF_GRAPH_SLOT_NAME_H
#define MPCF_GRAPH_SLOT_NAME_H

#include <stdbool.h>

#include <mpcf/model.h>

#define SLOT_COUNT 4 /* mpcf_slot counts from 1 */
#define NORM_COUNT 3 /* so does mpcf_norm */

/* "activation"; of a number that no slot has, as a plug-in may give it, "unknown". */
const char *slot_name(mpcf_slot slot);
/* false: no such slot. */
bool slot_parse(const char *name, mpcf_slot *slot);
/* "feed_forward"; "unknown". */
const char *norm_name(mpcf_norm where);

#endif
