/* SPDX-License-Identifier: Apache-2.0 */
/* The family's entries, registered. */
#include "polynomials.h"

mpcf_node *on_pieces(mpcf_graph *g, mpcf_node *x, const double *cuts, size_t cut_count,
                     const double *coef, size_t degree, bool trained)
{
    mpcf_node *delta;

    if (!trained) {
        return mpcf_piecewise(g, x, cuts, cut_count, coef, degree);
    }
    delta = mpcf_parameter(g, "delta", mpcf_shape_2((int64_t) degree + 1, (int64_t) cut_count - 1),
                           MPCF_INIT_CONSTANT, 0);
    return mpcf_piecewise_of(g, x, cuts, cut_count, coef, degree, delta);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx *const entries[] = {
        &approx_puma_gelu,  &approx_bolt_gelu, &approx_bolt_gelu_refit, &approx_gelu_o2,
        &approx_gelu_quad5, &approx_nimbus,    &approx_tanh_poly,
    };
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < sizeof entries / sizeof *entries; i++) {
        status = mpcf_register_approx(registry, entries[i], err);
    }
    return status;
}

MPCF_PLUGIN(.name = "polynomials", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "activations by polynomials on pieces", .start = start);
