/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured constants: the order in which they are measured, what is refused, and the secure run of
 * formulas that use them.
 */
#include "pass/measure.h"
#include "pass/measure_frontier.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "conformance/approx_bench.h"
#include "conformance/approx_check.h"
#include "conformance/conform.h"
#include "core/pass/measuring.h"
#include "float_engine/float_engine.h"
#include "graph/finish.h"
#include "lower/lookup_table.h"
#include "pass/pass.h"
#include "support/network.h"
#include "support/slot_network.h"
#include "support/support.h"

static const mpcf_measure largest = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PROVIDER);
static const mpcf_measure smallest = MEASURE(MPCF_SMALLEST, MPCF_BY_WHOLE, MPCF_PROVIDER);
static const mpcf_measure by_head = MEASURE(MPCF_MEAN, MPCF_BY_HEAD, MPCF_PROVIDER);
static const mpcf_measure by_position = MEASURE(MPCF_LARGEST, MPCF_BY_POSITION, MPCF_PROVIDER);
static const mpcf_measure mean_by_both = MEASURE(MPCF_MEAN, BOTH, MPCF_PROVIDER);
static const mpcf_measure told = MEASURE(MPCF_LARGEST, MPCF_BY_WHOLE, MPCF_PUBLIC);

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
    const struct measure_rows rows = {BENCH_BATCH, BENCH_TOKENS, 0, count_batches, &counted};
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
    const struct measure_rows rows = {1, BENCH_TOKENS, 0, one_example, &b};
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

static mpcf_node *an_activation(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    (void) config, (void) keep;
    return mpcf_relu(g, x);
}

/* Of the chain: behind the first pass x - first, or x, is kept, behind the second that and the square, and so on:
 * each as large as x. */
static void what_is_kept_is_known_before(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, a_chain);
    const mpcf_approx none = approx_of(MPCF_SLOT_ACTIVATION, an_activation);
    struct approx_bench b;
    double one = 0, four = 0, nothing = 1;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    assert_ok(measure_kept(b.graph, 1, BENCH_TOKENS, &one, err), err);
    assert_ok(measure_kept(b.graph, 4, BENCH_TOKENS, &four, err), err);
    assert_true(one >= 4.0 * BENCH_TOKENS && four == 4 * one);
    assert_ok(measure_kept(b.graph, 1u << 30, BENCH_TOKENS, &nothing, err), err);
    assert_true(nothing == 0); /* beyond what is ever kept */
    approx_bench_clear(&b);
    assert_ok(approx_bench_create(&none, NULL, false, &b, err), err);
    assert_ok(measure_kept(b.graph, 4, BENCH_TOKENS, &nothing, err), err);
    assert_true(nothing == 0);
    approx_bench_clear(&b);
    mpcf_error_destroy(err);
}

static mpcf_node *an_extreme_and_a_mean(const void *config, mpcf_graph *g, mpcf_node *x,
                                        mpcf_node *keep)
{
    static const mpcf_measure mean = MEASURE(MPCF_MEAN, MPCF_BY_WHOLE, MPCF_PROVIDER);

    (void) config, (void) keep;
    x = mpcf_sub(g, x, mpcf_measured(g, "most", x, &largest));
    return mpcf_sub(g, x, mpcf_measured(g, "middle", x, &mean));
}

/* The second example is made up, and has the largest value of all. */
static void made_up_texts_count_for_extremes_alone(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, an_extreme_and_a_mean);
    struct approx_bench b;
    const struct measure_rows rows = {1, BENCH_TOKENS, 1, one_example, &b};
    double sum = 0, count = 0;
    const struct parameter *most, *middle;
    mpcf_error *err = mpcf_error_create();

    (void) state;
    assert_ok(approx_bench_create(&approx, NULL, false, &b, err), err);
    most = parameters_find(b.parameters, "approximations.activation.0.most");
    middle = parameters_find(b.parameters, "approximations.activation.0.middle");
    b.x->value[BENCH_COUNT / 2] = 100;
    forget(b.parameters);
    assert_ok(measure_constants(b.graph, b.parameters, &rows, NULL, err), err);
    for (size_t i = 0; i < BENCH_COUNT / 2; i++) {
        sum += b.mask[i / 16] != 0 ? (double) b.x->value[i] - 100 : 0;
        count += b.mask[i / 16] != 0;
    }
    assert_near((double) most->value[0], 100);
    assert_true(fabs((double) middle->value[0] - sum / count) < 1e-4);
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

/* --- Public, by head --- */

/* (x + 5)^2 m / R, R as CONFIG measures it. */
static mpcf_node *over_measured(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *w = mpcf_mask(g, mpcf_square(g, mpcf_offset(g, x, 5)), keep);

    return mpcf_mul(g, w, mpcf_reciprocal(g, mpcf_measured(g, "R", mpcf_row_sum(g, w), config)));
}

static void measure_network(struct slot_network *n, const struct slot_filling *fillings,
                            size_t count, float *logits)
{
    const struct float_batch batch = {
        .batch = SLOT_BATCH, .tokens = SLOT_TOKENS, .input_ids = n->ids, .attention_mask = n->mask};
    mpcf_error *err = mpcf_error_create();

    slot_network_open(n, fillings, count, false);
    assert_ok(graph_finish(n->graph, err), err);
    assert_ok(measure_on_batch(n->graph, n->parameters, &batch, err), err);
    slot_network_logits(n, n->graph, logits);
    mpcf_error_destroy(err);
}

/* An entry for each head: a public constant of the whole is that of the one head. */
static void entries_of_a_head_have_their_own_public_constant(void **state)
{
    static const mpcf_measure by_each = MEASURE(MPCF_LARGEST, MPCF_BY_HEAD, MPCF_PROVIDER);
    const mpcf_approx approx = approx_of(MPCF_SLOT_NORMALISER, over_measured);
    const struct slot_filling whole = {.slot = MPCF_SLOT_NORMALISER,
                                       .last_layer = SIZE_MAX,
                                       .approx = &approx,
                                       .config = &by_each};
    struct slot_filling each[SLOT_HEADS];
    float want[SLOT_BATCH * SLOT_CLASSES], got[SLOT_BATCH * SLOT_CLASSES];
    const struct parameter *r;
    struct slot_network a, b;

    (void) state;
    for (size_t i = 0; i < SLOT_HEADS; i++) {
        each[i] = whole;
        each[i].config = &told;
        head_set_add(&each[i].heads, i);
    }
    measure_network(&a, &whole, 1, want);
    measure_network(&b, each, SLOT_HEADS, got);
    assert_close_floats("logits", want, got, SLOT_BATCH * SLOT_CLASSES, 1e-6, 1e-6);
    r = parameters_find(a.parameters, "approximations.normaliser.0.R");
    for (size_t i = 0; i < SLOT_HEADS; i++) {
        char name[64];

        (void) snprintf(name, sizeof name, "approximations.normaliser.0.heads.%zu.R", i);
        assert_near(graph_find_label(b.graph, OP_PARAMETER, name)->real, (double) r->value[i]);
    }
    assert_true(r->value[0] > r->value[1] || r->value[0] < r->value[1]);
    slot_network_close(&a);
    slot_network_close(&b);
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
                   "by head or position it is the provider's alone: one public number is a whole "
                   "tensor's (an entry for each head, `heads:`, has one of its own)");
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

/* Four threads of the check fit at once. */
static void fit_constants(const void *config, const mpcf_histogram *h, double *values)
{
    (void) config;
    values[0] = h->mean;
    values[1] = 1 / h->deviation;
}

static mpcf_node *fitted_anywhere(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *c = mpcf_fitted(g, "line", x, mpcf_shape_3(1, 1, 2), fit_constants, config, 0);

    (void) keep;
    return mpcf_mul(g, mpcf_sub(g, x, mpcf_slice(g, c, 0, 1)), mpcf_slice(g, c, 1, 1));
}

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
    return mpcf_mask(
        g, mpcf_mul(g, mpcf_add(g, x, both), mpcf_reciprocal(g, mpcf_add(g, head, both))), keep);
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
    } all[] = {{MPCF_SLOT_ACTIVATION, one_after_the_other},
               {MPCF_SLOT_ACTIVATION, by_own},
               {MPCF_SLOT_ACTIVATION, by_public},
               {MPCF_SLOT_ACTIVATION, by_rows},
               {MPCF_SLOT_NORMALISER, of_scores},
               {MPCF_SLOT_ACTIVATION, of_large},
               {MPCF_SLOT_ACTIVATION, of_small},
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

static mpcf_node *of_nothing(const void *config, mpcf_graph *g, mpcf_node *x, mpcf_node *keep)
{
    mpcf_node *zero = mpcf_relu(g, mpcf_scale(g, mpcf_square(g, x), -1));

    (void) config, (void) keep;
    return mpcf_mul(g, x, mpcf_reciprocal(g, mpcf_measured(g, "r", zero, &by_position)));
}

/* The kernels' 1/0 is 0, which would switch off what is divided. */
static void the_inverse_of_nothing_is_refused(void **state)
{
    const mpcf_approx approx = approx_of(MPCF_SLOT_ACTIVATION, of_nothing);
    struct conform c = {.out = tmpfile(), .err = mpcf_error_create(), .plugins = test_plugins()};
    char text[4096] = "";

    (void) state;
    approx_check(&c, &approx);
    rewind(c.out);
    text[fread(text, 1, sizeof text - 1, c.out)] = 0;
    if (strstr(text, "'approximations.activation.0.r' has no inverse: its value 0 is 0") == NULL) {
        fail_msg("it said: %s", text);
    }
    assert_true(c.failed > 0);
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
        cmocka_unit_test(what_follows_is_measured_after),
        cmocka_unit_test(passes_go_on_from_what_was_kept),
        cmocka_unit_test(what_is_kept_is_known_before),
        cmocka_unit_test(made_up_texts_count_for_extremes_alone),
        cmocka_unit_test(nothing_runs_before_it_is_measured),
        cmocka_unit_test(a_table_by_position_is_not_published),
        cmocka_unit_test(they_have_no_gradient),
        cmocka_unit_test(entries_of_a_head_have_their_own_public_constant),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(formulas_run_securely),
        cmocka_unit_test(the_inverse_of_nothing_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
