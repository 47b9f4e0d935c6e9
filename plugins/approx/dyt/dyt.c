/* SPDX-License-Identifier: Apache-2.0 */
/* Dynamic tanh in a layer norm's place: tanh(a x), a trained; gain and bias come behind it.
 * Source: Zhu, Chen, He, LeCun and Liu, Transformers without Normalization, CVPR 2025, equation 1. */
#include <mpcf/approx.h>

struct dyt {
    double a;
};

static const mpcf_option options[] = {
    {"a", MPCF_OPT_REAL, "0.5", offsetof(struct dyt, a), "what a is before training", 1e-3, 100,
     NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct dyt *o = config;
    mpcf_shape one = mpcf_node_shape(x);

    (void) keep;
    for (int32_t i = 0; i < one.rank; i++) {
        one.dim[i] = 1;
    }
    return mpcf_tanh(g, mpcf_mul(g, x, mpcf_parameter(g, "a", one, MPCF_INIT_CONSTANT, o->a)));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx dyt = {
        .struct_size = sizeof(mpcf_approx),
        .name = "dyt",
        .summary = "dynamic tanh, a trained",
        .slot = MPCF_SLOT_LAYER_NORM,
        .options = options,
        .option_size = sizeof(mpcf_option),
        .config_size = sizeof(struct dyt),
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .formula = "tanh(a x), a trained",
        .source =
            "Zhu et al., Transformers without Normalization, CVPR 2025: as good as layer norm in "
            "networks trained with it from the start",
    };

    return mpcf_register_approx(registry, &dyt, err);
}

MPCF_PLUGIN(.name = "dyt", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "dynamic tanh, a trained", .start = start);
