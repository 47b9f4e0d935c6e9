/* SPDX-License-Identifier: Apache-2.0 */
/* Layer norm as (x - mean) / R, R measured: l times the largest root of a row's variance over training
 * rows, for each position. Source: Park, Lee and Lee, Powerformer, ACL 2025. */
#include <mpcf/approx.h>

enum { BY_POSITION, BY_LAYER };
struct batch_ln {
    double l;
    int32_t r;
};

static const char *const ways[] = {"position", "layer", NULL};

static const mpcf_option options[] = {
    {"l", MPCF_OPT_REAL, "1.1", offsetof(struct batch_ln, l), "factor of the largest deviation",
     0.1, 10, NULL},
    {"r", MPCF_OPT_CHOICE, "position", offsetof(struct batch_ln, r),
     "a deviation for each position, the provider's; or one a norm, which all roles know", 0, 0,
     ways},
    {0},
};

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct batch_ln *o = config;
    const mpcf_measure largest = {.struct_size = sizeof(mpcf_measure),
                                  .statistic = MPCF_LARGEST,
                                  .by = o->r == BY_LAYER ? MPCF_BY_WHOLE : MPCF_BY_POSITION,
                                  .owner = o->r == BY_LAYER ? MPCF_PUBLIC : MPCF_PROVIDER};
    const mpcf_shape shape = mpcf_node_shape(x);
    const double h = (double) shape.dim[shape.rank - 1];
    mpcf_node *centred = mpcf_sub(g, x, mpcf_scale(g, mpcf_row_sum(g, x), 1 / h));
    mpcf_node *variance = mpcf_scale(g, mpcf_row_sum(g, mpcf_square(g, centred)), 1 / h);
    /* The root is the constant's: of the variance itself none is computed. */
    mpcf_node *r = mpcf_measured(g, "R2", variance, &largest);

    (void) keep;
    return mpcf_mul(g, centred, mpcf_rsqrt(g, mpcf_scale(g, r, o->l * o->l)));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx batch_ln = {
        .struct_size = sizeof(mpcf_approx),
        .name = "batch_ln",
        .summary = "layer norm by a measured deviation",
        .slot = MPCF_SLOT_LAYER_NORM,
        .options = options,
        .option_size = sizeof(mpcf_option),
        .config_size = sizeof(struct batch_ln),
        .input_low = -5,
        .input_high = 5,
        .build = build,
        .formula = "(x - mean) / R, R = l times the largest deviation, by position",
        .source =
            "Park, Lee and Lee, Powerformer, ACL 2025: linear once R is measured; l from 1.0 to "
            "1.3",
    };

    return mpcf_register_approx(registry, &batch_ln, err);
}

MPCF_PLUGIN(.name = "batch_ln", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "layer norm by a measured deviation", .start = start);
