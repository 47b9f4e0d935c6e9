/* SPDX-License-Identifier: Apache-2.0 */
/*
 * my_plugin: a x^2 + b x + c in place of GeLU. Change the formula and its options.
 */
#include <mpcf/approx.h>

struct my_plugin_config {
    double a, b, c;
};

#define FIELD(name) .offset = offsetof(struct my_plugin_config, name)
static const mpcf_option options[] = {
    {.key = "a", .type = MPCF_OPT_REAL, .default_text = "0.125", FIELD(a), .help = "of x squared"},
    {.key = "b", .type = MPCF_OPT_REAL, .default_text = "0.25", FIELD(b), .help = "of x"},
    {.key = "c", .type = MPCF_OPT_REAL, .default_text = "0.5", FIELD(c), .help = "added"},
    {.key = NULL},
};

/* The formula, once: it is trained, priced, and run securely from here. */
static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct my_plugin_config *o = config;
    const double coefficients[] = {o->c, o->b, o->a};

    (void) keep; /* the mask, for MPCF_SLOT_NORMALISER */
    return mpcf_poly(g, x, coefficients, 2);
}

static const mpcf_approx approx = {
    .struct_size = sizeof(mpcf_approx),
    .name = "my_plugin",
    .summary = "a x^2 + b x + c",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct my_plugin_config),
    .input_low = -5,
    .input_high = 5,
    .build = build,
    .formula = "a x^2 + b x + c",
    .source = "who published it, and what is known of it",
};

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    return mpcf_register_approx(registry, &approx, err);
}

MPCF_PLUGIN(.name = "my_plugin", .version = "0.1", .license = "Apache-2.0",
            .summary = "a quadratic activation", .start = start);
