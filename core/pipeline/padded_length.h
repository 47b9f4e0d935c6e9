/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To how many tokens an example is padded: stages.infer.length and buckets.
 */
#ifndef MPCF_PIPELINE_PADDED_LENGTH_H
#define MPCF_PIPELINE_PADDED_LENGTH_H

#include <stdbool.h>

#include "pipeline/pipeline.h"

/* More buckets than these are not looked at. */
#define PADDED_LENGTHS_MAX 256

/* Padded length for an example of TOKENS, at most MAX_LENGTH: the first bucket it fits; with
 * exact and full, TOKENS and max_length. */
size_t pipeline_padded_length(const struct pipeline *p, size_t tokens);
/* All padded lengths that bucket and full can give, ascending, into LENGTHS (room for LIMIT);
 * the number of them. 0 with exact. */
size_t pipeline_padded_lengths(const struct pipeline *p, size_t *lengths, size_t limit);
/* Whether a run of TOKENS is one that the file allows: with exact, any up to max_length. */
bool pipeline_allows_length(const struct pipeline *p, size_t tokens);

#endif
