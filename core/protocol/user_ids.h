/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's ids, as the steps read them.
 */
#ifndef MPCF_PROTOCOL_USER_IDS_H
#define MPCF_PROTOCOL_USER_IDS_H

#include "protocol/step_operations.h"

/* What a step names: ids that are given, or positions, counted from the padding id s->pad_id on. */
struct user_ids {
    const int32_t *given;
    size_t tokens;
    int32_t pad_id;
    bool is_counted;
};

/* NULL where S names an input of ids ("input_ids", "token_type_ids", "position_ids") that a table of
 * ROWS rows has room for, as far as the program can tell; else the rule that is broken. */
const char *user_ids_rule(const struct program *p, const struct step *s, size_t rows);
/* The ids that step S names, batch * tokens of them, in 0 .. ROWS - 1; else MPCF_E_INVALID. */
mpcf_status user_ids(const struct program *p, const struct step *s, const struct secure_input *in,
                     size_t rows, struct user_ids *out, mpcf_error *err);
/* Of the batch's token I. No address but I depends on ids. */
int32_t user_id(const struct user_ids *ids, size_t i);

#endif
