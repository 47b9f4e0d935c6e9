/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From texts to token ids.
 */
#ifndef MPCF_TEXT_ENCODE_H
#define MPCF_TEXT_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpcf/error.h>

struct tokenizer; /* tokenizer.h */

struct encoding {
    int32_t *ids; /* with special tokens; no padding */
    int32_t *type_ids;
    size_t count;
    bool is_cut; /* there was more than MAX_TOKENS take */
};
/* TEXT_B may be NULL. At most MAX_TOKENS (special ones included), pairs truncated longest
 * first. Text that is not UTF-8: MPCF_E_FORMAT. */
mpcf_status tokenizer_encode(const struct tokenizer *t, const char *text_a, const char *text_b,
                             size_t max_tokens, struct encoding *out, mpcf_error *err);
/* The same for texts that may hold zero bytes. */
mpcf_status tokenizer_encode_bytes(const struct tokenizer *t, const char *text_a, size_t length_a,
                                   const char *text_b, size_t length_b, size_t max_tokens,
                                   struct encoding *out, mpcf_error *err);
void encoding_clear(struct encoding *e);

#endif
