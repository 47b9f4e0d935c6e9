/* SPDX-License-Identifier: Apache-2.0 */
/* Hyperbolic tangent, exactly, for the pooler. */
#include <mpcf/approx.h>

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_tanh(g, x);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx tangent = {
        .struct_size = sizeof(mpcf_approx),
        .name = "tanh",
        .summary = "hyperbolic tangent",
        .slot = MPCF_SLOT_TANH,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .formula = "tanh(x)",
        .source = "exact",
    };

    return mpcf_register_approx(registry, &tangent, err);
}

MPCF_PLUGIN(.name = "tanh", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "hyperbolic tangent", .start = start);
