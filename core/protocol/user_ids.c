/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the user's ids a step reads, and whether they all lie in its table.
 */
#include "protocol/user_ids.h"

#include <string.h>

bool user_ids_known(const char *name)
{
    return name != NULL && (strcmp(name, "input_ids") == 0 || strcmp(name, "token_type_ids") == 0);
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
                     size_t rows, const int32_t **out, mpcf_error *err)
{
    *out = strcmp(s->input, "input_ids") == 0 ? in->input_ids : in->token_type_ids;
    return ids_fit(*out, p->batch * p->tokens, rows)
               ? MPCF_OK
               : mpcf_fail(err, MPCF_E_INVALID, "%s: an id is outside 0 .. %zu", s->input,
                           rows - 1);
}
