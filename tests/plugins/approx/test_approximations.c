/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each approximation of this tree: its graph form against its formula in double precision, its
 * float kernels against the graph form, masked columns, rows that sum to 1.
 */
#include "graph/slots.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mpcf/model.h>

#include "base/memory.h"
#include "float_engine/float_engine.h"
#include "plugin/option_set.h"
#include "plugin/plugins.h"

#define EPSILON 1e-5

enum { BATCH = 4, TOKENS = 7, COUNT = BATCH * TOKENS * TOKENS };

static const int32_t ids[BATCH * TOKENS] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
};
/* The last example has no token at all. */
static const int32_t mask[BATCH * TOKENS] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* The formula in double precision: X and KEEP of one row of N. */
typedef void formula(const double *x, const double *keep, size_t n, double *y);

static void gelu(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] / 2 * (1 + erf(x[i] / sqrt(2)));
    }
}
static void gelu_tanh(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        const double u = sqrt(2 / acos(-1)) * (x[i] + 0.044715 * pow(x[i], 3));

        y[i] = x[i] / 2 * (1 + tanh(u));
    }
}
static void silu(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] / (1 + exp(-x[i]));
    }
}
static void quick_gelu(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] / (1 + exp(-1.702 * x[i]));
    }
}
static void relu(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = fmax(x[i], 0);
    }
}
static void hyperbolic(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = tanh(x[i]);
    }
}
static void quad(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = 0.125 * x[i] * x[i] + 0.25 * x[i] + 0.5;
    }
}

/* Weights to shares; all 0 where nothing is kept. */
static void normalise(const double *keep, size_t n, double addend, double *y)
{
    double sum = addend;

    for (size_t i = 0; i < n; i++) {
        sum += keep[i] * y[i];
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = keep[i] != 0 ? y[i] / sum : 0;
    }
}
static void softmax(const double *x, const double *keep, size_t n, double *y)
{
    double largest = -1e30;

    for (size_t i = 0; i < n; i++) {
        largest = keep[i] != 0 ? fmax(largest, x[i]) : largest;
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = exp(fmin(x[i] - largest, 0));
    }
    normalise(keep, n, 0, y);
}
static void two_quad(const double *x, const double *keep, size_t n, double *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = (x[i] + 5) * (x[i] + 5);
    }
    normalise(keep, n, 0, y);
}
static void two_relu(const double *x, const double *keep, size_t n, double *y)
{
    const double e = 0.015625;
    double sum = e;
    double kept = 0;

    for (size_t i = 0; i < n; i++) {
        kept += keep[i];
        sum += keep[i] * fmax(x[i], 0);
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = keep[i] != 0 ? (fmax(x[i], 0) + e / kept) / sum : 0;
    }
}

static void scale(const double *x, const double *keep, size_t n, double *y)
{
    double kept = 0;

    for (size_t i = 0; i < n; i++) {
        kept += keep[i];
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = keep[i] != 0 ? x[i] / kept : 0;
    }
}
static void layer_norm(const double *x, const double *keep, size_t n, double *y)
{
    double mean = 0, variance = 0;

    (void) keep;
    for (size_t i = 0; i < n; i++) {
        mean += x[i] / (double) n;
    }
    for (size_t i = 0; i < n; i++) {
        variance += (x[i] - mean) * (x[i] - mean) / (double) n;
    }
    for (size_t i = 0; i < n; i++) {
        y[i] = (x[i] - mean) / sqrt(variance + EPSILON);
    }
}
static void dyt(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = tanh(0.5 * x[i]);
    }
}
static void derf(const double *x, const double *keep, size_t n, double *y)
{
    (void) keep;
    for (size_t i = 0; i < n; i++) {
        y[i] = erf(0.5 * x[i]);
    }
}

static const struct {
    const char *name;
    formula *formula;
    bool has_kernels, any_sum;
} approximations[] = {
    {"gelu", gelu, true, false},      {"gelu_tanh", gelu_tanh, true, false},
    {"relu", relu, false, false},     {"tanh", hyperbolic, false, false},
    {"quad", quad, false, false},     {"softmax", softmax, true, false},
    {"2quad", two_quad, true, false}, {"2relu", two_relu, true, false},
    {"silu", silu, true, false},      {"quick_gelu", quick_gelu, true, false},
    {"scale", scale, true, true},     {"layer_norm", layer_norm, false, false},
    {"dyt", dyt, false, false},       {"derf", derf, false, false},
};

static struct plugins *plugins;
static mpcf_error *err;

struct network {
    mpcf_graph *g;
    struct parameters *p;
    struct float_engine *e;
    const mpcf_node *x, *y;
};

/* X is a table [28, 7] looked up as [4, 7, 7] and, for a normaliser, as one head of scores. */
static mpcf_node *build_graph(mpcf_graph *g, mpcf_slot slot)
{
    const mpcf_shape width = mpcf_shape_1(TOKENS);
    mpcf_node *in =
        mpcf_input(g, "input_ids", mpcf_shape_2(MPCF_DIM_BATCH, MPCF_DIM_TOKENS), MPCF_USER);
    mpcf_node *table =
        mpcf_parameter(g, "x", mpcf_shape_2(BATCH * TOKENS, TOKENS), MPCF_INIT_REQUIRED, 0);
    mpcf_node *x = mpcf_tap(g, "x", mpcf_embedding(g, table, in));
    mpcf_node *keep;
    mpcf_node *unit;

    if (slot == MPCF_SLOT_LAYER_NORM) {
        mpcf_node *gain = mpcf_parameter(g, "gain", width, MPCF_INIT_CONSTANT, 1);
        mpcf_node *bias = mpcf_parameter(g, "bias", width, MPCF_INIT_CONSTANT, 0);

        return mpcf_slot_layer_norm(g, 0, MPCF_NORM_FEED_FORWARD, x, gain, bias, EPSILON);
    }
    if (slot != MPCF_SLOT_NORMALISER) {
        return mpcf_slot_apply(g, slot, 0, x, NULL);
    }
    keep = mpcf_input(g, "attention_mask", mpcf_shape_4(MPCF_DIM_BATCH, 1, 1, MPCF_DIM_TOKENS),
                      MPCF_USER);
    /* times the identity: [B, 1, T, T] whatever T is called */
    unit = mpcf_parameter(g, "unit", mpcf_shape_2(BATCH * TOKENS, TOKENS), MPCF_INIT_REQUIRED, 0);
    x = mpcf_matmul_transposed(g, mpcf_split_heads(g, x, 1),
                               mpcf_split_heads(g, mpcf_embedding(g, unit, in), 1));
    return mpcf_slot_apply(g, slot, 0, x, keep);
}

static void fill_config(const mpcf_approx *approx, void **config, struct option_memory **owned)
{
    struct yaml_problems *problems = NULL;
    const struct option_source source = {.options = approx->options,
                                         .option_size = approx->option_size,
                                         .config_size = approx->config_size,
                                         .mapping = NULL,
                                         .what = approx->name,
                                         .base = "."};

    problems = yaml_problems_create();
    *config = mpcf_alloc_array(1, approx->config_size + 1);
    assert_ok(option_fill_from(&source, *config, owned, problems, err), err);
    yaml_problems_destroy(problems);
}

static void network_open(struct network *n, const mpcf_approx *approx, const void *config,
                         bool fuse)
{
    const struct slot_filling filling = {
        .slot = approx->slot, .last_layer = 0, .approx = approx, .config = config};
    struct test_random random = {9};
    struct parameter *x;
    struct parameter *unit;

    n->g = graph_create();
    assert_ok(graph_fill_slots(n->g, &filling, 1, fuse, err), err);
    n->y = mpcf_tap(n->g, "y", build_graph(n->g, approx->slot));
    assert_ok(graph_check(n->g, err), err);
    n->x = graph_find_tap(n->g, "x");
    assert_ok(parameters_create(n->g, true, &n->p, err), err);
    parameters_init(n->p, n->g, 1);
    x = parameters_find(n->p, "x");
    unit = parameters_find(n->p, "unit");
    for (size_t i = 0; i < x->count; i++) {
        x->value[i] = (float) test_random_real(&random, approx->input_low, approx->input_high);
    }
    x->value[3] = 0;
    x->value[4] = 1e-3F;
    for (size_t i = 0; unit != NULL && i < unit->count; i++) {
        unit->value[i] = i / TOKENS % TOKENS == i % TOKENS ? 1 : 0;
    }
    assert_ok(float_engine_create(n->g, n->p, FLOAT_TRAIN, BATCH, TOKENS, 0, &n->e, err), err);
}

static void network_close(struct network *n)
{
    float_engine_destroy(n->e);
    parameters_destroy(n->p);
    graph_destroy(n->g);
}

static void network_run(struct network *n)
{
    const struct float_batch batch = {BATCH, TOKENS, ids, NULL, mask, 0};
    struct test_random random = {10};
    float *seed;

    assert_ok(float_forward(n->e, &batch, err), err);
    assert_null(float_not_finite(n->e));
    seed = float_seed(n->e, n->y);
    for (size_t i = 0; i < COUNT; i++) {
        seed[i] += (float) test_random_real(&random, -1, 1);
    }
    assert_ok(float_backward(n->e, err), err);
}

static void check_formula(const char *name, formula *f, const struct network *n)
{
    const float *x = parameters_find(n->p, "x")->value;
    const float *y = float_value(n->e, n->y);

    for (size_t r = 0; r < BATCH * TOKENS; r++) {
        double row[TOKENS];
        double keep[TOKENS];
        double want[TOKENS];

        for (size_t c = 0; c < TOKENS; c++) {
            row[c] = (double) x[r * TOKENS + c];
            keep[c] = mask[r / TOKENS * TOKENS + c];
        }
        f(row, keep, TOKENS, want);
        for (size_t c = 0; c < TOKENS; c++) {
            const double got = (double) y[r * TOKENS + c];

            if (!(fabs(got - want[c]) <= 2e-6 * fmax(1, fabs(want[c])))) {
                fail_msg("%s: at %g got %.9g, want %.9g", name, row[c], got, want[c]);
            }
        }
    }
}

static void check_rows(const char *name, const struct network *n)
{
    const float *y = float_value(n->e, n->y);

    for (size_t r = 0; r < BATCH * TOKENS; r++) {
        double sum = 0;
        double kept = 0;

        for (size_t c = 0; c < TOKENS; c++) {
            const int32_t keep = mask[r / TOKENS * TOKENS + c];

            assert_true(keep != 0 || y[r * TOKENS + c] == 0.0F);
            sum += (double) y[r * TOKENS + c];
            kept += keep;
        }
        if (fabs(sum - (kept > 0 ? 1 : 0)) > 1e-6) {
            fail_msg("%s: a row of %g kept columns adds up to %.9g", name, kept, sum);
        }
    }
}

static void check_one(const char *name, formula *f, bool has_kernels, bool any_sum)
{
    const void *found = NULL;
    const mpcf_approx *approx;
    void *config = NULL;
    struct option_memory *owned = NULL;
    struct network plain;
    struct network fused;

    assert_ok(plugins_find(plugins, COMPONENT_APPROX, name, &found, err), err);
    approx = found;
    fill_config(approx, &config, &owned);
    network_open(&plain, approx, config, false);
    network_open(&fused, approx, config, true);
    network_run(&plain);
    network_run(&fused);
    check_formula(name, f, &plain);
    if (approx->slot == MPCF_SLOT_NORMALISER && !any_sum) {
        check_rows(name, &plain);
        check_rows(name, &fused);
    }
    assert_int_equal(has_kernels, graph_find_tap(fused.g, "y")->in[0]->kind == OP_FUSED);
    assert_close_floats(name, float_value(plain.e, plain.y), float_value(fused.e, fused.y), COUNT,
                        1e-6, 1e-5);
    assert_close_floats(name, parameters_find(plain.p, "x")->gradient,
                        parameters_find(fused.p, "x")->gradient, COUNT, 1e-5, 1e-5);
    network_close(&plain);
    network_close(&fused);
    mpcf_free(config);
    option_config_release(owned);
}

static void formulas_kernels_and_masks_agree(void **state)
{
    (void) state;
    for (size_t i = 0; i < sizeof(approximations) / sizeof(approximations[0]); i++) {
        check_one(approximations[i].name, approximations[i].formula, approximations[i].has_kernels,
                  approximations[i].any_sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_kernels_and_masks_agree),
    };
    int failed;

    err = mpcf_error_create();
    if (plugins_create(NULL, &plugins, err) != MPCF_OK) {
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    plugins_destroy(plugins);
    mpcf_error_destroy(err);
    return failed;
}
