/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants: each statistic against a plain loop, the order in which they are measured, what is
 * refused, and the secure run of formulas that use them.
 */
#include "pass/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_check.h"
#include "conformance/conform.h"
#include "float_engine/float_engine.h"
#include "lower/lookup_table.h"
#include "pass/pass.h"
#include "support/network.h"
#include "support/support.h"

#define MEASURE(what, how, whose)                                                                  \
    {                                                                                              \
        .struct_size = sizeof(mpcf_measure), .statistic = (what), .by = (how), .quantile = 0.3,    \
        .owner = (whose)                                                                           \
    }
enum { BOTH = MPCF_BY_HEAD | MPCF_BY_POSITION };

static const mpcf_measure largest = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PROVIDER),
                          smallest = MEASURE(MPCF_SMALLEST, MPCF_BY_WHOLE, MPCF_PROVIDER),
                          by_head = MEASURE(MPCF_MEAN, MPCF_BY_HEAD, MPCF_PROVIDER),
                          by_position = MEASURE(MPCF_LARGEST, MPCF_BY_POSITION, MPCF_PROVIDER),
                          mean_by_both = MEASURE(MPCF_MEAN, BOTH, MPCF_PROVIDER),
                          smallest_by_both = MEASURE(MPCF_SMALLEST, BOTH, MPCF_PROVIDER),
                          quantile = MEASURE(MPCF_QUANTILE, MPCF_BY_WHOLE, MPCF_PROVIDER),
                          told = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PUBLIC);

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

static mpcf_approx approx_of(mpcf_slot slot, mpcf_node *(*build)(const void *, mpcf_graph *,
                                                                 mpcf_node *, mpcf_node *) )
{
    return (mpcf_approx){.struct_size = sizeof(mpcf_approx),
                         .name = "measuring",
                         .summary = "",
                         .slot = slot,
                         .input_low = -1,
                         .input_high = 3,
                         .build = build,
                         .flags = MPCF_APPROX_ANY_ROW_SUM};
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

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-6 * (1 + fabs(want)))) {
        fail_msg("%.9g, expected %.9g", got, want);
    }
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

/* --- Order --- */

/* The second is of what the first made; a third, of the input, goes with the first. */
static mpcf_node *one_after_the_other(const void *config, mpcf_graph *g, mpcf_node *x,
                                      mpcf_node *keep)
{
    mpcf_node *first = mpcf_measured(g, "first", x, &largest);
    mpcf_node *y = mpcf_sub(g, x, first);

    (void) config, (void) keep;
    y = mpcf_sub(g, y, mpcf_measured(g, "second", y, &smallest));
    return mpcf_sub(g, y, mpcf_measured(g, "third", x, &largest));
}

struct counted {
    const struct approx_bench *bench;
    size_t calls;
};

static mpcf_status count_batches(void *context, size_t i, struct float_batch *batch,
                                 mpcf_error *err)
{
    struct counted *c = context;

    (void) err;
    c->calls++;
    *batch = i == 0 ? c->bench->batch : (struct float_batch){0};
    return MPCF_OK;
}

static void forget(struct parameters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = 0; p->items[i].is_measured && k < p->items[i].count; k++) {
            p->items[i].value[k] = NAN;
        }
    }
}

static void what_follows_is_measured_after(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, one_after_the_other);
    struct approx_bench b;
    struct counted counted = {.bench = &b};
    const struct measure_rows rows = {BENCH_BATCH, BENCH_TOKENS, count_batches, &counted};
    struct parameter *first, *second;
    double low = 1e9, high = -1e9;
    size_t passes = 9;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    first = parameters_find(b.parameters, "approximations.activation.0.first");
    second = parameters_find(b.parameters, "approximations.activation.0.second");
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        if (b.mask[i / 16] != 0) {
            low = fmin(low, (double) b.x->value[i]);
            high = fmax(high, (double) b.x->value[i]);
        }
    }
    assert_near((double) first->value[0], high);
    assert_near((double) second->value[0], low - high);
    assert_ok(measure_constants(b.graph, b.parameters, &rows, &passes, err), err);
    assert_int_equal(passes, 0); /* nothing is measured again */
    forget(b.parameters);
    assert_ok(measure_constants(b.graph, b.parameters, &rows, &passes, err), err);
    assert_int_equal(passes, 2);
    assert_int_equal(counted.calls, 6); /* each: how many there are, and a run */
    assert_near((double) second->value[0], low - high);
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

/* --- Several batches --- */

/* Each of what the one before made, so that a pass goes on from what the one before kept. */
static mpcf_node *a_chain(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *y = mpcf_sub(g, x, mpcf_measured(g, "first", x, &largest)), *z;

    (void) config, (void) keep;
    z = mpcf_square(g, mpcf_sub(g, y, mpcf_measured(g, "second", y, &smallest)));
    z = mpcf_sub(g, z, mpcf_measured(g, "third", z, &by_position));
    return mpcf_mul(g, mpcf_add(g, z, y), mpcf_measured(g, "fourth", mpcf_mul(g, z, y), &smallest));
}

/* One example a batch, at its own length: 8 tokens, and 5. */
static mpcf_status one_example(void *context, size_t i, struct float_batch *batch, mpcf_error *err)
{
    const struct approx_bench *b = context;

    (void) err;
    *batch = (struct float_batch){0};
    if (i < BENCH_BATCH) {
        *batch = (struct float_batch){.batch = 1,
                                      .tokens = i == 0 ? 8 : 5,
                                      .input_ids = b->ids + i * 8,
                                      .token_type_ids = b->types + i * 8,
                                      .attention_mask = b->mask + i * 8};
    }
    return MPCF_OK;
}

/* By a loop: the smallest of z y over real tokens. */
static double fourth_of(const struct approx_bench *b)
{
    double first = -1e9, second = 1e9, third[8], fourth = 1e9;

    for (size_t i = 0; i < BENCH_COUNT; i++) {
        first = b->mask[i / 16] != 0 ? fmax(first, (double) b->x->value[i]) : first;
        third[i % 8] = -1e9;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        second = b->mask[i / 16] != 0 ? fmin(second, (double) b->x->value[i] - first) : second;
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        const double y = (double) b->x->value[i] - first, z = (y - second) * (y - second);

        if (b->mask[i / 16] != 0) {
            third[i / 16 % 8] = fmax(third[i / 16 % 8], z);
        }
    }
    for (size_t i = 0; i < BENCH_COUNT; i++) {
        const double y = (double) b->x->value[i] - first, z = (y - second) * (y - second);

        if (b->mask[i / 16] != 0) {
            fourth = fmin(fourth, (z - third[i / 16 % 8]) * y);
        }
    }
    return fourth;
}

static void passes_go_on_from_what_was_kept(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, a_chain);
    struct approx_bench b;
    const struct measure_rows rows = {1, BENCH_TOKENS, one_example, &b};
    const struct parameter *fourth;
    float whole;
    size_t passes = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    fourth = parameters_find(b.parameters, "approximations.activation.0.fourth");
    whole = fourth->value[0];
    forget(b.parameters);
    assert_ok(measure_constants(b.graph, b.parameters, &rows, &passes, err), err);
    assert_int_equal(passes, 4);
    assert_near((double) fourth->value[0], (double) whole);
    assert_true(fabs((double) fourth->value[0] - fourth_of(&b)) < 1e-4);
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

/* --- Before, and in training --- */

static void nothing_runs_before_it_is_measured(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, one_after_the_other);
    struct approx_bench b;
    struct parameter *first;
    float y[BENCH_COUNT];
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    first = parameters_find(b.parameters, "approximations.activation.0.first");
    first->value[0] = NAN;
    assert_true(measure_is_needed(b.parameters));
    assert_status(MPCF_E_INVALID, approx_bench_run(&b, y, NULL, NULL, err), err);
    assert_message_contains(err, "'approximations.activation.0.first' is a constant that was not "
                                 "measured: the stage convert does");
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

static void they_have_no_gradient(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, one_after_the_other);
    struct approx_bench b;
    const struct parameter *first;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    first = parameters_find(b.parameters, "approximations.activation.0.first");
    assert_true(first->is_measured);
    assert_false(first->is_trained);
    assert_null(first->gradient);
    assert_non_null(b.x->gradient);
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
    mpcf_node *c = mpcf_fitted(g, "line", x, 2, fit_line, config, 1);

    (void) keep;
    return mpcf_add(g, mpcf_mul(g, x, mpcf_slice(g, c, 1, 1)), mpcf_slice(g, c, 0, 1));
}

/* Four threads of the check fit at once. */
static void fit_constants(const void *config, const mpcf_histogram *h, double *values)
{
    (void) config;
    values[0] = h->mean;
    values[1] = 1 / h->deviation;
}

static mpcf_node *fitted_anywhere(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *c = mpcf_fitted(g, "line", x, 2, fit_constants, config, 0);

    (void) keep;
    return mpcf_mul(g, mpcf_sub(g, x, mpcf_slice(g, c, 0, 1)), mpcf_slice(g, c, 1, 1));
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

/* --- What is refused --- */

static void assert_refused(mpcf_measure how, const char *why)
{
    mpcf_graph *g = graph_create();
    mpcf_node *ids =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *x =
        mpcf_embedding(g, mpcf_parameter(g, "x", mpcf_shape_2(8, 4), MPCF_INIT_REQUIRED, 0), ids);
    mpcf_error *err = mpcf_error_create();

    assert_null(mpcf_measured(g, "r", x, &how));
    assert_status(MPCF_E_INVALID, graph_check(g, err), err);
    assert_message_contains(err, why);
    graph_destroy(g);
    mpcf_error_destroy(err);
}

static void what_cannot_be_is_refused(void **state)
{
    (void) state;
    assert_refused((mpcf_measure) MEASURE(MPCF_LARGEST, MPCF_BY_POSITION, MPCF_PUBLIC),
                   "by head or position it is the provider's alone");
    assert_refused((mpcf_measure) MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_USER),
                   "it is the provider's or public");
    assert_refused((mpcf_measure) MEASURE(MPCF_LARGEST, MPCF_BY_HEAD, MPCF_PROVIDER),
                   "by head it is of [B, heads");
    assert_refused((mpcf_measure) MEASURE(0, MPCF_BY_WHOLE, MPCF_PROVIDER), "which statistic");
    assert_refused((mpcf_measure) MEASURE(MPCF_MEAN, 4, MPCF_PROVIDER), "by what there is not");
    assert_refused((mpcf_measure){.struct_size = sizeof(mpcf_measure),
                                  .statistic = MPCF_QUANTILE,
                                  .quantile = 1.5,
                                  .owner = MPCF_PROVIDER},
                   "a quantile is from 0 to 1");
    assert_refused((mpcf_measure){0}, "it does not say how");
}

/* --- Secure --- */

/* What a factor costs: R of the provider, and R that all know. */
static mpcf_node *by_own(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_mul(g, x, mpcf_reciprocal(g, mpcf_measured(g, "r", x, &largest)));
}

static mpcf_node *by_public(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_mul(g, x, mpcf_reciprocal(g, mpcf_measured(g, "r", x, &told)));
}

static mpcf_node *by_rows(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *r = mpcf_measured(g, "r", x, &by_position);

    (void) config, (void) keep;
    return mpcf_mul(g, mpcf_sub(g, x, r), mpcf_rsqrt(g, mpcf_offset(g, mpcf_square(g, r), 1)));
}

static mpcf_node *of_scores(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *head = mpcf_measured(g, "head", mpcf_square(g, x), &by_head);
    mpcf_node *both = mpcf_measured(g, "both", mpcf_square(g, x), &mean_by_both);

    (void) config;
    return mpcf_mask(g, mpcf_mul(g, x, mpcf_reciprocal(g, mpcf_add(g, head, both))), keep);
}

/* 1 / R of small numbers: a large constant; and of large ones. */
static mpcf_node *of_large(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *u = mpcf_square(g, mpcf_square(g, mpcf_scale(g, x, 8)));

    (void) config, (void) keep;
    return mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_measured(g, "r", u, &by_position)));
}

static mpcf_node *of_small(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *u = mpcf_scale(g, x, 1.0 / 512);

    (void) config, (void) keep;
    return mpcf_mul(g, u, mpcf_reciprocal(g, mpcf_measured(g, "r", u, &by_position)));
}

static void formulas_run_securely(void **state)
{
    static const struct {
        mpcf_slot slot;
        mpcf_node *(*build)(const void *, mpcf_graph *, mpcf_node *, mpcf_node *);
    } all[] = {{MPCF_SLOT_NORMALISER, measure_all},    {MPCF_SLOT_ACTIVATION, one_after_the_other},
               {MPCF_SLOT_ACTIVATION, by_own},         {MPCF_SLOT_ACTIVATION, by_public},
               {MPCF_SLOT_ACTIVATION, by_rows},        {MPCF_SLOT_NORMALISER, of_scores},
               {MPCF_SLOT_ACTIVATION, of_large},       {MPCF_SLOT_ACTIVATION, of_small},
               {MPCF_SLOT_ACTIVATION, fitted_anywhere}};
    struct conform c = {.out = tmpfile(), .err = mpcf_error_create(), .plugins = test_plugins()};
    char line[512];

    (void) state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const mpcf_approx approx = approx_of(all[i].slot, all[i].build);

        approx_check(&c, &approx);
        if (c.failed != 0) {
            rewind(c.out);
            while (fgets(line, sizeof line, c.out) != NULL) {
                print_message("%s", line);
            }
            fail_msg("formula %zu", i);
        }
    }
    (void) fclose(c.out);
    plugins_destroy(c.plugins);
    mpcf_error_destroy(c.err);
}

/* With embedding: public tables of positions go to the user; a measured one is none of them. */
static void a_table_by_position_is_not_published(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, by_rows);
    struct approx_bench b;
    mpcf_graph *passed = NULL;
    size_t positions = 0;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    assert_ok(pass_all(b.graph, &passed, err), err);
    for (size_t i = 0; i < graph_count(passed); i++) {
        const mpcf_node *node = graph_node(passed, i);

        positions += node->kind == OP_POSITIONS ? 1 : 0;
        assert_false(node->is_measured && lower_needs_table(passed, node));
    }
    assert_true(positions > 0);
    graph_destroy(passed);
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_those_of_a_plain_loop),
        cmocka_unit_test(each_row_meets_its_own),
        cmocka_unit_test(what_follows_is_measured_after),
        cmocka_unit_test(passes_go_on_from_what_was_kept),
        cmocka_unit_test(nothing_runs_before_it_is_measured),
        cmocka_unit_test(a_table_by_position_is_not_published),
        cmocka_unit_test(they_have_no_gradient),
        cmocka_unit_test(a_fit_gets_the_histogram),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(formulas_run_securely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
