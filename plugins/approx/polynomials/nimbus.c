/* SPDX-License-Identifier: Apache-2.0 */
/* GeLU as 0, a square, x on three pieces; the square is fitted to where each layer's inputs lie.
 * Source: Li et al., "Nimbus: Secure and efficient two-party inference for transformers", NeurIPS 2024,
 * section 4: low-degree pieces by least squares, weighted with the inputs' distribution. Cuts are options here. */
#include <math.h>

#include "polynomials.h"

#define SQUARE 3 /* coefficients */

struct nimbus {
    double low, high;
    bool trained;
};

static const mpcf_option options[] = {
    {"low", MPCF_OPT_REAL, "-2.1", offsetof(struct nimbus, low), "smaller values count as 0", -8,
     -0.5, NULL},
    {"high", MPCF_OPT_REAL, "0.2", offsetof(struct nimbus, high), "larger ones as they are", 0, 8,
     NULL},
    TRAINED_OPTION(struct nimbus),
    {0},
};

static double gelu(double x)
{
    return x / 2 * (1 + erf(x / sqrt(2)));
}

/* Row by row and column by column; the matrix is a sum of squares, and no pivot is 0. */
static void solve(double m[SQUARE][SQUARE + 1], double *c)
{
    for (size_t i = 0; i < SQUARE; i++) {
        for (size_t r = i + 1; r < SQUARE; r++) {
            const double factor = m[r][i] / m[i][i];

            for (size_t k = i; k <= SQUARE; k++) {
                m[r][k] -= factor * m[i][k];
            }
        }
    }
    for (size_t i = SQUARE; i-- > 0;) {
        c[i] = m[i][SQUARE];
        for (size_t k = i + 1; k < SQUARE; k++) {
            c[i] -= m[i][k] * c[k];
        }
        c[i] /= m[i][i];
    }
}

static void add_point(double m[SQUARE][SQUARE + 1], double t, double y, double weight)
{
    const double powers[] = {1, t, t * t};

    for (size_t i = 0; i < SQUARE; i++) {
        for (size_t k = 0; k < SQUARE; k++) {
            m[i][k] += weight * powers[i] * powers[k];
        }
        m[i][SQUARE] += weight * powers[i] * y;
    }
}

/* Of x less the piece's middle. A thousandth of the weight lies evenly, for where no input was. */
static void fit(const void *config, const mpcf_histogram *h, double *values)
{
    const struct nimbus *o = config;
    const double width = (h->high - h->low) / (double) h->bins, middle = (o->low + o->high) / 2;
    double m[SQUARE][SQUARE + 1] = {{0}};

    for (size_t i = 0; i < h->bins; i++) {
        const double x = h->low + ((double) i + 0.5) * width;

        if (x >= o->low && x < o->high) {
            add_point(m, x - middle, gelu(x), h->share[i]);
        }
    }
    for (size_t i = 0; i < 64; i++) {
        const double x = o->low + ((double) i + 0.5) / 64 * (o->high - o->low);

        add_point(m, x - middle, gelu(x), 1e-3 / 64);
    }
    solve(m, values);
}

static mpcf_node *build(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    static const double coef[] = {0, 0, 0, 0, 0, 0, 0, 1, 0};
    const struct nimbus *o = config;
    const double cuts[] = {o->low, o->high};
    mpcf_node *square =
        mpcf_fitted(g, "square", x, mpcf_shape_2(SQUARE, 1), fit, config, o->trained ? 1 : 0);

    (void) keep;
    return mpcf_piecewise_of(g, x, cuts, 2, coef, SQUARE - 1, square);
}

const mpcf_approx approx_nimbus = {
    .struct_size = sizeof(mpcf_approx),
    .name = "nimbus",
    .summary = "GeLU by a square fitted to each layer's inputs (Nimbus)",
    .slot = MPCF_SLOT_ACTIVATION,
    .options = options,
    .option_size = sizeof(mpcf_option),
    .config_size = sizeof(struct nimbus),
    .input_low = -6,
    .input_high = 6,
    .build = build,
    .formula = "0 (x < low); a + b x + c x^2, fitted to the layer's inputs; x (x >= high)",
    .source = "Li et al., Nimbus, NeurIPS 2024, section 4; cuts are options here; its exp, fitted "
              "alike, is not here",
};
