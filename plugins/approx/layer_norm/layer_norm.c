/* SPDX-License-Identifier: Apache-2.0 */
/* Layer norm, exactly: what stands in a network of its own accord. Gain and bias come behind it.
 * Source: Ba, Kiros and Hinton, Layer Normalization, 2016. */
#include <mpcf/approx.h>

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const mpcf_shape shape = mpcf_node_shape(x);
    const double width = (double) shape.dim[shape.rank - 1];
    mpcf_node *centred = mpcf_sub(g, x, mpcf_scale(g, mpcf_row_sum(g, x), 1 / width));
    mpcf_node *variance = mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, centred)), 1 / width);

    (void) config, (void) keep;
    return mpcf_mul(g, centred, mpcf_rsqrt(g, mpcf_offset(g, variance, mpcf_slot_epsilon(g))));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx layer_norm = {
        .struct_size = sizeof(mpcf_approx),
        .name = "layer_norm",
        .summary = "layer norm, exactly",
        .slot = MPCF_SLOT_LAYER_NORM,
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .formula = "(x - mean) / sqrt(variance + epsilon)",
        .source = "Ba, Kiros and Hinton, Layer Normalization, 2016",
    };

    return mpcf_register_approx(registry, &layer_norm, err);
}

MPCF_PLUGIN(.name = "layer_norm", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "layer norm, exactly", .start = start);
