/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How code points from U+0080 on take part in visible characters, as runs in rising order.
 * utf8proc 2.8 knows an older Unicode, and no Indic conjuncts.
 */
#ifndef MPCF_TEXT_GRAPHEME_TABLES_H
#define MPCF_TEXT_GRAPHEME_TABLES_H

#include <stddef.h>
#include <stdint.h>

struct grapheme_run {
    uint32_t first, last;
    uint8_t kind;     /* enum grapheme_kind */
    uint8_t conjunct; /* enum grapheme_conjunct */
};
extern const struct grapheme_run grapheme_runs[];
extern const size_t grapheme_run_count;

#endif
