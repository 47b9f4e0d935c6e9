/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input "position_ids": what engines make of the token ids.
 */
#ifndef MPCF_GRAPH_POSITION_IDS_H
#define MPCF_GRAPH_POSITION_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POSITION_IDS "position_ids"

bool position_ids_named(const char *input);
/* Place of token T of the example IDS: PAD_ID where it is the padding's, else PAD_ID and 1 for each
 * token up to it, itself among them, that is not (fairseq's make_positions). No branch and no
 * address depends on IDS. */
int32_t position_id(const int32_t *ids, size_t t, int32_t pad_id);

#endif
