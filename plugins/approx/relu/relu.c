/* SPDX-License-Identifier: Apache-2.0 */
/* Rectifier: max(x, 0). */
#include <mpcf/approx.h>

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_relu(g, x);
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx relu = {
        .struct_size = sizeof(mpcf_approx),
        .name = "relu",
        .summary = "rectifier",
        .slot = MPCF_SLOT_ACTIVATION,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .formula = "max(x, 0)",
        .source = "Nair and Hinton, 2010",
    };

    return mpcf_register_approx(registry, &relu, err);
}

MPCF_PLUGIN(.name = "relu", .version = "1.0.0", .license = "Apache-2.0", .summary = "rectifier",
            .start = start);
