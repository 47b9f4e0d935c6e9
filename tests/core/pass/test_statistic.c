/* SPDX-License-Identifier: Apache-2.0 */
/* Each statistic of a measured constant, and the histogram of a fit, against a plain loop. */
#include "pass/statistic.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "conformance/approx_bench.h"
#include "core/pass/measuring.h"
#include "support/support.h"

static const mpcf_measure largest = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PROVIDER);
static const mpcf_measure smallest = MEASURE(MPCF_SMALLEST, MPCF_BY_WHOLE, MPCF_PROVIDER);
static const mpcf_measure by_head = MEASURE(MPCF_MEAN, MPCF_BY_HEAD, MPCF_PROVIDER);
static const mpcf_measure by_position = MEASURE(MPCF_LARGEST, MPCF_BY_POSITION, MPCF_PROVIDER);
static const mpcf_measure mean_by_both = MEASURE(MPCF_MEAN, BOTH, MPCF_PROVIDER);
static const mpcf_measure smallest_by_both = MEASURE(MPCF_SMALLEST, BOTH, MPCF_PROVIDER);
static const mpcf_measure quantile = MEASURE(MPCF_QUANTILE, MPCF_BY_WHOLE, MPCF_PROVIDER);
static const mpcf_measure told = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PUBLIC);

/* --- Statistics --- */

static mpcf_node *measure_all(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *sum = mpcf_measured(g, "largest", x, &largest);

    (void) config;
    sum = mpcf_add(g, sum, mpcf_measured(g, "smallest", x, &smallest));
    sum = mpcf_add(g, sum, mpcf_measured(g, "quantile", x, &quantile));
    sum = mpcf_add(g, sum, mpcf_measured(g, "by_head", x, &by_head));
    sum = mpcf_add(g, sum, mpcf_measured(g, "by_position", x, &by_position));
    sum = mpcf_add(g, sum, mpcf_measured(g, "mean_by_both", x, &mean_by_both));
    sum = mpcf_add(g, sum, mpcf_measured(g, "smallest_by_both", x, &smallest_by_both));
    sum = mpcf_add(g, sum, mpcf_measured(g, "told", x, &told));
    return mpcf_mask(g, mpcf_add(g, x, sum), keep);
}

/* The real scores of HEAD and ROW (-1: of all), in VALUES; how many. */
static size_t real_scores(const struct approx_bench *b, int head, int row, double *values)
{
    size_t count = 0;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        const size_t col = i % 8, t = i / 8 % 8, h = i / 64 % 2, example = i / 128;
        const bool real = b->mask[example * 8 + t] != 0 && b->mask[example * 8 + col] != 0;

        if (real && (head < 0 || h == (size_t) head) && (row < 0 || t == (size_t) row)) {
            values[count++] = (double) b->x->value[(example * 8 + t) * 16 + h * 8 + col];
        }
    }
    return count;
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += x[i];
    }
    return sum / (double) n;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;

    return (x > y) - (x < y);
}

static const struct parameter *constant(const struct approx_bench *b, const char *name)
{
    char *whole = mpcf_format("approximations.normaliser.0.%s", name);
    const struct parameter *p = parameters_find(b->parameters, whole);

    assert_non_null(p);
    mpcf_free(whole);
    return p;
}

static void check_whole(const struct approx_bench *b)
{
    double x[BENCH_COUNT];
    const size_t n = real_scores(b, -1, -1, x);
    const double place = 0.3 * (double) (n - 1);
    const size_t below = (size_t) place;

    qsort(x, n, sizeof *x, compare);
    assert_near((double) constant(b, "smallest")->value[0], x[0]);
    assert_near((double) constant(b, "largest")->value[0], x[n - 1]);
    assert_near((double) constant(b, "told")->value[0], x[n - 1]);
    assert_near((double) constant(b, "quantile")->value[0],
                x[below] + (place - (double) below) * (x[below + 1] - x[below]));
}

static void check_by(const struct approx_bench *b)
{
    double x[BENCH_COUNT];

    for (int h = 0; h < 2; h++) {
        size_t n = real_scores(b, h, -1, x);

        assert_near((double) constant(b, "by_head")->value[h], mean_of(x, n));
        for (int t = 0; t < 8; t++) {
            n = real_scores(b, h, t, x);
            assert_near((double) constant(b, "mean_by_both")->value[2 * t + h], mean_of(x, n));
            qsort(x, n, sizeof *x, compare);
            assert_near((double) constant(b, "smallest_by_both")->value[2 * t + h], x[0]);
            n = real_scores(b, -1, t, x);
            qsort(x, n, sizeof *x, compare);
            assert_near((double) constant(b, "by_position")->value[t], x[n - 1]);
        }
    }
}

/* Positions behind the rows' longest have what the others say. */
static void check_unreached(const struct approx_bench *b)
{
    const struct parameter *p = constant(b, "by_position"), *s = constant(b, "smallest_by_both"),
                           *m = constant(b, "mean_by_both");
    double high = -1e9, low[2] = {1e9, 1e9}, sum[2] = {0, 0};

    for (size_t t = 0; t < 8; t++) {
        high = fmax(high, (double) p->value[t]);
        for (size_t h = 0; h < 2; h++) {
            low[h] = fmin(low[h], (double) s->value[2 * t + h]);
            sum[h] += (double) m->value[2 * t + h];
        }
    }
    assert_int_equal(p->count, PLACES_DEFAULT);
    for (size_t t = 8; t < PLACES_DEFAULT; t++) {
        assert_near((double) p->value[t], high);
        for (size_t h = 0; h < 2; h++) {
            assert_near((double) s->value[2 * t + h], low[h]);
            assert_near((double) m->value[2 * t + h], sum[h] / 8);
        }
    }
}

static void statistics_are_those_of_a_plain_loop(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_NORMALISER, measure_all);
    struct approx_bench bench;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &bench, err), err);
    check_whole(&bench);
    check_by(&bench);
    check_unreached(&bench);
    approx_bench_clear(&bench);
    mpcf_error_destroy(err);
}

/* Forward: each by its head and position. */
static void each_row_meets_its_own(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_NORMALISER, measure_all);
    struct approx_bench b;
    float y[BENCH_COUNT];
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    assert_ok(approx_bench_run(&b, y, NULL, NULL, err), err);
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        const size_t col = i % 8, t = i / 8 % 8, h = i / 64 % 2, example = i / 128;
        double want = (double) b.x->value[(example * 8 + t) * 16 + h * 8 + col];

        want += (double) constant(&b, "smallest")->value[0];
        want += (double) constant(&b, "largest")->value[0];
        want += (double) constant(&b, "told")->value[0];
        want += (double) constant(&b, "quantile")->value[0];
        want += (double) constant(&b, "by_head")->value[h];
        want += (double) constant(&b, "by_position")->value[t];
        want += (double) constant(&b, "mean_by_both")->value[2 * t + h];
        want += (double) constant(&b, "smallest_by_both")->value[2 * t + h];
        want = b.mask[example * 8 + col] == 0 ? 0 : want;
        assert_true(fabs((double) y[i] - want) < 1e-5 * (1 + fabs(want)));
    }
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

/* --- Fits --- */

struct fit_seen {
    double low, high, mean, deviation, middle;
};

/* A line through (low, 0) and (high, 1), and what the histogram says. */
static void fit_line(const void *config, const mpcf_histogram *h, double *values)
{
    struct fit_seen *seen = *(struct fit_seen *const *) config;
    double share = 0, sum = 0;

    for (size_t i = 0; i < h->bins; i++) {
        const double middle = h->low + (h->high - h->low) * ((double) i + 0.5) / (double) h->bins;

        share += h->share[i];
        sum += h->share[i] * middle;
    }
    assert_true(fabs(share - 1) < 1e-9);
    *seen = (struct fit_seen){h->low, h->high, h->mean, h->deviation, sum};
    values[0] = -h->low / (h->high - h->low);
    values[1] = 1 / (h->high - h->low);
}

static mpcf_node *fitted_line(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *c = mpcf_fitted(g, "line", x, mpcf_shape_3(1, 1, 2), fit_line, config, 1);

    (void) keep;
    return mpcf_add(g, mpcf_mul(g, x, mpcf_slice(g, c, 1, 1)), mpcf_slice(g, c, 0, 1));
}

static void a_fit_gets_the_histogram(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, fitted_line);
    struct fit_seen seen, *pointer = &seen;
    struct approx_bench b;
    const struct parameter *line;
    double x[BENCH_COUNT], square = 0;
    float y[BENCH_COUNT];
    size_t n = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, &pointer, false, &b, err), err);
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (b.mask[i / 16] != 0) {
            x[n++] = (double) b.x->value[i];
        }
    }
    qsort(x, n, sizeof *x, compare);
    for (size_t i = 0; i < n; i++) {
        square += (x[i] - mean_of(x, n)) * (x[i] - mean_of(x, n)) / (double) n;
    }
    assert_near(seen.low, x[0]);
    assert_near(seen.high, x[n - 1]);
    assert_near(seen.mean, mean_of(x, n));
    assert_near(seen.deviation, sqrt(square));
    assert_true(fabs(seen.middle - seen.mean) < (seen.high - seen.low) / 1024);
    line = parameters_find(b.parameters, "approximations.activation.0.line");
    assert_true(line->is_trained && line->gradient != NULL);
    assert_near((double) line->value[0] + (double) line->value[1] * x[n - 1], 1);
    assert_ok(approx_bench_run(&b, y, NULL, NULL, err), err);
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        assert_true(fabs((double) y[i] - (double) line->value[0] -
                         (double) (line->value[1] * b.x->value[i])) < 1e-5);
    }
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_a_plain_loop),
        cmocka_unit_test(each_row_meets_its_own),
        cmocka_unit_test(a_fit_gets_the_histogram),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
