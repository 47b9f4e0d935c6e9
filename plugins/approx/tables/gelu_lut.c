/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as ReLU(x) - T[t] for t = |x| < high, T a table of |x| of ReLU - GeLU; entries are those at the
 * middle of their stretch, or at its left edge.
 * Source: Gupta et al., "SIGMA: Secure GPT inference with function secret sharing", PoPETs 2024, with 256
 * entries up to 4; Mosformer (2025). */
#include <math.h>

#include <mpcf/approx.h>

#define ENTRIES_MAX 4096

struct gelu_lut {
    int64_t entries;
    double high;
    int32_t at;
};

static const char *const places[] = {"middle", "edge", NULL};

static const mpcf_option options[] = {
    {"entries", MPCF_OPT_INT, "256", offsetof(struct gelu_lut, entries),
     "of the table; the dealer sends a bit for each, for each element", 2, ENTRIES_MAX, NULL},
    {"high", MPCF_OPT_REAL, "4", offsetof(struct gelu_lut, high),
     "up to where the table reaches; beyond it is 0", 1, 16, NULL},
    {"at", MPCF_OPT_CHOICE, "middle", offsetof(struct gelu_lut, at),
     "where in its stretch an entry is exact", 0, 0, places},
    {0},
};

/* ReLU(x) - GeLU(x) of x >= 0: x / 2 (1 - erf(x / sqrt 2)). */
static double distance(double x)
{
    return x / 2 * erfc(x * 0.70710678118654752440);
}

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    const struct gelu_lut *o = config;
    const double width = o->high / (double) o->entries, shift = o->at == 0 ? 0.5 : 0;
    double table[ENTRIES_MAX];
    mpcf_node *positive = mpcf_relu(g, x);
    mpcf_node *size = mpcf_sub(g, mpcf_scale(g, positive, 2), x); /* |x| = 2 relu(x) - x */

    (void) keep;
    for (int64_t i = 0; i < o->entries; i++) {
        /* To 2^-40, so that every machine has the same table. */
        table[i] = nearbyint(ldexp(distance(((double) i + shift) * width), 40)) * ldexp(1, -40);
    }
    table[o->entries - 1] = 0;
    return mpcf_sub(g, positive, mpcf_lookup(g, size, 0, o->high, table, (size_t) o->entries));
}

static mpcf_status start(mpcf_registry *registry, mpcf_error *err)
{
    static const mpcf_approx gelu_lut = {
        .struct_size = sizeof(mpcf_approx),
        .name = "gelu_lut",
        .summary = "GeLU by a table (SIGMA, Mosformer)",
        .slot = MPCF_SLOT_ACTIVATION,
        .options = options,
        .option_size = sizeof(mpcf_option),
        .config_size = sizeof(struct gelu_lut),
        .input_low = -6,
        .input_high = 6,
        .build = build,
        .formula =
            "max(x, 0) - (t < 4: T[64 t], 256 entries of max(x, 0) - gelu(x) at the middle of "
            "their stretch), t = abs x",
        .source =
            "Gupta et al., SIGMA, PoPETs 2024; Mosformer, 2025; off by 0.0077 with entries at "
            "the left edge, as published, by 0.0039 at the middle",
    };

    return mpcf_register_approx(registry, &gelu_lut, err);
}

MPCF_PLUGIN(.name = "tables", .version = "1.0.0", .license = "Apache-2.0",
            .summary = "activations by tables", .start = start);
