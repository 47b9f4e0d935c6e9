/* SPDX-License-Identifier: Apache-2.0 */
/* The family's entries, registered; and SHAFT's form of them. */
#include "series.h"

/* Sines are odd: of |x| left of 0 they are minus those of x. */
mpcf_node *relu_and_sines(mpcf_graph *g, mpcf_node *x, const double *b, size_t count, double period)
{
    static const double coef[4][2] = {{0, 0}, {0, 0}, {0, 1}, {0, 1}};
    const double cuts[] = {-period / 2, 0, period / 2};
    double sines[4 * 16] = {0};

    for (size_t k = 0; k < count; k++) {
        sines[count + k] = -b[k];
        sines[2 * count + k] = b[k];
    }
    return mpcf_piecewise_sines(g, x, cuts, 3, coef[0], 1, sines, count, period);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx *const entries[] = {
        &approx_secformer_gelu,
        &approx_shaft_gelu,
        &approx_shaft_silu,
    };
    mpcf_status status = MPCF_OK;

    for (size_t i = 0; status == MPCF_OK && i < sizeof entries / sizeof *entries; i++) {
        status = mpcf_register_approx(registry, entries[i], err);
    }
    return status;
}

MPCF_PLUGIN(.name = "series", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "activations by sine series", .start = start);
