/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the user's ids a step reads, and whether they all lie in its table.
 */
#include "protocol/user_ids.h"

#include <string.h>

#include "graph/position_ids.h"

const char *user_ids_rule(const struct program *p, const struct step *s, size_t rows)
{
    if (position_ids_named(s->input)) {
        return s->pad_id + p->tokens < rows ? NULL : "the table has too few positions";
    }
    if (s->input != NULL &&
        (strcmp(s->input, "input_ids") == 0 || strcmp(s->input, "token_type_ids") == 0)) {
        return NULL;
    }
    return "the input is input_ids, token_type_ids or position_ids";
}

/* One bit about all ids leaves this: whether the input is good at all. */
__attribute__((noinline)) static bool ids_fit(const int32_t *ids, size_t count, size_t rows)
{
    uint64_t outside = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t id = (uint64_t) (int64_t) ids[i];
        outside |= id >> 63 | (rows - 1 - id) >> 63;
    }
    return outside == 0;
}

mpcf_status user_ids(const struct program *p, const struct step *s, const struct secure_input *in,
                     size_t rows, struct user_ids *out, mpcf_error *err)
{
    const bool is_counted = position_ids_named(s->input); /* they fit: user_ids_rule() */

    *out = (struct user_ids){.given = in->input_ids,
                             .tokens = p->tokens,
                             .pad_id = (int32_t) s->pad_id,
                             .is_counted = is_counted};
    if (strcmp(s->input, "token_type_ids") == 0) {
        out->given = in->token_type_ids;
    }
    return is_counted || ids_fit(out->given, p->batch * p->tokens, rows)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID, "%s: an id is outside 0 .. %zu", s->input,
                           rows - 1);
}

int32_t user_id(const struct user_ids *ids, size_t i)
{
    const size_t t = i % ids->tokens;

    return ids->is_counted ? position_id(ids->given + i - t, t, ids->pad_id) : ids->given[i];
}
