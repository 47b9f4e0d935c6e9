/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps on what one party has in the clear.
 */
#ifndef MPCF_LOWER_EMIT_PARTY_H
#define MPCF_LOWER_EMIT_PARTY_H

#include "lower/emit_sum.h"

/* x times the user's 0/1 value KEEP, read through TERM's strides. */
value_id emit_user_select(struct lowering *l, value_id x, const struct term *keep);
value_id emit_provider(struct lowering *l, const mpcf_node *node, unsigned fraction);
/* KIND: USER_ONE_HOT or USER_MASK, of integers (fraction 0). PAD_ID: where INPUT is position_ids. */
value_id emit_user(struct lowering *l, enum step_kind kind, const char *input, uint32_t pad_id,
                   struct dims dims);
/* A batch code of the ids INPUT in a table of ROWS rows (protocol/batch_code.h). */
struct emit_code {
    const char *input;
    uint32_t pad_id; /* as of emit_user() */
    size_t rows, groups, buckets;
};
/* KIND: USER_BUCKETS or USER_SLOTS. */
value_id emit_code_user(struct lowering *l, enum step_kind kind, const struct emit_code *code,
                        struct dims dims);
value_id emit_bucket_sums(struct lowering *l, value_id masked, value_id table,
                          const struct emit_code *code, struct dims dims, unsigned magnitude);
/* The user's X [n, k] times the shared Y [k, m]. */
value_id emit_user_matmul(struct lowering *l, value_id x, value_id y, struct dims dims,
                          unsigned magnitude);
/* Rows of the constant TABLE of ROWS rows: those of the ids INPUT (of position_ids FIRST is the
 * padding id), or ("positions") from FIRST on. */
value_id emit_user_lookup(struct lowering *l, const char *input, const mpcf_node *table,
                          size_t rows, uint32_t first, struct dims dims, unsigned fraction,
                          unsigned magnitude);
void emit_reveal(struct lowering *l, value_id x, const char *output);

#endif
