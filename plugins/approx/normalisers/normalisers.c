/* SPDX-License-Identifier: Apache-2.0 */
/* The family's entries, registered; and what several of them compute. */
#include "normalisers.h"

mpcf_node *normalise(mpcf_graph *g, mpcf_node *w, mpcf_node *keep)
{
    mpcf_node *kept = mpcf_mask(g, w, keep);

    return mpcf_mul(g, kept, mpcf_reciprocal(g, mpcf_row_sum(g, kept)));
}

mpcf_node *inverse_count(mpcf_graph *g, mpcf_node *keep)
{
    return mpcf_reciprocal(g, mpcf_row_sum(g, keep));
}

mpcf_node *kept_mean(mpcf_graph *g, mpcf_node *x, mpcf_node *keep, mpcf_node *share)
{
    return mpcf_mul(g, mpcf_row_sum(g, mpcf_mask(g, x, keep)), share);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx *const entries[] = {
        &approx_2linear,           &approx_power,         &approx_l2q,
        &approx_puma_softmax,      &approx_ibert_softmax, &approx_softmax_const,
        &approx_softmax_first_max, &approx_shaft_softmax, &approx_ode_softmax,
        &approx_sigma_attn,
    };
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < sizeof entries / sizeof *entries; i++) {
        status = mpcf_register_approx(registry, entries[i], err);
    }
    return status;
}

MPCF_PLUGIN(.name = "normalisers", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "stand-ins for softmax", .start = start);
