/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Float kernels of every level of this machine, against double precision.
 */
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/workers.h"
#include "float/float_gemm.h"
#include "float/float_kernel.h"

enum { COUNT = 40000 };

static float x[COUNT], y[COUNT], z[COUNT], dx[COUNT];

static void on_each_level(void (*check)(const struct float_kernel *k))
{
    static const enum cpu_level levels[] = {CPU_PORTABLE, CPU_AVX2, CPU_AVX512};
    const enum cpu_level own = cpu_level();

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (levels[i] <= cpu_level_of_machine()) {
            cpu_force(levels[i]);
            check(float_kernel());
        }
    }
    cpu_force(own);
}

static double true_square(double v)
{
    return v * v;
}
static double true_relu(double v)
{
    return v > 0 ? v : 0;
}
static double true_reciprocal(double v)
{
    return 1 / v;
}
static double true_rsqrt(double v)
{
    return 1 / sqrt(v);
}

static const struct {
    const char *name;
    enum float_function function;
    double (*truth)(double);
    double low, high, units; /* largest error, in units of the last place */
} functions[] = {
    {"square", FLOAT_SQUARE, true_square, -9, 9, 0.6},
    {"relu", FLOAT_RELU, true_relu, -9, 9, 0},
    {"exp", FLOAT_EXP, exp, -85, 87, 2},
    {"erf", FLOAT_ERF, erf, -5, 5, 3},
    {"tanh", FLOAT_TANH, tanh, -12, 12, 3},
    {"reciprocal", FLOAT_RECIPROCAL, true_reciprocal, 1e-3, 1e3, 0.6},
    {"rsqrt", FLOAT_RSQRT, true_rsqrt, 1e-3, 1e3, 1.6},
};

static void check_functions(const struct float_kernel *k)
{
    for (size_t f = 0; f < sizeof(functions) / sizeof(functions[0]); f++) {
        for (size_t i = 0; i < COUNT; i++) {
            const double t = (double) i / (COUNT - 1);

            x[i] = (float) (functions[f].low + t * (functions[f].high - functions[f].low));
        }
        k->function[functions[f].function](x, y, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            const double want = functions[f].truth((double) x[i]);
            const double unit = fmax(fabs(want), 1e-37) * 1.2e-7;

            if (fabs((double) y[i] - want) > functions[f].units * unit) {
                fail_msg("%s, %s(%.9g): got %.9g, want %.9g: %.2f units", k->name,
                         functions[f].name, (double) x[i], (double) y[i], want,
                         fabs((double) y[i] - want) / unit);
            }
        }
    }
}

static void functions_are_accurate_to_units(void **state)
{
    (void) state;
    on_each_level(check_functions);
}

static void check_edges(const struct float_kernel *k)
{
    const float in[] = {NAN, INFINITY, -INFINITY, 0.0F, 1e30F, -1e30F};
    float out[6];

    k->function[FLOAT_EXP](in, out, 6);
    assert_true(isnan(out[0]) && isfinite(out[1]) && (double) out[1] > 1e38);
    assert_true((double) out[2] < 1e-36 && (double) out[3] == 1 && (double) out[5] < 1e-36);
    k->function[FLOAT_ERF](in, out, 6);
    assert_true(isnan(out[0]) && (double) out[1] == 1 && (double) out[2] == -1);
    k->function[FLOAT_TANH](in, out, 6);
    assert_true(isnan(out[0]) && (double) out[1] == 1 && (double) out[5] == -1);
    k->function[FLOAT_RECIPROCAL](in, out, 6);
    assert_true(isnan(out[0]) && (double) out[3] == 0);
}

static void edges_stay_finite_and_nan_stays_nan(void **state)
{
    (void) state;
    on_each_level(check_edges);
}

static void fill(float *values, size_t count, uint64_t seed)
{
    struct test_random random = {seed};

    for (size_t i = 0; i < count; i++) {
        values[i] = (float) test_random_real(&random, -2, 2);
    }
}

static void check_sums(const struct float_kernel *k)
{
    static const size_t lengths[] = {1, 5, 16, 17, 40, 384};

    fill(x, COUNT, 3);
    fill(z, COUNT, 4);
    for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
        const size_t n = lengths[l];
        double sum = 0;
        double dot = 0;

        for (size_t i = 0; i < n; i++) {
            sum += (double) x[i];
            dot += (double) x[i] * (double) z[i];
        }
        assert_true(fabs((double) k->sum(x, n) - sum) < 1e-4);
        assert_true(fabs((double) k->dot(x, z, n) - dot) < 1e-4);
        memset(y, 0, n * sizeof(float));
        k->column_sums(x, 7, n, n + 3, y);
        for (size_t c = 0; c < n; c++) {
            sum = 0;
            for (size_t r = 0; r < 7; r++) {
                sum += (double) x[r * (n + 3) + c];
            }
            assert_true(fabs((double) y[c] - sum) < 1e-5);
        }
    }
}

static void sums_of_rows_and_columns(void **state)
{
    (void) state;
    on_each_level(check_sums);
}

static void check_norm(const struct float_kernel *k)
{
    enum { ROWS = 3, COLS = 37 };
    float gamma[COLS], beta[COLS], saved[2 * ROWS];

    fill(x, ROWS * COLS, 5);
    fill(gamma, COLS, 6);
    fill(beta, COLS, 7);
    k->layer_norm(x, gamma, beta, 1e-3F, ROWS, COLS, y, saved);
    for (size_t r = 0; r < ROWS; r++) {
        double mean = 0;
        double variance = 0;

        for (size_t c = 0; c < COLS; c++) {
            mean += (double) x[r * COLS + c] / COLS;
        }
        for (size_t c = 0; c < COLS; c++) {
            variance += pow((double) x[r * COLS + c] - mean, 2) / COLS;
        }
        for (size_t c = 0; c < COLS; c++) {
            const double want =
                ((double) x[r * COLS + c] - mean) / sqrt(variance + 1e-3) * (double) gamma[c] +
                (double) beta[c];

            assert_true(fabs((double) y[r * COLS + c] - want) < 1e-5);
        }
    }
}

static void layer_norm_is_the_formula(void **state)
{
    (void) state;
    on_each_level(check_norm);
}

static void naive(const struct float_gemm *g, float *c)
{
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            double sum = 0;

            for (size_t p = 0; p < g->k; p++) {
                const float a = g->transpose_a ? g->a[p * g->lda + i] : g->a[i * g->lda + p];
                const float b = g->transpose_b ? g->b[j * g->ldb + p] : g->b[p * g->ldb + j];

                sum += (double) a * (double) b;
            }
            c[i * g->ldc + j] =
                (float) ((double) g->alpha * sum + (double) g->beta * (double) c[i * g->ldc + j]);
        }
    }
}

static void check_product(size_t m, size_t n, size_t k, int form, bool small)
{
    const bool ta = (form & 1) != 0;
    const bool tb = (form & 2) != 0;
    float *a = calloc((m + 2) * (k + 2), sizeof(float));
    float *b = calloc((n + 2) * (k + 2), sizeof(float));
    float *c = calloc(m * (n + 2), sizeof(float));
    float *want = calloc(m * (n + 2), sizeof(float));
    struct float_gemm g = {m,
                           n,
                           k,
                           ta,
                           tb,
                           0.5F,
                           (form & 4) != 0 ? 1.5F : 0.0F,
                           a,
                           (ta ? m : k) + 1,
                           b,
                           (tb ? k : n) + 1,
                           c,
                           n + 2};

    fill(a, (m + 2) * (k + 2), 8);
    fill(b, (n + 2) * (k + 2), 9);
    fill(c, m * (n + 2), 10);
    memcpy(want, c, m * (n + 2) * sizeof(float));
    naive(&g, want);
    if (small) {
        float_kernel()->gemm_small(&g);
    } else {
        float_backend()->gemm(&g);
    }
    assert_close_floats("product", want, c, m * (n + 2), 1e-4, 1e-5);
    free(a);
    free(b);
    free(c);
    free(want);
}

static void check_small(const struct float_kernel *k)
{
    static const size_t sizes[][3] = {{1, 1, 1},    {13, 13, 32}, {13, 32, 13}, {6, 16, 5},
                                      {25, 25, 32}, {7, 33, 64},  {5, 48, 1},   {1, 13, 32}};

    (void) k;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int form = 0; form < 8; form++) {
            check_product(sizes[i][0], sizes[i][1], sizes[i][2], form, true);
        }
    }
}

static void small_products_are_right(void **state)
{
    (void) state;
    on_each_level(check_small);
}

static void products_are_right_in_every_form(void **state)
{
    static const size_t sizes[][3] = {{5, 7, 9}, {130, 70, 200}, {70, 300, 100}, {300, 97, 40}};

    (void) state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (int form = 0; form < 8; form++) {
            check_product(sizes[i][0], sizes[i][1], sizes[i][2], form, false);
        }
    }
}

static void product_with(size_t workers, float *c)
{
    workers_set(workers);
    memset(c, 0, 200 * 190 * sizeof(float));
    float_backend()->gemm(
        &(struct float_gemm){200, 190, 190, false, true, 1, 0, x, 190, z, 190, c, 190});
    workers_set(0);
}

static void products_do_not_depend_on_the_workers(void **state)
{
    (void) state;
    fill(x, COUNT, 11);
    fill(z, COUNT, 12);
    product_with(1, y);
    for (size_t workers = 2; workers < 6; workers++) {
        product_with(workers, dx);
        assert_memory_equal(y, dx, 200 * 190 * sizeof(float));
    }
}

/* --- Sines --- */

/* Pieces that differ in all their numbers, over two turns and a half, and 16 sines. */
#define SINE_ROWS                                                                                  \
    {                                                                                              \
        {0.5F, 0.25F, 0}, {-1, 1, 0.125F}, {0.25F, -0.5F, 0.0625F},                                \
        {                                                                                          \
            0, 1, 0                                                                                \
        }                                                                                          \
    }
enum { SINES = 16, SINES_DEGREE = 2 };
static const double sine_period = 3;

static float sine_of(size_t row, size_t k)
{
    return row == 0 || row == 3 ? 0 : (row == 1 ? 0.3F : -0.2F) / (float) (k + 1);
}

/* y, or with SLOPE dy / dx, by the C library. */
static double true_sines(const float *cuts, double v, bool slope)
{
    static const float rows[4][SINES_DEGREE + 1] = SINE_ROWS;
    const size_t row = v < (double) cuts[0]   ? 0
                       : v < (double) cuts[1] ? 1
                       : v < (double) cuts[2] ? 2
                                              : 3;
    const double rate = 2 * acos(-1) / sine_period;
    double sum =
        slope ? (double) rows[row][1] + 2 * (double) rows[row][2] * v
              : (double) rows[row][0] + ((double) rows[row][2] * v + (double) rows[row][1]) * v;

    for (size_t k = 1; k <= SINES; k++) {
        const double s = (double) sine_of(row, k - 1);

        sum += slope ? s * rate * (double) k * cos(rate * (double) k * v)
                     : s * sin(rate * (double) k * v);
    }
    return sum;
}

static void check_sines(const struct float_kernel *k)
{
    static const float rows[4][SINES_DEGREE + 1] = SINE_ROWS, cuts[] = {-4, 0.5F, 3.5F};
    const double size = 0.3 * 3.4;                                    /* sum of |s_k|, rounded up */
    const double size_slope = 0.3 * 136 * 2 * acos(-1) / sine_period; /* k: 1 + .. + 16 = 136 */
    float coef[4][SINES_DEGREE + 1 + SINES];
    const struct float_sines s = {{cuts, 3, coef[0], SINES_DEGREE + SINES}, SINES, sine_period};

    for (size_t r = 0; r < 4; r++) {
        memcpy(coef[r], rows[r], sizeof rows[r]);
        for (size_t i = 0; i < SINES; i++) {
            coef[r][SINES_DEGREE + 1 + i] = sine_of(r, i);
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = -6 + 12 * (float) i / COUNT;
        z[i] = 2;
        dx[i] = 1;
    }
    k->sines(&s, x, y, COUNT - 3);
    k->sines_gradient(&s, x, z, dx, true, COUNT - 3);
    for (size_t i = 0; i < COUNT - 3; i++) {
        const double want = true_sines(cuts, (double) x[i], false);
        const double slope = 1 + 2 * true_sines(cuts, (double) x[i], true);

        if (!(fabs((double) y[i] - want) < 3e-6 * (size + fabs(want)))) {
            fail_msg("%s: sines(%.9g) is %.9g, not %.9g", k->name, (double) x[i], (double) y[i],
                     want);
        }
        if (!(fabs((double) dx[i] - slope) < 3e-6 * (2 * size_slope + fabs(slope)))) {
            fail_msg("%s: slope(%.9g) is %.9g, not %.9g", k->name, (double) x[i], (double) dx[i],
                     slope);
        }
    }
    assert_true(dx[COUNT - 1] == 1); /* nothing is written behind the last */
}

static void check_sines_far_away(const struct float_kernel *k)
{
    const float cuts[] = {-1, 1}, coef[] = {0, 0, 0, 0, 0, 1, 0, 1, 0};
    const struct float_sines s = {{cuts, 2, coef, 2}, 1, 2};
    const float far[] = {-3e38F, INFINITY, 3e38F, NAN};
    float got[4];

    k->sines(&s, far, got, 4);
    assert_true(got[0] == 0 && isinf(got[1]) && got[2] == 3e38F && isnan(got[3]));
}

static void sines_are_those_of_the_library(void **state)
{
    (void) state;
    on_each_level(check_sines);
    on_each_level(check_sines_far_away);
}

static void check_dropout(const struct float_kernel *k)
{
    const struct float_dropout d = {UINT64_C(0x123456789abcdef), (uint32_t) (0.3 * 4294967296.0),
                                    2.0F};
    double kept = 0;
    double pairs = 0;

    for (size_t i = 0; i < COUNT; i++) {
        x[i] = 1;
    }
    k->dropout(&d, 0, x, y, false, COUNT);
    k->dropout(&d, 0, x, z, false, 1000);
    k->dropout(&d, 1000, x, z + 1000, false, COUNT - 1000);
    assert_memory_equal(y, z, sizeof(y)); /* an element's fate depends on its index alone */
    for (size_t i = 0; i < COUNT; i++) {
        assert_true(y[i] == 0.0F || y[i] == 2.0F);
        kept += y[i] != 0.0F ? 1 : 0;
        pairs += i > 0 && y[i] != 0.0F && y[i - 1] != 0.0F ? 1 : 0;
    }
    /* five deviations of a binomial of 40,000 */
    assert_true(fabs(kept / COUNT - 0.7) < 5 * sqrt(0.21 / COUNT));
    assert_true(fabs(pairs / COUNT - 0.49) < 5 * sqrt(0.5 / COUNT));
}

static void dropout_keeps_its_share(void **state)
{
    (void) state;
    on_each_level(check_dropout);
}

static void dropout_differs_between_keys(void **state)
{
    struct float_dropout d = {1, UINT32_C(0x80000000), 1};
    double same = 0;

    (void) state;
    for (size_t i = 0; i < COUNT; i++) {
        x[i] = 1;
    }
    float_kernel()->dropout(&d, 0, x, y, false, COUNT);
    d.key = 2;
    float_kernel()->dropout(&d, 0, x, z, false, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        same += y[i] == z[i] ? 1 : 0;
    }
    assert_true(fabs(same / COUNT - 0.5) < 5 * sqrt(0.25 / COUNT));
}

static void largest_kept_ignores_the_others(void **state)
{
    const float values[] = {-3, 7, -1, -2};
    const float keep[] = {1, 0, 0, 1};
    const float none[] = {0, 0, 0, 0};

    (void) state;
    assert_true(float_kernel()->max_kept(values, keep, 4) == -2.0F);
    assert_true(float_kernel()->max_kept(values, none, 4) == 0.0F);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_are_accurate_to_units),
        cmocka_unit_test(edges_stay_finite_and_nan_stays_nan),
        cmocka_unit_test(sums_of_rows_and_columns),
        cmocka_unit_test(layer_norm_is_the_formula),
        cmocka_unit_test(small_products_are_right),
        cmocka_unit_test(products_are_right_in_every_form),
        cmocka_unit_test(products_do_not_depend_on_the_workers),
        cmocka_unit_test(sines_are_those_of_the_library),
        cmocka_unit_test(dropout_keeps_its_share),
        cmocka_unit_test(dropout_differs_between_keys),
        cmocka_unit_test(largest_kept_ignores_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
