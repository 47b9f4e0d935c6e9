/* SPDX-License-Identifier: Apache-2.0 */
/* The error function in a layer norm's place: erf(a x + s), a and s trained; gain and bias come
 * behind it.
 * Source: Chen, Lu, Zhu, Sun and Liu, Stronger Normalization-Free Transformers, 2025. */
#include <mpcf/approx.h>

struct derf {
    double a, s;
};

static const mpcf_option options[] = {
    {"a", MPCF_OPT_REAL, "0.5", offsetof(struct derf, a), "what a is before training", 1e-3, 100,
     NULL},
    {"s", MPCF_OPT_REAL, "0", offsetof(struct derf, s), "what s is before training", -10, 10, NULL},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct derf *o = config;
    mpcf_shape one = mpcf_node_shape(x);
    mpcf_node *a, *s;

    (void) keep;
    for (int32_t i = 0; i < one.rank; i++) {
        one.dim[i] = 1;
    }
    a = mpcf_parameter(g, "a", one, MPCF_INIT_CONSTANT, o->a);
    s = mpcf_parameter(g, "s", one, MPCF_INIT_CONSTANT, o->s);
    return mpcf_erf(g, mpcf_add(g, mpcf_mul(g, x, a), s));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx derf = {
        .struct_size = sizeof(mpcf_approx),
        .name = "derf",
        .summary = "error function, a and s trained",
        .slot = MPCF_SLOT_LAYER_NORM,
        .options = options,
        .option_size = sizeof(mpcf_option),
        .config_size = sizeof(struct derf),
        .input_low = -8,
        .input_high = 8,
        .build = build,
        .formula = "erf(a x + s), a and s trained",
        .source =
            "Chen et al., Stronger Normalization-Free Transformers, 2025: above layer norm and "
            "dyt in networks trained with it from the start",
    };

    return mpcf_register_approx(registry, &derf, err);
}

MPCF_PLUGIN(.name = "derf", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "error function, a and s trained", .start = start);
