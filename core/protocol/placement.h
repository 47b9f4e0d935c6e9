/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's ids, placed in the buckets of each batch code of a program (batch_code.h).
 *
 * Placing takes a time that depends on the text, as its tokenizer did; so it is done with the input,
 * before anybody hears of the inference. Steps read places, and their time depends on nothing.
 */
#ifndef MPCF_PROTOCOL_PLACEMENT_H
#define MPCF_PROTOCOL_PLACEMENT_H

#include "protocol/step_operations.h"

struct placements;

/* Of all steps of P; *OUT is NULL where none needs any. Ids that cannot be placed (batch_code.h),
 * or are outside a table: MPCF_E_INVALID. */
mpcf_status placements_create(const struct program *p, const struct secure_input *in,
                              struct placements **out, mpcf_error *err);
void placements_destroy(struct placements *p); /* NULL is fine */

/* Of the step S, by group of ids: the row that is asked of each bucket, or -1; and each id's bucket.
 * MPCF_E_INTERNAL where IN has none. */
mpcf_status placement_rows(const struct secure_input *in, const struct step *s, const int32_t **out,
                           mpcf_error *err);
mpcf_status placement_slots(const struct secure_input *in, const struct step *s,
                            const int32_t **out, mpcf_error *err);

#endif
