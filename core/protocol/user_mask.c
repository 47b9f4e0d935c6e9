/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER_MASK: the user's attention mask as numbers.
 *
 * Ideal function: y[b, 0, 0, t] = 2^f mask[b, t], the user's own. No message, no leakage.
 */
#include <string.h>

#include "protocol/step_operations.h"

static const char *check(const struct program *p, const struct step *s)
{
    const struct value *out = step_out(p, s);

    if (s->in_count != 0 || out->kind != VALUE_USER) {
        return "the result is the user's, of no operands";
    }
    if (out->dims.dim[0] != p->batch || out->dims.dim[3] != p->tokens ||
        out->dims.count != p->batch * p->tokens) {
        return "the result is [batch, 1, 1, tokens]";
    }
    return NULL;
}

static void axes(const struct program *p, const struct step *s, struct value *out)
{
    (void) p, (void) s;
    axes_take(out, 0, 1u << 3);
}

static void fill(const struct program *p, const struct step *s, const struct secure_input *in,
                 uint64_t *out)
{
    unsigned fraction = step_out(p, s)->fraction;

    for (size_t i = 0; i < p->batch * p->tokens; i++) {
        uint64_t kept = in->attention_mask == NULL ? 1 : (uint64_t) in->attention_mask[i] & 1;
        out[i] = kept << fraction;
    }
}

static mpcf_status reference(struct reference_state *r, const struct step *s, mpcf_error *err)
{
    uint64_t *out = NULL;

    MPCF_TRY(reference_value(r, s, &out, err));
    fill(r->program, s, r->input, out);
    return MPCF_OK;
}

static mpcf_status compute(struct party *p, const struct step *s, mpcf_error *err)
{
    if (p->role == ROLE_PROVIDER) {
        return MPCF_OK;
    }
    uint64_t *out = NULL;
    MPCF_TRY(party_result(p, s, &out, err));
    fill(p->program, s, p->input, out);
    return MPCF_OK;
}

const struct step_operations step_operations_user_mask = {
    .check = check,
    .axes = axes,
    .reference = reference,
    .compute = compute,
};
