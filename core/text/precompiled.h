/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SentencePiece's normaliser: a table from strings to strings that the trainer compiled, applied as
 * the tokenizers library does. A visible character of fewer than 6 bytes is replaced whole by what
 * its shortest beginning in the table becomes, which drops the rest of it; of all others, each
 * code point for itself.
 *
 * The table is u32 N, a double-array trie of N bytes (Yata et al. 2007, as Darts-clone 0.32 writes
 * it), and the replacements, each ended by a zero byte; all numbers little-endian.
 */
#ifndef MPCF_TEXT_PRECOMPILED_H
#define MPCF_TEXT_PRECOMPILED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

#include "text/unicode.h"

/* All zero: none. */
struct precompiled {
    uint32_t *units;
    size_t unit_count;
    char *strings; /* valid UTF-8 */
    size_t string_bytes;
    bool changes[128]; /* whether an ASCII character is in the table */
};

/* BYTES are copied. MPCF_E_FORMAT: cut, without a trie, or not UTF-8. */
mpcf_status precompiled_read(struct precompiled *p, const void *bytes, size_t length,
                             const char *name, mpcf_error *err);
/* The same from base64, as tokenizer.json has it. */
mpcf_status precompiled_read_base64(struct precompiled *p, const char *text, const char *name,
                                    mpcf_error *err);
void precompiled_clear(struct precompiled *p);

/* Adds the normal form of IN. A number in the table that points outside of it matches nothing.
 * OUT->failed: memory. */
void precompiled_normalise(const struct precompiled *p, const struct points *in,
                           struct points *out);

#endif
