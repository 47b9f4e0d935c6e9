/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax as m (s + c)^p / R, R measured: the largest row sum over training rows, for each head and
 * position. Source: Park, Lee and Lee, Powerformer, ACL 2025. */
#include <stdbool.h>

#include <mpcf/approx.h>

enum { BY_POSITION, BY_LAYER };
struct bpmax {
    double c;
    int64_t p;
    int32_t r;
};

static const char *const ways[] = {"position", "layer", NULL};

static const mpcf_option options[] = {
    {"c", MPCF_OPT_REAL, "5", offsetof(struct bpmax, c), "added to the score before the power", 0,
     0, NULL},
    {"p", MPCF_OPT_INT, "5", offsetof(struct bpmax, p), "the power", 1, 8, NULL},
    {"r", MPCF_OPT_CHOICE, "position", offsetof(struct bpmax, r),
     "a sum for each head and position, the provider's; or one a layer, which all roles know", 0, 0,
     ways},
    {0},
};

/* x^p by squares. */
static mpcf_node *power(mpcf_graph *g, mpcf_node *x, int64_t p)
{
    mpcf_node *y = NULL;

    for (; p > 0; p /= 2) {
        if (p % 2 == 1) {
            y = y == NULL ? x : mpcf_mul(g, y, x);
        }
        x = p > 1 ? mpcf_square(g, x) : x;
    }
    return y;
}

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct bpmax *o = config;
    const bool by_layer = o->r == BY_LAYER;
    const mpcf_measure largest = {.struct_size = sizeof(mpcf_measure),
                                  .statistic = MPCF_LARGEST,
                                  .by = by_layer ? MPCF_BY_WHOLE : MPCF_BY_HEAD | MPCF_BY_POSITION,
                                  .owner = by_layer ? MPCF_PUBLIC : MPCF_PROVIDER};
    /* R takes the factor back: a power of small numbers needs fewer bits. */
    mpcf_node *small = mpcf_scale(g, mpcf_offset(g, x, o->c), 1.0 / 8);
    mpcf_node *w = mpcf_mask(g, power(g, small, o->p), keep);
    mpcf_node *sum = mpcf_row_sum(g, w);
    mpcf_node *r = mpcf_measured(g, "R", sum, &largest);

    return mpcf_mul(g, w, mpcf_reciprocal(g, r));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx bpmax = {
        .struct_size = sizeof(mpcf_approx),
        .name = "bpmax",
        .summary = "softmax by a power and a measured sum",
        .slot = MPCF_SLOT_NORMALISER,
        .options = options,
        .option_size = sizeof(mpcf_option),
        .config_size = sizeof(struct bpmax),
        .input_low = -10,
        .input_high = 10,
        .build = build,
        .flags = MPCF_APPROX_ANY_ROW_SUM,
        .formula =
            "m (x + c)^p / R, p = 5, c = 5, R the largest row sum measured, by head and position",
        .source = "Park, Lee and Lee, Powerformer, ACL 2025: no reciprocal once R is measured",
    };

    return mpcf_register_approx(registry, &bpmax, err);
}

MPCF_PLUGIN(.name = "bpmax", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "softmax by a power and a measured sum", .start = start);
