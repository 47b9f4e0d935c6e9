/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts as bytes that can be seen, and words of GPT-2 (Radford et al. 2019).
 */
#ifndef MPCF_TEXT_BYTE_LEVEL_H
#define MPCF_TEXT_BYTE_LEVEL_H

#include <stddef.h>
#include <stdint.h>

#include "text/unicode.h"

/* Adds the characters of POINT's bytes. */
void byte_level_add(struct points *out, uint32_t point);
/* Points of the first word of COUNT > 0: one match of
 * 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ */
size_t byte_level_word(const uint32_t *points, size_t count);

#endif
