/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where one visible character (extended grapheme cluster) ends and the next begins: Unicode
 * Standard Annex 29, section 3.1.1, rules GB3 to GB999, version 17.
 */
#ifndef MPCF_TEXT_GRAPHEMES_H
#define MPCF_TEXT_GRAPHEMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points in the first visible character of COUNT > 0 points. */
size_t grapheme_length(const uint32_t *points, size_t count);

#endif
